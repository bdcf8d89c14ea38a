import { TenantryError } from '../errors/index.ts';
import type { Tenancy } from '../tenancy/tenancy.ts';
import { currentScope } from './current.ts';
import { arePlaced, databaseElsewhere } from './placed-tenancies.ts';

/**
 * Runs a call about one tenant where this tenant lives: system work that names no place is done in the shared
 * tables, which may not be those of the tenant. In a tenant scope, in a batch, and in a process without
 * placements it only calls `fn`. A transaction stays where it was begun, so it is refused for a tenant that lives
 * elsewhere.
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
  const { kind, place, actorSetting, write, statements } = scope;
  if (kind === 'tenant' || place !== undefined) return fn();
  if (!mayGoElsewhere(db)) {
    const elsewhere = databaseElsewhere(scope, tenant);
    if (elsewhere !== undefined) throw refused(tenancy, elsewhere);
    return fn();
  }
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

const refused = ({ tenant, property }: Tenancy, place: string) =>
  new TenantryError('STATEMENT_REFUSED', {
    found: `work about a ${tenant} that lives in ${place}, in a transaction of the shared tables`,
    fix: `Begin the transaction where it lives: asSystem({ …, place: { ${property} } }, …).`,
  });
