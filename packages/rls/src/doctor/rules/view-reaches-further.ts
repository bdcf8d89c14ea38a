import { titleOf } from '../../model/table.ts';
import { listed, quoted, type Rule } from './rule.ts';

/** A view shows nothing that whoever asks may not read. */
export const viewReachesFurther: Rule = {
  id: 'view-reaches-further',
  group: 'objects',
  severity: 'warning',
  title: 'A view shows nothing that whoever asks may not read',
  *find({ catalogue, table, roleName, roleBypasses }) {
    if (roleBypasses) return;
    for (const view of catalogue.views) {
      if (view.securityInvoker || !view.roleMaySelect) continue;
      const hidden = view.reads.flatMap((oid) => {
        const read = table(oid);
        // other rules check tenant rows
        if (read === undefined || read.ofTenants || read.rights.includes('SELECT')) return [];
        return [read.title];
      });
      if (hidden.length === 0) continue;
      yield {
        object: titleOf(view),
        found: `the view reads ${listed([...new Set(hidden)])} with the rights of ${view.owner}; role ${roleName} may read the view, and not the table.`,
        fix: 'Take the view away from the role, let it read as the one who asks, or name only the columns and rows that everybody may see and say so by an ignore.',
        fixSql: [
          `revoke all on table ${quoted(view.schema, view.name)} from public, ${quoted(roleName)};`,
        ],
      };
    }
  },
};
