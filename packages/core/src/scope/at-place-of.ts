import { TenantryError } from '../errors/index.ts';
import type { Tenancy } from '../tenancy/tenancy.ts';
import { currentScope } from './current.ts';
import { arePlaced, databaseElsewhere } from './placed-tenancies.ts';
import type { Scope } from './scope.ts';

/**
 * Runs a call about one tenant where this tenant lives: system work that names no place is done in the shared
 * tables, which may not be those of the tenant. A batch goes there as a whole, so all of it has to be about this
 * tenant; otherwise it is refused, unless all live in the shared tables. A transaction stays where it was begun, so
 * it is refused for a tenant that lives elsewhere. In a tenant scope and in a process without placements it only
 * calls `fn`.
 *
 * @param db what `fn` sends its statements to
 * @throws TenantryError `STATEMENT_REFUSED`
 * @example
 * ```ts
 * const tenant = requiredTenant(tenancy, options);
 * return atPlaceOf(tenancy, tenant, db, () => callFunction(db, 'limit_held_plan', [tenant]));
 * ```
 */
export async function atPlaceOf<R>(
  tenancy: Tenancy,
  tenant: string,
  db: object,
  fn: () => Promise<R>,
): Promise<R> {
  if (!arePlaced(tenancy.setting)) return fn();
  const scope = currentScope(tenancy.setting);
  if (scope.kind === 'tenant' || scope.place !== undefined) return fn();
  if (!isOnPool(db)) {
    const elsewhere = databaseElsewhere(scope, tenant);
    if (elsewhere !== undefined) throw refused(tenancy, elsewhere);
    return fn();
  }
  const there = { [tenancy.property]: tenant } as never;
  return tenancy.asSystem(sameWorkAt(scope, there), fn);
}

/** The system work of a scope, at a place. */
export function sameWorkAt<P extends string | object>(
  { actorSetting, write, statements }: Scope,
  place: P,
) {
  const { system: actor, reason } = JSON.parse(actorSetting) as Record<'system' | 'reason', string>;
  return { reason, actor, write, statements, place };
}

/** The pool that something sends its statements to, where it shows one: a pool, or Drizzle on one. */
export function poolOf(db: object): { readonly batching?: boolean } | undefined {
  // a transaction of Drizzle has no client
  const { $client = db } = db as { readonly $client?: object };
  return (($client as { readonly tenancy?: Tenancy }).tenancy && $client) || undefined;
}

/** Whether its statements go to the database of their scope: a pool, or a library on one. Kysely says what it is. */
export const isOnPool = (db: object): boolean =>
  poolOf(db) !== undefined || (db as { readonly isTransaction?: boolean }).isTransaction === false;

const refused = ({ tenant, property }: Tenancy, place: string) =>
  new TenantryError('STATEMENT_REFUSED', {
    found: `work about a ${tenant} that lives in ${place}, in a transaction of the shared tables`,
    fix: `Begin the transaction where it lives: asSystem({ …, place: { ${property} } }, …).`,
  });
