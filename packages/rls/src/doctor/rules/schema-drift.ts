import { titleOf } from '../../model/table.ts';
import { listed, type Rule } from './rule.ts';

/** The database is what the Drizzle schema says. */
export const schemaDrift: Rule = {
  id: 'schema-drift',
  group: 'schema',
  severity: 'error',
  title: 'The database is what the Drizzle schema says',
  *find({ model, tables, catalogue }) {
    const live = new Map(tables.map((table) => [`${table.schema}.${table.name}`, table]));
    const views = new Set(catalogue.views.map((view) => `${view.schema}.${view.name}`));
    for (const declared of model.declared ?? []) {
      const path = `${declared.schema}.${declared.name}`;
      const table = live.get(path);
      const title = titleOf(declared);
      if (table === undefined) {
        yield {
          object: title,
          found: views.has(path)
            ? 'the schema declares a table, and the database has a view of that name.'
            : 'the schema declares the table, and the database does not have it.',
          fix: 'Run the migrations; or write the missing one with `npx tenantry generate`.',
        };
        continue;
      }
      const columns = new Map(table.columns.map((column) => [column.name, column]));
      const missing = declared.columns
        .filter((column) => !columns.has(column.name))
        .map(({ name }) => name);
      const loose = declared.columns
        .filter((column) => column.notNull && columns.get(column.name)?.notNull === false)
        .map(({ name }) => name);
      const known = new Set(declared.columns.map(({ name }) => name));
      const extra = table.columns
        .filter((column) => !known.has(column.name))
        .map(({ name }) => name);
      const keys = new Set(
        catalogue.constraints.filter((k) => k.table === table.oid).map(({ name }) => name),
      );
      const references = declared.references.map(({ name }) => name).filter((n) => !keys.has(n));
      const differences = [
        references.length > 0 && `the database lacks the reference ${listed(references)}`,
        missing.length > 0 && `the database lacks ${listed(missing)}`,
        loose.length > 0 && `${listed(loose)} may be null there`,
        extra.length > 0 && `the schema lacks ${listed(extra)}`,
      ].filter((word) => word !== false);
      if (differences.length === 0) continue;
      yield {
        object: title,
        severity: missing.length + loose.length + references.length > 0 ? 'error' : 'warning',
        found: `${differences.join('; ')}.`,
        fix: 'Run the migrations; or bring schema and database together with `npx tenantry generate`.',
      };
    }
  },
};
