import { type Tenancy, TenantryError } from '@tenantry/core';
import { name, textInSchema } from '@tenantry/core/sql';
import {
  type CatalogueQuery,
  type LiveConstraint,
  type LiveTable,
  pathOf,
  readCatalogue,
  type TableName,
  titleOf,
} from '@tenantry/rls/model';
import { type Belongs, belongingTables } from './belonging.ts';
import { conditionOf, fromOf } from './condition.ts';
import type { SaidOfTable } from './declared.ts';
import { type RowFacts, readFacts } from './facts.ts';
import { isInSchemas, readSchemas, saidIn, sharedName, tablesIn } from './in-schema.ts';
import { type Edge, orderTables } from './order.ts';
import { isOfCluster } from './own-tables.ts';
import type { OutsideReference, RowReference, TenantTable, TenantTables } from './tenant-table.ts';

/** What {@link tenantTables} needs: a client of pg, a pool, or anything of their shape. */
export interface RowsClient {
  query(text: string, values: unknown[]): Promise<{ rows: unknown[] }>;
}

/** A foreign key within the tables of a tenant. */
interface Key extends Edge {
  readonly name: string;
  readonly table: LiveTable;
  readonly columns: readonly string[];
  readonly deferrable: boolean;
}

/** The name of a table wherever a tenant lives, and that in SQL. */
type Naming = (table: TableName) => TableName & { readonly path: string };

/** A table whose rows of a tenant can be told. */
interface Reached extends Belongs {
  readonly condition: string;
  readonly elsewhere: string | undefined;
}

/**
 * The tables that hold rows of a tenant, parents first. It reads the catalogue of the database, so it knows
 * tables that the Drizzle schema does not have: those with the tenant column, those that reach one through
 * a parent, and those of the packages. What only the schema module says (who is a person, which link a
 * policy follows, that a table is shared) comes from `tenantry.declared_tables()`.
 *
 * Tables that every tenant reads are not among them.
 *
 * A tenant may have some of them in a schema of its own. They go by the names of the shared tables then, so
 * that they are the same tables wherever it lives.
 *
 * @param options.schema the schema in which the tenant lives; null for the shared tables. Default: the tables
 *   of all schemas, each by its own name.
 * @param client a connection as the system role, or as a login that may call functions of that role
 * @throws TenantryError `DATABASE_NOT_PREPARED` without the function
 */
export async function tenantTables(
  client: RowsClient,
  tenancy: Tenancy,
  { schema }: { readonly schema?: string | null } = {},
): Promise<TenantTables> {
  const query: CatalogueQuery = async (text, values) => (await client.query(text, values)).rows;
  const declared = await readDeclared(query, tenancy);
  const { tables: all } = await readCatalogue(query, tenancy.roles.app);
  const schemas = await readSchemas(query, tenancy);
  const live = schema === undefined ? all : tablesIn(all, schemas, schema);
  const said = saidIn(declared, schemas, schema ?? null);
  const nameOf: Naming = (table) => ({
    path: name(table.schema, table.name).sql,
    ...sharedName(table, schemas, schema ?? null),
  });
  const facts = await readFacts(query);
  const found = belongingTables(live, said, tenancy);
  const reached = sorted([...found.values()], tenancy).flatMap((belongs) => {
    const condition = conditionOf(belongs, found);
    const elsewhere =
      belongs.belonging === 'person' ? conditionOf(belongs, found, { operator: '<>' }) : undefined;
    return condition === undefined ? [] : [{ ...belongs, condition, elsewhere }];
  });
  const keys = keysAmong(reached.map(({ table }) => table));
  const links = reached.flatMap(({ belonging, links: ways }, to) =>
    belonging !== 'person'
      ? []
      : ways.map(({ other }) => ({ from: reached.findIndex((r) => r.table === other), to })),
  );
  const mayWait = (key: Edge) => !('name' in key) || canWait(key as Key);
  const { order, broken } = orderTables(reached.length, [...keys, ...links], mayWait);
  const late = broken.filter((key): key is Key => 'name' in key);
  return {
    tables: order.flatMap((i) => {
      const each = reached[i];
      if (each === undefined) return [];
      const table = tableOf(each, late, facts, nameOf, tenancy.schema);
      return [{ ...table, inSchemas: isInSchemas(table, schemas) }];
    }),
    unsatisfied: late
      .filter((key) => key.from !== key.to && !canWait(key))
      .map(({ table, name }) => `${titleOf(table)}: ${name}`),
    fromOutside: outside(live, reached, nameOf),
  };
}

