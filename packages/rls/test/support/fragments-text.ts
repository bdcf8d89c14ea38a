import { is, type SQL } from 'drizzle-orm';
import { getTableConfig, PgDialect, PgTable } from 'drizzle-orm/pg-core';
import { noteOf } from '../../src/fragments/notes.ts';

/** What the fragments make of the tables of a schema, as text that both lines of Drizzle agree on. */
export function fragmentsText(schema: Readonly<Record<string, unknown>>): string {
  const dialect = new PgDialect();
  const text = (sql: SQL | undefined) => {
    if (sql === undefined) return '-';
    const query = dialect.sqlToQuery(sql);
    // A parameter would have no value in a migration.
    if (query.params.length > 0) throw new Error(`parameters in ${query.sql}`);
    return query.sql;
  };
  const tables = Object.values(schema).filter((value) => is(value, PgTable));
  return tables
    .flatMap((table) => {
      const config = getTableConfig(table);
      const names = (columns: readonly { readonly name: string }[]) =>
        columns.map((column) => column.name).join(', ');
      return [
        `table ${config.name}`,
        ...config.columns.map(
          (c) =>
            `  column ${c.name} ${c.getSQLType().replace('[]', '')}${c.notNull ? ' not null' : ''}${c.hasDefault ? ' default' : ''}`,
        ),
        ...config.primaryKeys.map(
          (key) => `  primary key ${key.getName()} (${names(key.columns)})`,
        ),
        ...config.indexes.map(
          ({ config: index }) =>
            `  ${index.unique ? 'unique ' : ''}index ${index.name} (${names(index.columns as never)})`,
        ),
        ...config.foreignKeys.map((key) => {
          const { columns, foreignTable, foreignColumns } = key.reference();
          return `  foreign key ${key.getName()} (${names(columns)}) references ${getTableConfig(foreignTable).name} (${names(foreignColumns)}) on delete ${key.onDelete}`;
        }),
        ...(noteOf(table)?.policies ?? []).map(
          (policy) =>
            `  policy ${policy.name} ${policy.as} for ${policy.for} to ${policy.to.join(', ')}\n    using ${text(policy.using)}\n    check ${text(policy.withCheck)}`,
        ),
      ];
    })
    .join('\n');
}
