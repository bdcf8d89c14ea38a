import type { TableView } from '../subject/types.ts';
import type { Rule } from './rule.ts';

/** `deleted_at`, `archivedAt`, `is_deleted`: a row that has it is in the trash. */
const marksDeleted = /^(is_?)?(deleted|archived|trashed)(_?(at|on|date))?$/i;

/** A key that a person chose: a text, or an expression over one. Ids and numbers are not given again. */
const isName = ({ columns }: TableView, key: readonly string[]) =>
  key.some((name) => name === '' || columns.find((c) => c.name === name)?.category === 'S');

/** The name of a deleted row can be given again. */
export const uniqueCountsDeleted: Rule = {
  id: 'unique-counts-deleted',
  group: 'constraints',
  severity: 'info',
  title: 'The name of a deleted row can be given again',
  *find({ tenantTables }) {
    for (const table of tenantTables) {
      const deletion = table.columns.find(
        ({ name, category }) => marksDeleted.test(name) && /[DB]/.test(category),
      )?.name;
      if (deletion === undefined) continue;
      for (const { name, kind, columns, partial } of table.keys) {
        if (kind === 'primary' || partial || columns.includes(deletion)) continue;
        if (!isName(table, columns)) continue;
        yield {
          object: `${table.title}.${name}`,
          found: `(${columns.map((column) => column || 'an expression').join(', ')}) is unique also among rows with ${deletion}: what was deleted keeps its name.`,
          fix: `Replace it by a unique index of the rows that live, "where ${deletion} is null" (or "where not ${deletion}").`,
        };
      }
    }
  },
};
