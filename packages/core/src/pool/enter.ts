import { TenantryError } from '../errors/index.ts';
import { isPlainText, parseActor } from '../scope/actor.ts';
import { openClaimed } from '../scope/open.ts';
import { runScope } from '../scope/run.ts';
import type { Scope } from '../scope/scope.ts';
import type { Tenancy } from '../tenancy/tenancy.ts';
import type { PoolEntry } from './entry.ts';

const claimKind = /^[a-z][a-z0-9_]{0,30}$/;

/** Runs `fn` in the scope of an entry, whose claim becomes a tenant once the database has verified it. */
export async function enterScope<R>(
  tenancy: Tenancy,
  entry: PoolEntry,
  fn: (scope: Scope) => R | Promise<R>,
): Promise<R> {
  const { by, value } = Object(entry.claim) as Partial<PoolEntry['claim']>;
  const isNumber = by === 'id' && (typeof value === 'number' || typeof value === 'bigint');
  if (typeof by !== 'string' || !claimKind.test(by) || !(isNumber || isPlainText(value, 253)))
    throw new TenantryError('TENANT_CLAIM_MALFORMED');
  const claim = by === 'id' ? tenancy.parseId(value) : String(value);
  const { user, onBehalfOf, ip, requestId } = entry;
  if (user !== null && !isPlainText(user)) throw new TenantryError('NOT_AUTHENTICATED');
  const actor = parseActor({
    ...(user !== null && { user }),
    ...(onBehalfOf !== undefined && { onBehalfOf }),
    ...(ip !== undefined && { ip }),
    ...(requestId !== undefined && { requestId }),
  });
  const scope = openClaimed(tenancy, { by, claim, user }, actor);
  return runScope(scope, entry, () => fn(scope));
}
