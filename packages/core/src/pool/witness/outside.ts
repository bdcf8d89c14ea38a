import { currentScope } from '../../scope/current.ts';
import { Scope } from '../../scope/scope.ts';
import { store } from '../../scope/store.ts';
import type { Tenancy } from '../../tenancy/tenancy.ts';

/** Whether a scope stands for a statement outside every scope. */
export const isOutside = ({ kind, tenant, pending }: Scope): boolean =>
  kind === 'tenant' && tenant === null && pending === undefined;

/**
 * The scope of the running code; outside every scope of the tenancy one that stands for a single
 * statement or client. Not one for all of them, because a scope that holds clients must not wait for
 * another one.
 */
export function scopeOrOutside({ setting, schema }: Tenancy): Scope {
  if (store.getStore()?.setting === setting) return currentScope(setting);
  return new Scope({
    kind: 'tenant',
    setting,
    schema,
    tenant: null,
    actor: null,
    actorSetting: '',
    write: true,
    statements: 'any',
    parent: undefined,
  });
}
