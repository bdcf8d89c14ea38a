import { name } from '@tenantry/core/sql';
import type { TenantTable } from '../rows/index.ts';
import type { EndOfMove } from './end.ts';
import { writtenColumns } from './tenant-session.ts';

/** The temporary table that the rows of a table pass, or the keys of all rows that are kept. */
export const passing = ({ oid }: TenantTable, what: 'moved' | 'kept' = 'moved'): string =>
  `pg_temp.tenantry_${what}_${Number(oid)}`;

/** Makes these tables for one transaction, in one round trip. The system role may use them. */
export async function makePassingTables(end: EndOfMove): Promise<void> {
  const { tables } = end.tables;
  const role = name(end.systemRole).sql;
  const made = tables.flatMap((table) => [
    makeSql(passing(table), writtenColumns(table), table, role),
    ...(table.key.length === 0
      ? []
      : [
          makeSql(
            passing(table, 'kept'),
            table.key.map((each) => name(each).sql),
            table,
            role,
          ),
        ]),
  ]);
  await end.query(made.join('\n'));
}

const makeSql = (called: string, columns: readonly string[], table: TenantTable, role: string) =>
  `create temp table ${called} on commit drop as select ${columns.join(', ')} from ${table.path} with no data;
   grant select, insert on ${called} to ${role};`;
