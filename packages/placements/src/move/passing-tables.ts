import { name } from '@tenantry/core/sql';
import type { TenantTable } from '../rows/index.ts';
import type { EndOfMove } from './end.ts';
import { writtenColumns } from './tenant-session.ts';

/** The temporary table that the rows of a table pass. */
export const passing = ({ oid }: TenantTable): string => `pg_temp.tenantry_moved_${Number(oid)}`;

/** Makes these tables for one transaction, in one round trip. The system role may use them. */
export async function makePassingTables(end: EndOfMove): Promise<void> {
  const { tables } = end.tables;
  const role = name(end.systemRole).sql;
  const made = tables.map(
    (table) =>
      `create temp table ${passing(table)} on commit drop as select ${writtenColumns(table).join(', ')} from ${table.path} with no data;
       grant select, insert on ${passing(table)} to ${role};`,
  );
  await end.query(made.join('\n'));
}
