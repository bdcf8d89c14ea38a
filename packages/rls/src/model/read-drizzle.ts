import { TenantryError } from '@tenantry/core';
import { name } from '@tenantry/core/sql';
import { is, SQL } from 'drizzle-orm';
import { getTableConfig, PgDialect, PgTable } from 'drizzle-orm/pg-core';
import { type Casing, columnName } from '../casing.ts';
import { type ColumnLike, sqlType, type TableLike, tableOf, typeOf } from '../fragments/drizzle.ts';
import { noteOf, numbersOf, readOnlyOf, referencesOf, searchesOf } from '../fragments/notes.ts';
import type { DeclaredTable, ForeignKeyModel, KeyModel, TableName } from './table.ts';

type Config = ReturnType<typeof getTableConfig>;

/**
 * Reads the tables of a schema module through Drizzle's public `getTableConfig`, in their order.
 *
 * @param schema its exports: `import * as schema from './schema.ts'`
 * @param casing Drizzle's `casing`, when drizzle.config.ts sets it
 * @throws TenantryError `CONFIG_INVALID` for a condition of `read` or `write` with parameters
 * @example
 * ```ts
 * const open = readDrizzle(schema).filter(({ isolation }) => isolation === undefined);
 * ```
 */
export function readDrizzle(
  schema: Readonly<Record<string, unknown>>,
  casing?: Casing,
): DeclaredTable[] {
  const tables = new Set(Object.values(schema).filter((value) => is(value, PgTable)));
  return [...tables].map((table) => readDrizzleTable(table, casing));
}

/** Reads one table. */
export function readDrizzleTable(table: PgTable, casing: Casing | undefined): DeclaredTable {
  // Drizzle runs the fragments here; they write the notes that are read below.
  const config = getTableConfig(table);
  const note = noteOf(table);
  const named = (column: ColumnLike) => columnName(column, casing);
  const term = (value: SQL | undefined) => value && readTerm(value, casing);
  const references = referencesOf(table).map((reference) => ({
    name: reference.name,
    columns: reference.columns.map(named),
    foreignTable: tableName(reference.foreignTable),
    foreignColumns: reference.foreignColumns.map(named),
    onDelete: reference.onDelete,
    onUpdate: 'no action' as const,
    cleared: reference.cleared.map(named),
  }));
  return {
    ...tableName(table),
    isolation: note?.kind,
    tenantColumn: note?.tenantColumn && named(note.tenantColumn),
    tenantProperty: note?.tenantColumn?.name,
    withoutTenant: note?.withoutTenant,
    link: note?.link && {
      column: named(note.link.column),
      foreignTable: tableName(tableOf(note.link.foreignColumn)),
      foreignColumn: named(note.link.foreignColumn),
    },
    access: note?.access ?? 'all',
    systemAccess: note?.systemAccess ?? 'all',
    idColumn: note?.idColumn && named(note.idColumn),
    readOnly: [...new Set(readOnlyOf(table).map(named))],
    columns: config.columns.map((column) => ({
      name: named(column),
      type: column.getSQLType(),
      notNull: column.notNull,
      generated: column.generated !== undefined,
      default: is(column.default, SQL) ? new PgDialect().sqlToQuery(column.default).sql : undefined,
      typeSchema:
        (column as { enum?: { schema?: string } }).enum?.schema ??
        schemaOfType(column.getSQLType()),
    })),
    keys: keysOf(config, named),
    indexNames: [
      ...config.primaryKeys.map((key) => key.getName()),
      ...config.uniqueConstraints.map((unique) => unique.getName()),
      ...config.indexes.map((index) => index.config.name),
    ].filter((each) => each !== undefined),
    foreignKeys: [...config.foreignKeys.map((key) => foreignKeyOf(key, named)), ...references],
    references,
    policies: (note?.policies ?? []).map(({ using, withCheck, ...policy }) => ({
      ...policy,
      using: term(using),
      withCheck: term(withCheck),
    })),
    userPolicies: config.policies.map((policy) => ({
      name: policy.name,
      statement: userPolicy(policy, tableName(table), casing),
    })),
    searches: searchesOf(table).map((search) => ({
      functionName: search.functionName,
      column: named(search.column),
      type: sqlType(search.column),
      kind: search.kind,
      newest: search.newest && named(search.newest),
      id: search.idColumn && { name: named(search.idColumn), type: sqlType(search.idColumn) },
      tenantFirst: search.tenantFirst,
      read: term(note?.read),
    })),
    numbers: numbersOf(table).map(({ pattern, timeZone, ...number }) => ({
      column: named(number.column),
      type: typeOf(number.column),
      pattern,
      period: number.period && named(number.period),
      sequence: number.sequence && named(number.sequence),
      by: number.by.map(named),
      at: number.at && named(number.at),
      timeZone,
      order: number.order && named(number.order),
    })),
  };
}

