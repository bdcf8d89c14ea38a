import { TenantryError } from '../errors/index.ts';
import { type Actor, isPlainText } from './actor.ts';
import type { SystemEntry } from './entry.ts';
import { type PendingEntry, Scope } from './scope.ts';
import { store } from './store.ts';

/** The properties of a tenancy that its scopes carry. */
interface ScopedTenancy {
  readonly tenant: string;
  readonly setting: string;
  readonly schema: string;
}

/**
 * Opens a scope for a tenant that the caller trusts. Inside a scope of the same tenant it inherits the
 * actor and the facts.
 * @throws TenantryError `TENANT_SWITCH_REFUSED` inside a scope of another tenant or another actor
 */
export function openTrusted(tenancy: ScopedTenancy, tenant: string, actor: Actor): Scope {
  const outer = enclosing();
  const inherited = outer?.kind === 'tenant' ? outer : undefined;
  if (inherited !== undefined) {
    if (inherited.setting !== tenancy.setting || inherited.tenant !== tenant)
      throw switchRefused(`a second ${tenancy.tenant} inside the scope of one.`);
    const isSame = Object.entries(actor).every(
      ([key, value]) => inherited.actor?.[key as keyof Actor] === value,
    );
    if (!isSame) throw switchRefused('another actor inside the scope of one.');
  }
  const scope = new Scope({
    kind: 'tenant',
    setting: tenancy.setting,
    schema: tenancy.schema,
    tenant,
    actor: inherited?.actor ?? actor,
    actorSetting: inherited?.actorSetting ?? actorSettingOf(actor),
    write: true,
    parent: outer,
  });
  scope.facts = inherited?.facts ?? null;
  return scope;
}

/**
 * Opens a scope for a claim, which becomes a tenant when the database has verified it.
 * @throws TenantryError `TENANT_SWITCH_REFUSED` inside the scope of a tenant
 */
export function openClaimed(tenancy: ScopedTenancy, pending: PendingEntry, actor: Actor): Scope {
  const outer = enclosing();
  if (outer?.kind === 'tenant')
    throw switchRefused(`enter() inside the scope of one ${tenancy.tenant}.`);
  return new Scope({
    kind: 'tenant',
    setting: tenancy.setting,
    schema: tenancy.schema,
    tenant: null,
    pending,
    actor,
    actorSetting: actorSettingOf(actor),
    write: true,
    parent: outer,
  });
}

/**
 * Opens a scope for work across tenants.
 * @throws TenantryError `SYSTEM_REASON_MISSING` without a reason and an actor
 */
export function openSystem(tenancy: ScopedTenancy, entry: SystemEntry): Scope {
  if (!isPlainText(entry?.reason) || !isPlainText(entry.actor))
    throw new TenantryError('SYSTEM_REASON_MISSING');
  return new Scope({
    kind: 'system',
    setting: tenancy.setting,
    schema: tenancy.schema,
    tenant: null,
    actor: null,
    actorSetting: JSON.stringify({ system: entry.actor, reason: entry.reason }),
    write: entry.write === true,
    statements: entry.statements === 'any' ? 'any' : 'data',
    place: entry.place,
    parent: enclosing(),
  });
}

const enclosing = () => store.getStore()?.enclosing();

const switchRefused = (found: string) => new TenantryError('TENANT_SWITCH_REFUSED', { found });

const actorSettingOf = (actor: Actor) =>
  Object.keys(actor).length === 0 ? '' : JSON.stringify(actor);
