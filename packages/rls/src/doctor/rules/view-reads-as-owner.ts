import { titleOf } from '../../model/table.ts';
import { listed, quoted, type Rule } from './rule.ts';
import { viewsOverTenants } from './views.ts';

/** Views read with the rights of whoever asks. */
export const viewReadsAsOwner: Rule = {
  id: 'view-reads-as-owner',
  group: 'objects',
  severity: 'error',
  title: 'Views read with the rights of whoever asks',
  *find(subject) {
    for (const { view, tables } of viewsOverTenants(subject)) {
      if (view.materialized || view.securityInvoker || !view.roleMaySelect) continue;
      yield {
        object: titleOf(view),
        found: `the view reads ${listed(tables)} with the rights of ${view.owner}${view.ownerBypasses ? ', whom no policy binds' : ''}, and role ${subject.roleName} may read it.`,
        leak: { from: view, columns: [] },
        fix: 'Let it read as the one who asks.',
        fixSql: [`alter view ${quoted(view.schema, view.name)} set (security_invoker = true);`],
      };
    }
  },
};
