import { TenantryError } from '../errors/index.ts';
import { isPlainText, parseActor } from '../scope/actor.ts';
import { runScope } from '../scope/run.ts';
import { Scope } from '../scope/scope.ts';
import { store } from '../scope/store.ts';
import type { Tenancy } from '../tenancy.ts';
import type { PoolEntry } from './entry.ts';

const claimKind = /^[a-z][a-z0-9_]{0,30}$/;

/** Opens the scope of an entry: its claim becomes a tenant once the database has verified it. */
export async function enterScope<R>(
  tenancy: Tenancy,
  entry: PoolEntry,
  fn: (scope: Scope) => Promise<R>,
): Promise<R> {
  const { by, value } = entry.claim;
  if (!claimKind.test(by) || !isPlainText(value, 253))
    throw new TenantryError('TENANT_CLAIM_MALFORMED');
  const claim = by === 'id' ? tenancy.parseId(value) : value;
  if (entry.user !== null && !isPlainText(entry.user)) throw new TenantryError('NOT_AUTHENTICATED');
  const { user, onBehalfOf, ip, requestId } = entry;
  const actor = parseActor({
    ...(user !== null && { user }),
    ...(onBehalfOf !== undefined && { onBehalfOf }),
    ...(ip !== undefined && { ip }),
    ...(requestId !== undefined && { requestId }),
  });
  const outer = store.getStore()?.enclosing();
  if (outer?.kind === 'tenant') {
    throw new TenantryError('TENANT_SWITCH_REFUSED', {
      found: `enter() inside the scope of one ${tenancy.tenant}.`,
    });
  }
  const scope = new Scope({
    kind: 'tenant',
    setting: tenancy.setting,
    schema: tenancy.schema,
    tenant: null,
    pending: { by, claim, user },
    actor,
    actorSetting: Object.keys(actor).length === 0 ? '' : JSON.stringify(actor),
    write: true,
    parent: outer,
  });
  return runScope(scope, entry, () => fn(scope));
}