async function readDeclared(query: CatalogueQuery, { schema }: Tenancy): Promise<SaidOfTable[]> {
  try {
    const text = textInSchema(schema, 'select tenantry.declared_tables()::text as said');
    const [row] = (await query(text, [], 'tables')) as readonly { readonly said: string }[];
    return JSON.parse(row?.said ?? '[]') as SaidOfTable[];
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code !== '42883' && code !== '3F000') throw error;
    throw new TenantryError('DATABASE_NOT_PREPARED', {
      found: message,
      fix: 'List the placements in `features` of tenantry.config.ts, then run `npx tenantry generate` and your migrations.',
      cause: error,
    });
  }
}

const ranks = ['tenant', 'claim', 'person', 'column', 'parent'];

/** The tenant first, then people, and the tables of the packages last. */
const sorted = (tables: readonly Belongs[], { schema }: Tenancy): Belongs[] => {
  const rank = ({ table, belonging }: Belongs) =>
    (table.schema === schema ? ranks.length : 0) + ranks.indexOf(belonging);
  return [...tables].sort(
    (a, b) => rank(a) - rank(b) || (pathOf(a.table) < pathOf(b.table) ? -1 : 1),
  );
};

function keysAmong(tables: readonly LiveTable[]): Key[] {
  const at = new Map(tables.map((table, i) => [table.oid, i]));
  return tables.flatMap((table, from) =>
    table.constraints.flatMap(({ kind, name, columns, foreignTable, definition }) => {
      const to = at.get(foreignTable);
      if (kind !== 'foreign' || to === undefined) return [];
      const deferrable = / DEFERRABLE\b/.test(definition) && !/ NOT DEFERRABLE/.test(definition);
      return [{ from, to, name, table, columns, deferrable }];
    }),
  );
}

/** The columns of a key that may be null until the row that it refers to is there. */
const laterOf = ({ table, columns }: Key): string[] => {
  const open = columns.filter((column) => {
    const found = table.columns.find(({ name }) => name === column);
    return found !== undefined && !found.refusesNull && !found.generated;
  });
  return open;
};

const canWait = (key: Key): boolean => key.deferrable || laterOf(key).length > 0;

function tableOf(
  { table, belonging, tenantColumn, condition, elsewhere }: Reached,
  late: readonly Key[],
  { sequences, appendOnly }: RowFacts,
  nameOf: Naming,
  ownSchema: string,
): Omit<TenantTable, 'inSchemas'> {
  const own = late.filter((key) => key.table === table);
  const deferrable = own.filter((key) => key.deferrable);
  return {
    oid: table.oid,
    ...nameOf(table),
    belonging,
    tenantColumn,
    condition,
    elsewhere,
    from: fromOf(table, 't'),
    columns: table.columns
      .filter(({ name }) => !isOfCluster(table, name, ownSchema))
      .map(({ name, type, generated, refusesNull, alwaysIdentity }) => ({
        name,
        type,
        generated,
        nullable: !refusesNull,
        alwaysIdentity,
        sequence: sequences.get(`${table.oid} ${name}`),
      })),
    key: keyOf(table),
    appendOnly: appendOnly.has(table.oid),
    later: [...new Set(own.filter((key) => !key.deferrable).flatMap(laterOf))].filter(
      (column) => column !== tenantColumn,
    ),
    deferred: deferrable.map(({ name }) => name),
    references: table.constraints.flatMap((key) => referenceOf(key, nameOf)),
  };
}

function keyOf({ keys, columns }: LiveTable): readonly string[] {
  const whole = keys.filter(({ partial, columns: of }) => !partial && !of.includes(''));
  const refusesNull = new Set(columns.filter((c) => c.refusesNull).map((c) => c.name));
  const [first] = [
    ...whole.filter(({ kind }) => kind === 'primary'),
    ...whole.filter(({ columns: of }) => of.every((column) => refusesNull.has(column))),
  ];
  return first?.columns ?? [];
}

function referenceOf(
  { kind, name: constraint, columns, foreignName, foreignColumns }: LiveConstraint,
  nameOf: Naming,
): RowReference[] {
  if (kind !== 'foreign' || foreignName === null) return [];
  const { path, ...to } = nameOf(foreignName);
  return [{ constraint, columns, to, toPath: path, toColumns: foreignColumns }];
}

function outside(
  live: readonly LiveTable[],
  reached: readonly { readonly table: LiveTable }[],
  nameOf: Naming,
): OutsideReference[] {
  const inside = new Set(reached.map(({ table }) => table.oid));
  return live
    .filter(({ oid }) => !inside.has(oid))
    .flatMap(({ schema, name, constraints }) =>
      constraints
        .filter(({ foreignTable }) => inside.has(foreignTable))
        .flatMap((key) => referenceOf(key, nameOf))
        .map((reference) => ({ schema, name, ...reference })),
    );
}
