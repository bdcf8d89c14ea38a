import { TenantryError } from '../errors/index.ts';
import { databasesOf } from '../placement/databases-of.ts';
import { callFunction } from '../sql/call.ts';
import type { Queryable } from '../sql/queryable.ts';
import type { Tenancy } from '../tenancy/tenancy.ts';
import { isOnPool, poolOf, sameWorkAt } from './at-place-of.ts';
import { currentScope } from './current.ts';
import { answerOf, type DatabaseAnswer } from './database-answers.ts';
import { arePlaced } from './placed-tenancies.ts';

/**
 * Runs a call about all tenants in each database in which tenants live, one after the other: that of the shared
 * tables first. One that fails does not stop the others. In a tenant scope, in system work that names a place,
 * and in a process without placements it only calls `fn`. A transaction stays in its database, so it is
 * refused where tenants live in others.
 *
 * Sends the query of the routes, or `select tenantry.list_places()`, and what `fn` sends.
 * @param db what `fn` sends its statements to
 * @param fn gets the name of the database; undefined for that of the shared tables, and where there is one alone
 * @returns the answer of each; where there is one database, its error is thrown
 * @throws TenantryError `STATEMENT_REFUSED`
 * @example
 * ```ts
 * const sealed = requireAll(await atEachDatabase(tenancy, pool, () => seal(pool)));
 * ```
 */
export async function atEachDatabase<R>(
  tenancy: Tenancy,
  db: Queryable,
  fn: (place: string | undefined) => Promise<R>,
): Promise<readonly DatabaseAnswer<R>[]> {
  const scope = currentScope(tenancy.setting);
  const isOfOne =
    scope.kind === 'tenant' || scope.place !== undefined || !arePlaced(tenancy.setting);
  const others = isOfOne ? [] : await otherDatabases(db);
  if (others.length === 0) return [{ value: await fn(undefined) }];
  if (!isOnPool(db) || poolOf(db)?.batching === true) throw refused(tenancy, others);
  const answers = [await answerOf(undefined, () => fn(undefined))];
  for (const place of others) {
    const there = () => tenancy.asSystem(sameWorkAt(scope, place), () => fn(place));
    answers.push(await answerOf(place, there));
  }
  return answers;
}

interface ListedPlace {
  readonly name: string;
  readonly schema: string | null;
  readonly tenants: number;
}

/** The databases in which tenants live, besides that of the shared tables. */
async function otherDatabases(db: Queryable): Promise<string[]> {
  const pool = poolOf(db);
  if (pool !== undefined) return (await databasesOf(pool)).filter((place) => place !== undefined);
  const places = await callFunction<readonly ListedPlace[]>(db, 'list_places', []);
  return places
    .filter(({ schema, tenants }) => schema === null && tenants > 0)
    .map(({ name }) => name);
}

const refused = ({ tenant }: Tenancy, others: readonly string[]) =>
  new TenantryError('STATEMENT_REFUSED', {
    found: `work about every ${tenant} in a transaction or a batch of the shared tables, and databases of their own: ${others.join(', ')}`,
    fix: 'Pass what is no transaction. Or begin one in each database: asSystem({ …, place }, …).',
  });
