import type { Rule } from './rule.ts';

/** `project_ids`, `projectIds`: by their names, the elements are keys of other rows. */
const namesRows = /(_ids|Ids|_uuids)$/;

/** A row names only rows of its own tenant, also in lists. */
export const referencesInArray: Rule = {
  id: 'references-in-array',
  group: 'constraints',
  severity: 'info',
  title: 'Rows that a row names are checked, also in lists',
  *find({ tenantTables }) {
    for (const table of tenantTables) {
      for (const { name, category, type } of table.columns) {
        if (category !== 'A' || !namesRows.test(name)) continue;
        yield {
          object: `${table.title}.${name}`,
          found: `${type} names other rows, and PostgreSQL has no foreign key for the elements of an array: they may name rows of another tenant, or rows that are gone.`,
          fix: 'Keep them in a table of their own, a row for each pair, whose foreign keys lead with the tenant.',
        };
      }
    }
  },
};
