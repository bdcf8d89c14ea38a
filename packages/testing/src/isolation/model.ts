import type { Tenancy } from '@tenantry/core';
import {
  type CatalogueQuery,
  type DeclaredTable,
  type LiveTable,
  pathOf,
  readCatalogue,
  readDrizzle,
  readTables,
  type TableDeclarations,
  titleOf,
  withIsolation,
} from '@tenantry/rls/model';
import type pg from 'pg';
import { TenantryError } from '../errors.ts';
import { identifier } from '../sql/client.ts';
import { asSystem } from './system.ts';
import type { ExpectIsolatedOptions, IsolationRun } from './types.ts';

/** A table under attack: declared by the schema module, and as it is in the database. */
export interface Table extends LiveTable {
  /** `projects`, or `crm.projects` outside of schema public. */
  readonly title: string;
  /** The name as SQL: `"public"."projects"`. */
  readonly sql: string;
  /** The keys whose columns identify a row, without partial indexes and expressions. */
  readonly uniques: LiveTable['keys'];
  /** The columns that identify a row: the primary key, otherwise a unique key without nulls. */
  readonly key: readonly string[];
  /** Partitions and children that hold rows, as SQL. */
  readonly children: readonly string[];
}

/** The tables of the schema module that declare their isolation. */
export const declaredTables = ({
  schema = {},
  casing,
}: Pick<ExpectIsolatedOptions, 'schema' | 'casing'>): DeclaredTable[] =>
  readDrizzle(schema, casing).filter(({ isolation }) => isolation !== undefined);

/**
 * What stands in the place of a schema module: the tables that `tables` names, as the database has them.
 * @throws TenantryError `CONFIG_INVALID` without either
 */
export async function namedTables(
  options: IsolationRun,
): Promise<Readonly<Record<string, unknown>>> {
  const { tables, exempt, tenancy } = options;
  if (tables === undefined) {
    throw new TenantryError('CONFIG_INVALID', {
      found: 'expectIsolated without tables to attack.',
      fix: 'Pass schema, the exports of your schema module; or tables, as in tenantry.config.ts.',
    });
  }
  return asSystem(options, 'tables for an isolation test', async (client) => {
    const query: CatalogueQuery = async (text, values) => (await client.query(text, values)).rows;
    const read = { tenancy: tenancy as Tenancy, tables: tables as TableDeclarations, exempt };
    return (await readTables(query, read)).schema;
  });
}

/** Reads the declared tables from the database; missing ones are reported. */
export async function readModel(
  client: Pick<pg.ClientBase, 'query'>,
  declared: readonly DeclaredTable[],
  role: string,
): Promise<{ readonly tables: readonly Table[]; readonly missing: readonly string[] }> {
  const { tables: all } = await readCatalogue(
    async (text, values) => (await client.query(text, values)).rows,
    role,
  );
  const isolated = withIsolation(all, { declared, tenantColumn: undefined });
  const live = new Map(isolated.map((table) => [pathOf(table), table]));
  const tables = declared.flatMap((table): Table[] => {
    const found = live.get(pathOf(table));
    if (found === undefined) return [];
    const uniques = found.keys.filter(({ partial, columns }) => !partial && !columns.includes(''));
    return [
      {
        ...found,
        title: titleOf(found),
        sql: sqlOf(found),
        uniques,
        key: keyOf(found, uniques),
        children: childrenOf(found, all).map(sqlOf),
      },
    ];
  });
  return { tables, missing: declared.filter((table) => !live.has(pathOf(table))).map(titleOf) };
}

const sqlOf = ({ schema, name }: LiveTable) => `${identifier(schema)}.${identifier(name)}`;

function keyOf({ columns }: LiveTable, uniques: LiveTable['keys']): readonly string[] {
  const open = new Set(columns.filter((c) => !c.refusesNull).map((c) => c.name));
  const primary = uniques.find(({ kind }) => kind === 'primary');
  const key = primary ?? uniques.find((each) => !each.columns.some((column) => open.has(column)));
  return key?.columns ?? columns.map((column) => column.name);
}

/** The children of a table, and theirs; a partitioned one holds no rows itself. */
function childrenOf({ oid }: LiveTable, all: readonly LiveTable[]): readonly LiveTable[] {
  const own = all.filter(({ parents }) => parents.includes(oid));
  return own.flatMap((child) => [
    ...(child.kind === 'partitioned' ? [] : [child]),
    ...childrenOf(child, all),
  ]);
}
