import type { Tenancy } from '@tenantry/core';
import { titleOf } from '@tenantry/rls/model';
import type { TenantTable } from '../rows/index.ts';
import type { EndOfMove } from './end-of-move.ts';
import { asReaching, conditionOf, writtenColumns } from './tenant-session.ts';

/** What the rows of a tenant in one table are, whatever their order. */
export interface TableDigest {
  /** `projects`, or `crm.projects` outside of schema public. */
  readonly table: string;
  readonly rows: number;
  /** The sum of the hashes of the rows, as text. */
  readonly digest: string;
}

/**
 * Counts and hashes the rows of a tenant, in the transaction that was begun. Columns go by name, because
 * their order differs between a database that has grown and one that was made anew.
 */
export async function digestOf(
  end: EndOfMove,
  tenancy: Tenancy,
  table: TenantTable,
): Promise<TableDigest> {
  const row = writtenColumns(table)
    .sort()
    .map((column) => `t.${column}`);
  const [found] = await asReaching(end, tenancy, table, () =>
    end.query<{ rows: string; digest: string }>(
      `select pg_catalog.count(*)::text as rows,
         coalesce(pg_catalog.sum(pg_catalog.hashtextextended((row(${row.join(', ')}))::text collate "C", 0)), 0)::text as digest
       from ${table.from} where ${conditionOf(table)}`,
    ),
  );
  return {
    table: titleOf(table),
    rows: Number(found?.rows ?? 0),
    digest: found?.digest ?? '0',
  };
}

/** The tables whose rows are compared: people may have changed in one database only. */
export const comparedTables = ({ tables }: EndOfMove): readonly TenantTable[] =>
  tables.tables.filter(({ belonging }) => belonging !== 'person');

/** The digests of all compared tables. */
export async function digestsOf(end: EndOfMove, tenancy: Tenancy): Promise<TableDigest[]> {
  const digests: TableDigest[] = [];
  for (const table of comparedTables(end)) digests.push(await digestOf(end, tenancy, table));
  return digests;
}

/** The tables of `left` that have other rows in `right`. */
export const differing = (left: readonly TableDigest[], right: readonly TableDigest[]): string[] =>
  left.flatMap(({ table, rows, digest }) => {
    const other = right.find((each) => each.table === table);
    return other?.rows === rows && other.digest === digest
      ? []
      : [`${table} (${rows} and ${other?.rows ?? 0} rows)`];
  });
