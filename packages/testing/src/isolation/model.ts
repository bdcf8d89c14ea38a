import type { Tenancy } from '@tenantry/core';
import {
  type CatalogueQuery,
  type DeclaredTable,
  type LiveTable,
  pathOf,
  readCatalogue,
  readDeclarations,
  readDrizzle,
  readTables,
  type TableDeclarations,
  titleOf,
  withIsolation,
} from '@tenantry/rls/model';
import type pg from 'pg';
import { TenantryError } from '../errors.ts';
import { identifier } from '../sql/client.ts';
import type { Home } from './homes.ts';
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
 * The tables that declare their isolation: in the schema module, or in `tables`, as the database has them.
 * While an application is adopted they may lack their tenant column.
 * @throws TenantryError `CONFIG_INVALID` without either
 */
export async function tablesToProve(options: IsolationRun): Promise<DeclaredTable[]> {
  const { schema, tables, exempt, adopting } = options;
  const tenancy = options.tenancy as Tenancy;
  if (schema !== undefined) return declaredTables(options);
  if (tables === undefined) {
    throw new TenantryError('CONFIG_INVALID', {
      found: 'expectIsolated without tables to attack.',
      fix: 'Pass schema, the exports of your schema module; or tables, as in tenantry.config.ts.',
    });
  }
  const declarations = tables as TableDeclarations;
  return asSystem(options, 'tables for an isolation test', async (client) => {
    const query: CatalogueQuery = async (text, values) => (await client.query(text, values)).rows;
    if (adopting === true) {
      const live = await readCatalogue(query, tenancy.roles.app);
      return readDeclarations(tenancy, declarations, live.tables);
    }
    const read = await readTables(query, { tenancy, tables: declarations, exempt });
    return declaredTables(read);
  });
}

/** Reads the declared tables from the database, as a tenant has them; missing ones are reported. */
export async function readModel(
  client: Pick<pg.ClientBase, 'query'>,
  declared: readonly DeclaredTable[],
  role: string,
  { schemaOf }: Pick<Home, 'schemaOf'> = { schemaOf: ({ schema }) => schema },
): Promise<{ readonly tables: readonly Table[]; readonly missing: readonly string[] }> {
  const { tables: all } = await readCatalogue(
    async (text, values) => (await client.query(text, values)).rows,
    role,
  );
  const bounds = await partitionBounds(client, all);
  const at = (table: DeclaredTable) => ({ ...table, schema: schemaOf(table) });
  const isolated = withIsolation(all, { declared: declared.map(at), tenantColumn: undefined });
  const live = new Map(isolated.map((table) => [pathOf(table), table]));
  const tables = declared.flatMap((table): Table[] => {
    const found = live.get(pathOf(at(table)));
    if (found === undefined) return [];
    const children = childrenOf(found, all);
    const bound = bounds.get(children[0]?.oid ?? 0);
    const uniques = found.keys.filter(({ partial, columns }) => !partial && !columns.includes(''));
    return [
      {
        ...found,
        title: titleOf(table),
        sql: sqlOf(found),
        uniques,
        key: keyOf(found, uniques),
        children: children.map(sqlOf),
        constraints: [...found.constraints, ...(bound ? [asCheck(found, bound)] : [])],
      },
    ];
  });
  return { tables, missing: declared.filter((table) => !live.has(pathOf(at(table)))).map(titleOf) };
}

/** What a row has to be to fit into a partition, by the oid of the partition. */
async function partitionBounds(
  client: Pick<pg.ClientBase, 'query'>,
  all: readonly LiveTable[],
): Promise<ReadonlyMap<number, string>> {
  const { rows } = await client.query(
    'select oid, pg_catalog.pg_get_partition_constraintdef(oid) as bound from pg_catalog.pg_class where relispartition and oid = any ($1::oid[])',
    [all.map(({ oid }) => oid)],
  );
  return new Map(rows.map(({ oid, bound }) => [oid, bound ?? '']));
}

/** A bound as a check, which tells values to try. The error of the server names no constraint. */
const asCheck = (table: LiveTable, bound: string): LiveTable['constraints'][number] => ({
  table: table.oid,
  name: '',
  kind: 'check',
  columns: table.columns.filter(({ name }) => bound.includes(name)).map(({ name }) => name),
  foreignTable: 0,
  foreignName: null,
  foreignColumns: [],
  onDelete: 'no action',
  onUpdate: 'no action',
  cleared: [],
  validated: true,
  enforced: true,
  definition: bound,
});

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
