import { titleOf } from '../../model/table.ts';
import { listed, quoted, type Rule } from './rule.ts';
import { viewsOverTenants } from './views.ts';

/** No copy of the rows of tenants is open. */
export const materializedView: Rule = {
  id: 'materialized-view',
  group: 'objects',
  severity: 'error',
  title: 'No copy of the rows of tenants is open',
  *find(subject) {
    for (const { view, tables } of viewsOverTenants(subject)) {
      if (!view.materialized || !view.roleMaySelect) continue;
      yield {
        object: titleOf(view),
        found: `the materialised view holds rows of ${listed(tables)} of all tenants, cannot have policies, and role ${subject.roleName} may read it.`,
        leak: { from: view, columns: [] },
        fix: 'Take the rights away, and read it in a function that asks for the tenant.',
        fixSql: [
          `revoke all on table ${quoted(view.schema, view.name)} from public, ${quoted(subject.roleName)};`,
        ],
      };
    }
  },
};
