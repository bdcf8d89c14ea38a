import { listed, quoted, type Rule, sqlOf } from './rule.ts';

/** Every table that the role reaches says how it is kept apart. */
export const tableNotIsolated: Rule = {
  id: 'table-not-isolated',
  group: 'tables',
  severity: 'error',
  title: 'Every table that the role reaches says how it is kept apart',
  *check({ tables, model, roleName, roleBypasses }) {
    // a stranger's database has tables that belong to no tenant; only a tenancy names those that do
    if (model.tenancy === undefined || roleBypasses) return;
    for (const table of tables) {
      if (table.ofTenants || table.isChild || !table.reachable || table.rls) continue;
      yield {
        object: table.title,
        found: `role ${roleName} may ${listed(table.rights)} on it, and nothing keeps tenants apart there; the pool refuses to start.`,
        fix: 'Add ...isolate(t), ...shared(t) or ...systemOnly(t) to the table, or take the rights away.',
        fixSql: [`revoke all on table ${sqlOf(table)} from public, ${quoted(roleName)};`],
      };
    }
  },
};
