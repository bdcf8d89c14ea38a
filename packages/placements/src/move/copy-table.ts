import { isOwnRow } from '../rows/index.ts';
import { insertSql } from './changes.ts';
import { pass, type TableCopy } from './passed.ts';
import { passing } from './passing-tables.ts';
import type { Round } from './round.ts';
import { actFor, conditionOf, writtenColumns } from './tenant-session.ts';

/** Brings all rows of a tenant in a table into a temporary table, and takes away those that are there. */
export async function takeWhole(round: Round, copy: TableCopy): Promise<number> {
  const { from, to } = copy;
  const rows = await pass(round, copy, passing(to), writtenColumns(from));
  // before the first round the target has no row but that of the tenant
  if (to.belonging !== 'person' && (round.last !== undefined || isOwnRow(to))) {
    await round.target.query(`delete from ${to.from} where ${conditionOf(round.target, to)}`);
  }
  return rows;
}

/** Writes the rows that `takeWhole` has brought. People who are there stay as they are. */
export async function bringWhole({ target }: Round, { to }: TableCopy): Promise<void> {
  await actFor(target, [to]);
  await target.query(
    to.belonging === 'person' ? `${insertSql(to)} on conflict do nothing` : insertSql(to),
  );
}
