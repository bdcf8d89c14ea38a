import { literal } from '@tenantry/core/sql';
import { titleOf } from '@tenantry/rls/model';
import type { TenantTable } from '../rows/index.ts';
import type { EndOfMove } from './end.ts';
import { actFor, byRole, conditionOf, writtenColumns } from './tenant-session.ts';

/** What the rows of a tenant in one table are, whatever their order. */
export interface TableDigest {
  /** `projects`, or `crm.projects` outside of schema public. */
  readonly table: string;
  readonly rows: number;
  /** The sum of the hashes of the rows, as text. */
  readonly digest: string;
}

/** The tables whose rows are compared: people may have changed in one database only. */
export const comparedTables = ({ tables }: EndOfMove): readonly TenantTable[] =>
  tables.tables.filter(({ belonging }) => belonging !== 'person');

/**
 * Counts and hashes the rows of a tenant, in the transaction that was begun, in a round trip or two. Columns
 * go by name, because their order differs between a database that has grown and one that was made anew.
 *
 * @param tables Default: all that are compared
 */
export async function digestsOf(
  end: EndOfMove,
  tables: readonly TenantTable[] = comparedTables(end),
): Promise<TableDigest[]> {
  const digests: TableDigest[] = [];
  for (const group of byRole(end, tables)) {
    await actFor(end, group);
    const found = await end.query<{ table: string; rows: string; digest: string }>(
      group.map(digestSql).join('\nunion all\n'),
    );
    digests.push(...found.map((each) => ({ ...each, rows: Number(each.rows) })));
  }
  return digests;
}

function digestSql(table: TenantTable): string {
  const row = writtenColumns(table).map((column) => `t.${column}`);
  return `select ${literal(titleOf(table)).sql} as "table", pg_catalog.count(*)::text as rows,
      coalesce(pg_catalog.sum(pg_catalog.hashtextextended((row(${row.sort().join(', ')}))::text collate "C", 0)), 0)::text as digest
    from ${table.from} where ${conditionOf(table)}`;
}

/** The tables of `left` that have other rows in `right`. */
export const differing = (left: readonly TableDigest[], right: readonly TableDigest[]): string[] =>
  left.flatMap(({ table, rows, digest }) => {
    const other = right.find((each) => each.table === table);
    return other?.rows === rows && other.digest === digest
      ? []
      : [`${table} (${rows} and ${other?.rows ?? 0} rows)`];
  });
