import { isOwnRow, type TenantTable } from '../rows/index.ts';
import type { EndOfMove } from './end.ts';
import { actFor, conditionOf } from './tenant-session.ts';

/**
 * Deletes the rows of a tenant, in the transaction that was begun. People stay, who may belong to others,
 * and in the shared database the row of the tenant, by which claims are looked up.
 *
 * @param keepsTenant whether its own row stays in a place too
 */
export async function eraseRows(end: EndOfMove, keepsTenant: boolean): Promise<void> {
  const stays = (table: TenantTable) =>
    table.belonging === 'person' || (isOwnRow(table) && (keepsTenant || end.isShared));
  // children first: rows that are the tenant's through a parent are found by it
  for (const table of end.tables.tables.filter((each) => !stays(each)).reverse()) {
    await actFor(end, [table]);
    await end.query(`delete from ${table.from} where ${conditionOf(end, table)}`);
  }
}