/** The schema in a type such as `crm.state` or `"My types".state[]`, as the catalogue writes it. */
function schemaOfType(type: string): string | undefined {
  const [, quoted, bare] = /^(?:"((?:[^"]|"")+)"|([a-z_][a-z0-9_$]*))\./.exec(type) ?? [];
  const schema = quoted?.replaceAll('""', '"') ?? bare;
  return schema === 'pg_catalog' ? undefined : schema;
}

function keysOf(config: Config, named: (column: ColumnLike) => string): KeyModel[] {
  const key = (kind: KeyModel['kind'], of: string | undefined, columns: readonly string[]) => ({
    name: of ?? '',
    kind,
    columns,
    partial: false,
  });
  return [
    ...config.columns
      .filter((column) => column.primary)
      .map((column) => key('primary', `${config.name}_pkey`, [named(column)])),
    ...config.primaryKeys.map((each) => key('primary', each.getName(), each.columns.map(named))),
    ...config.columns
      .filter((column) => column.isUnique)
      .map((column) => key('unique', column.uniqueName ?? named(column), [named(column)])),
    ...config.uniqueConstraints.map((each) =>
      key('unique', each.getName(), each.columns.map(named)),
    ),
    ...config.indexes
      .filter((index) => index.config.unique)
      .map(({ config: { name: of, columns, where } }) => ({
        ...key(
          'unique',
          of,
          columns.map((column) => (is(column, SQL) ? '' : named(column as ColumnLike))),
        ),
        partial: where !== undefined,
      })),
  ];
}

function foreignKeyOf(
  key: Config['foreignKeys'][number],
  named: (column: ColumnLike) => string,
): ForeignKeyModel {
  const { columns, foreignTable, foreignColumns } = key.reference();
  const onDelete = key.onDelete ?? 'no action';
  return {
    name: key.getName(),
    columns: columns.map(named),
    foreignTable: tableName(foreignTable),
    foreignColumns: foreignColumns.map(named),
    onDelete,
    onUpdate: key.onUpdate ?? 'no action',
    cleared: onDelete.startsWith('set') ? columns.map(named) : [],
  };
}

/** `CREATE POLICY` as drizzle-kit writes it. */
function userPolicy(
  policy: Config['policies'][number],
  table: TableName,
  casing: Casing | undefined,
): string {
  const bare = /^(public|current_role|current_user|session_user)$/i;
  const roles = [policy.to ?? 'public'].flat().map((role) => {
    const named = typeof role === 'string' ? role : (role as { readonly name: string }).name;
    return bare.test(named) ? named : name(named).sql;
  });
  const term = (word: string, value: SQL | undefined) =>
    value === undefined ? '' : ` ${word} (${readTerm(value, casing)})`;
  const kind = (policy.as ?? 'permissive').toUpperCase();
  const command = (policy.for ?? 'all').toUpperCase();
  return `CREATE POLICY ${name(policy.name).sql} ON ${name(table.schema, table.name).sql} AS ${kind} FOR ${command} TO ${roles.join(', ')}${term('USING', policy.using)}${term('WITH CHECK', policy.withCheck)};`;
}

function readTerm(term: SQL, casing: Casing | undefined): string {
  // 1.0 stores the casing in the columns
  const dialect = new PgDialect((casing === undefined ? {} : { casing }) as object);
  const { sql, params } = dialect.sqlToQuery(term);
  if (params.length === 0) return sql;
  throw new TenantryError('CONFIG_INVALID', {
    found: 'a condition with parameters in read or write, which no policy can have.',
    fix: 'Write the values into the text of the condition.',
  });
}

/** The schema and the name of a table, without running its fragments. */
export function tableName(table: TableLike): TableName {
  const { schema, name } = getTableConfig(table as PgTable);
  return { schema: schema ?? 'public', name };
}
