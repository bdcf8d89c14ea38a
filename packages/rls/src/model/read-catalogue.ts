import { constraintsSql, policiesSql, tablesSql, uniqueIndexesSql } from './catalogue-sql.ts';
import type { LiveConstraint, LivePolicy, LiveTable } from './live.ts';
import type { ForeignKeyModel, KeyModel } from './table.ts';

/**
 * Runs a query of the catalogue and returns its rows. `what` names what it reads, for a caller that
 * reports what a login may not read.
 */
export type CatalogueQuery = (
  text: string,
  values: unknown[],
  what: string,
) => Promise<readonly unknown[]>;

/** The tables of a database and their policies. */
export interface LiveModel {
  readonly tables: readonly LiveTable[];
  readonly policies: readonly LivePolicy[];
}

/**
 * Reads the tables of a database: those of users, not of extensions and not of the system. How they are
 * isolated is not in the catalogue; `withIsolation` adds it.
 *
 * Emits four queries over `pg_catalog`. Types are written for the search path of the connection.
 * @param role the role that serves tenants, whose rights are read
 * @example
 * ```ts
 * const query = async (text: string, values: unknown[]) => (await client.query(text, values)).rows;
 * const { tables } = await readCatalogue(query, 'app');
 * ```
 */
export async function readCatalogue(query: CatalogueQuery, role: string): Promise<LiveModel> {
  type Bare = Omit<LiveTable, 'constraints' | 'keys' | 'foreignKeys'>;
  type Index = { readonly table: number } & Pick<KeyModel, 'name' | 'columns' | 'partial'>;
  const tables = (await query(tablesSql, [role], 'tables')) as readonly Bare[];
  const policies = (await query(policiesSql, [role], 'policies')) as readonly LivePolicy[];
  const constraints = byTable(
    (await query(constraintsSql, [], 'constraints')) as readonly LiveConstraint[],
  );
  const indexes = byTable(
    (await query(uniqueIndexesSql, [], 'unique indexes')) as readonly Index[],
  );
  return {
    policies,
    tables: tables.map((table) => {
      const own = constraints.get(table.oid) ?? [];
      return {
        ...table,
        isolation: undefined,
        tenantColumn: undefined,
        withoutTenant: undefined,
        constraints: own,
        keys: [
          ...own.flatMap(keyOf),
          ...(indexes.get(table.oid) ?? []).map(({ name, columns, partial }) => ({
            name,
            kind: 'unique' as const,
            columns,
            partial,
          })),
        ],
        foreignKeys: own.flatMap(foreignKeyOf),
      };
    }),
  };
}

const keyOf = ({ name, kind, columns }: LiveConstraint): KeyModel[] =>
  kind === 'primary' || kind === 'unique' ? [{ name, kind, columns, partial: false }] : [];

const foreignKeyOf = (key: LiveConstraint): ForeignKeyModel[] =>
  key.kind !== 'foreign' || key.foreignName === null
    ? []
    : [
        {
          name: key.name,
          columns: key.columns,
          foreignTable: key.foreignName,
          foreignColumns: key.foreignColumns,
          onDelete: key.onDelete,
          onUpdate: key.onUpdate,
          cleared: key.onDelete.startsWith('set') ? key.cleared : [],
        },
      ];

function byTable<R extends { readonly table: number }>(rows: readonly R[]): Map<number, R[]> {
  const groups = new Map<number, R[]>();
  for (const row of rows) {
    const group = groups.get(row.table);
    if (group === undefined) groups.set(row.table, [row]);
    else group.push(row);
  }
  return groups;
}
