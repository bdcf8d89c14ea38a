import { quoted, type Rule, sqlOf } from './rule.ts';

/** Every row has a tenant. */
export const tenantColumnNullable: Rule = {
  id: 'tenant-column-nullable',
  group: 'tables',
  severity: 'error',
  title: 'Every row has a tenant',
  *find({ tenantTables }) {
    for (const table of tenantTables) {
      const column = table.columns.find(({ name }) => name === table.tenantColumn);
      if (column === undefined || column.notNull || table.withoutTenant !== undefined) continue;
      yield {
        object: `${table.title}.${column.name}`,
        found: `the tenant column may be null: such a row belongs to nobody, and keys and references that contain it are not checked.`,
        fix: "Fill the column, then make it NOT NULL; or say what such a row is: isolate(t, { withoutTenant: 'hidden' }) or 'shared'.",
        fixSql: [`alter table ${sqlOf(table)} alter column ${quoted(column.name)} set not null;`],
      };
    }
  },
};
