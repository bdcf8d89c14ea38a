import type { SystemEntry } from '@tenantry/core';
import { databasesOf } from '@tenantry/core/sql';
import type { Database } from './database.ts';
import { tenancy } from './tenancy.ts';

/**
 * Asks each database in which organizations live, and joins the answers. One that does not answer is left out:
 * nobody can enter its organizations now either.
 */
export async function everywhere<Row>(
  { pool }: Pick<Database, 'pool'>,
  entry: Omit<SystemEntry, 'place' | 'write'>,
  fn: () => Promise<readonly Row[]>,
): Promise<Row[]> {
  const ask = async (place: string | undefined) => {
    const asking = tenancy.asSystem({ ...entry, ...(place !== undefined && { place }) }, fn);
    return place === undefined ? asking : asking.catch(() => []);
  };
  return (await Promise.all((await databasesOf(pool)).map(ask))).flat();
}
