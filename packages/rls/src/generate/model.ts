import { TenantryError } from '@tenantry/core';
import { name } from '@tenantry/core/sql';
import { is, SQL } from 'drizzle-orm';
import { getTableConfig, PgDialect, PgTable } from 'drizzle-orm/pg-core';
import { type Casing, columnName } from '../casing.ts';
import { type ColumnLike, type OnDelete, sqlType, type TableLike } from '../fragments/drizzle.ts';
import {
  noteOf,
  type Policy,
  readOnlyOf,
  referencesOf,
  type SearchKind,
  searchesOf,
  type TableNote,
} from '../fragments/notes.ts';

/** A table by schema and name. */
export interface TableName {
  readonly schema: string;
  readonly name: string;
}

/** A policy, with its conditions as SQL. */
export interface PolicyModel extends Omit<Policy, 'using' | 'withCheck'> {
  readonly using: string | undefined;
  readonly withCheck: string | undefined;
}

export interface ColumnModel {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  readonly generated: boolean;
  /** The SQL expression of its default. */
  readonly default: string | undefined;
  /** The schema of its enum type, when it has one. */
  readonly typeSchema: string | undefined;
}

export interface ReferenceModel {
  readonly name: string;
  readonly columns: readonly string[];
  readonly foreignTable: TableName;
  readonly foreignColumns: readonly string[];
  readonly onDelete: OnDelete;
  readonly cleared: readonly string[];
}

/** A searchable column, with database names. */
export interface SearchModel {
  readonly functionName: string;
  readonly column: string;
  readonly type: string;
  readonly kind: SearchKind;
  readonly newest: string | undefined;
  readonly id: { readonly name: string; readonly type: string } | undefined;
  readonly tenantFirst: boolean;
  /** The condition of `isolate(t, { read })`, which the function applies too. */
  readonly read: string | undefined;
}

/** A table of the schema module, with database names. */
export interface TableModel extends TableName {
  readonly note: TableNote | undefined;
  readonly policies: readonly PolicyModel[];
  /** The user's own policies, in the text that drizzle-kit writes. */
  readonly userPolicies: readonly { readonly name: string; readonly statement: string }[];
  readonly tenantColumn: string | undefined;
  readonly idColumn: string | undefined;
  /** Columns that only the system role writes. */
  readonly readOnly: readonly string[];
  readonly columns: readonly ColumnModel[];
  readonly primaryKeys: readonly (readonly string[])[];
  readonly uniques: readonly { readonly name: string; readonly columns: readonly string[] }[];
  /** Names of keys and indexes that drizzle-kit makes, which are unique within a schema. */
  readonly indexNames: readonly string[];
  /** Foreign keys of Drizzle's own, which drizzle-kit writes. */
  readonly foreignKeys: readonly Omit<ReferenceModel, 'onDelete' | 'cleared'>[];
  /** Foreign keys of `reference(t, …)`, which the generator writes. */
  readonly references: readonly ReferenceModel[];
  /** Columns of `searchable(t, …)`. */
  readonly searches: readonly SearchModel[];
}

/** Reads the tables of a schema module through Drizzle's public `getTableConfig`, in their order. */
export function readTables(
  schema: Readonly<Record<string, unknown>>,
  casing: Casing | undefined,
): TableModel[] {
  const tables = new Set(Object.values(schema).filter((value) => is(value, PgTable)));
  return [...tables].map((table) => readTable(table, casing));
}

/** Reads one table. */
export function readTable(table: PgTable, casing: Casing | undefined): TableModel {
  // Drizzle runs the fragments here; they write the notes that are read below.
  const config = getTableConfig(table);
  const note = noteOf(table);
  const named = (column: ColumnLike) => columnName(column, casing);
  const own = config.columns.filter((column) => column.primary).map((column) => [named(column)]);
  const uniqueColumns = config.columns.filter((column) => column.isUnique);
  return {
    ...tableName(table),
    note,
    policies: (note?.policies ?? []).map(({ using, withCheck, ...policy }) => ({
      ...policy,
      using: using && readTerm(using, casing),
      withCheck: withCheck && readTerm(withCheck, casing),
    })),
    userPolicies: config.policies.map((policy) => ({
      name: policy.name,
      statement: userPolicy(policy, tableName(table), casing),
    })),
    tenantColumn: note?.tenantColumn && named(note.tenantColumn),
    idColumn: note?.idColumn && named(note.idColumn),
    readOnly: [...new Set(readOnlyOf(table).map(named))],
    columns: config.columns.map((column) => ({
      name: named(column),
      type: column.getSQLType(),
      notNull: column.notNull,
      generated: column.generated !== undefined,
      default: is(column.default, SQL) ? new PgDialect().sqlToQuery(column.default).sql : undefined,
      typeSchema: (column as { enum?: { schema?: string } }).enum?.schema,
    })),
    primaryKeys: [...own, ...config.primaryKeys.map((key) => key.columns.map(named))],
    uniques: [
      ...uniqueColumns.map((column) => ({
        name: column.uniqueName ?? named(column),
        columns: [named(column)],
      })),
      ...config.uniqueConstraints.map((unique) => ({
        name: unique.getName() ?? '',
        columns: unique.columns.map(named),
      })),
      ...config.indexes
        .filter((index) => index.config.unique)
        .map((index) => ({
          name: index.config.name ?? '',
          columns: index.config.columns.map((column) =>
            is(column, SQL) ? '' : named(column as ColumnLike),
          ),
        })),
    ],
    indexNames: [
      ...config.primaryKeys.map((key) => key.getName()),
      ...config.uniqueConstraints.map((unique) => unique.getName()),
      ...config.indexes.map((index) => index.config.name),
    ].filter((each) => each !== undefined),
    foreignKeys: config.foreignKeys.map((key) => {
      const { columns, foreignTable, foreignColumns } = key.reference();
      return {
        name: key.getName(),
        columns: columns.map(named),
        foreignTable: tableName(foreignTable),
        foreignColumns: foreignColumns.map(named),
      };
    }),
    references: referencesOf(table).map((reference) => ({
      name: reference.name,
      columns: reference.columns.map(named),
      foreignTable: tableName(reference.foreignTable),
      foreignColumns: reference.foreignColumns.map(named),
      onDelete: reference.onDelete,
      cleared: reference.cleared.map(named),
    })),
    searches: searchesOf(table).map((search) => ({
      functionName: search.functionName,
      column: named(search.column),
      type: sqlType(search.column),
      kind: search.kind,
      newest: search.newest && named(search.newest),
      id: search.idColumn && { name: named(search.idColumn), type: sqlType(search.idColumn) },
      tenantFirst: search.tenantFirst,
      read: note?.read && readTerm(note.read, casing),
    })),
  };
}

/** `CREATE POLICY` as drizzle-kit writes it. */
function userPolicy(
  policy: ReturnType<typeof getTableConfig>['policies'][number],
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

/** `projects`, or `crm.projects` outside of schema public. */
export const display = ({ schema, name }: TableName): string =>
  schema === 'public' ? name : `${schema}.${name}`;
