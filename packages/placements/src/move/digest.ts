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
  const found = await askEach<{ rows: string; digest: string }>(
    end,
    tables,
    (table) =>
      `select pg_catalog.count(*)::text as rows, ${digestSql(hashSql(table))} as digest
       from ${table.from} where ${conditionOf(end, table)}`,
  );
  return [...found].map(([table, { rows, digest }]) => ({ table, rows: Number(rows), digest }));
}

/** Asks for one row of each table, in one statement for each role. @returns the rows by the title of the table */
export async function askEach<R>(
  end: EndOfMove,
  tables: readonly TenantTable[],
  sqlOf: (table: TenantTable) => string,
): Promise<ReadonlyMap<string, R>> {
  const answers = new Map<string, R>();
  for (const group of byRole(end, tables)) {
    await actFor(end, group);
    const asked = group.map(
      (table) => `select ${literal(titleOf(table)).sql} as "table", a.* from (${sqlOf(table)}) a`,
    );
    const rows = await end.query<R & { table: string }>(asked.join('\nunion all\n'));
    for (const row of rows) answers.set(row.table, row);
  }
  return answers;
}

/** The hash of a row `t`. */
export const hashSql = (table: TenantTable): string =>
  hashOf(
    writtenColumns(table)
      .map((column) => `t.${column}`)
      .sort(),
  );

/** The hash of some values. */
export const hashOf = (values: readonly string[]): string =>
  `pg_catalog.hashtextextended((row(${values.join(', ')}))::text collate "C", 0)`;

/** The digest of rows by their hashes. */
export const digestSql = (hash: string, filter = ''): string =>
  `coalesce(pg_catalog.sum(${hash})${filter}, 0)::text`;

/** The tables of `left` that have other rows in `right`. */
export const differing = (left: readonly TableDigest[], right: readonly TableDigest[]): string[] =>
  left.flatMap(({ table, rows, digest }) => {
    const other = right.find((each) => each.table === table);
    return other?.rows === rows && other.digest === digest
      ? []
      : [`${table} (${rows} and ${other?.rows ?? 0} rows)`];
  });
