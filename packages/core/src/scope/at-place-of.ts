import type { Tenancy } from '../tenancy/tenancy.ts';
import { currentScope } from './current.ts';
import { arePlaced } from './placed-tenancies.ts';

/**
 * Runs a call about one tenant where this tenant lives: system work that names no place is done in the shared
 * tables, which may not be those of the tenant. In a tenant scope, in a batch, and in a process without
 * placements it only calls `fn`. A transaction stays where it was begun.
 *
 * @param db what `fn` sends its statements to
 * @example
 * ```ts
 * const tenant = requiredTenant(tenancy, options);
 * return atPlaceOf(tenancy, tenant, db, () => callFunction(db, 'limit_held_plan', [tenant]));
 * ```
 */
export function atPlaceOf<R>(
  tenancy: Tenancy,
  tenant: string,
  db: object,
  fn: () => Promise<R>,
): Promise<R> {
  if (!arePlaced(tenancy.setting)) return fn();
  const { kind, place, actorSetting, write, statements } = currentScope(tenancy.setting);
  if (kind === 'tenant' || place !== undefined || !mayGoElsewhere(db)) return fn();
  const { system: actor, reason } = JSON.parse(actorSetting) as Record<'system' | 'reason', string>;
  const there = { [tenancy.property]: tenant } as never;
  return tenancy.asSystem({ reason, actor, write, statements, place: there }, fn);
}

/** Whether statements that are sent to it may go to another database: a pool, or a library on one. */
function mayGoElsewhere(db: object): boolean {
  const { $client = db, isTransaction } = db as {
    readonly $client?: object;
    readonly isTransaction?: boolean;
  };
  // a transaction of Drizzle has no client; Kysely says what it is
  const { tenancy, batching } = $client as {
    readonly tenancy?: Tenancy;
    readonly batching?: boolean;
  };
  return isTransaction === false || (tenancy !== undefined && batching !== true);
}
