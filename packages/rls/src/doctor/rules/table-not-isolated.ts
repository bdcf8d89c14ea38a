import type { TableView } from '../subject/types.ts';
import { listed, quoted, type Rule, sqlOf } from './rule.ts';

/** State of packages that belongs to no tenant, such as the last run of a job. */
const isStateOfOurs = ({ schema, name, rights }: TableView, own: string) =>
  schema === own && name !== 'context_key' && rights.every((right) => right === 'SELECT');

/** Every table that the role reaches says how it is kept apart. */
export const tableNotIsolated: Rule = {
  id: 'table-not-isolated',
  group: 'tables',
  severity: 'error',
  title: 'Every table that the role reaches says how it is kept apart',
  *find({ tables, model, roleName, roleBypasses }) {
    // other databases have tables that belong to no tenant; only a tenancy declares which do
    if (model.tenancy === undefined || roleBypasses) return;
    for (const table of tables) {
      if (table.ofTenants || table.isChild || !table.reachable || table.rls) continue;
      if (isStateOfOurs(table, model.tenancy.schema)) continue;
      yield {
        object: table.title,
        found: `role ${roleName} may ${listed(table.rights)} on it, and nothing keeps tenants apart there.`,
        fix: 'Add ...isolate(t), ...shared(t) or ...systemOnly(t) to the table, or take the rights away.',
        fixSql: [`revoke all on table ${sqlOf(table)} from public, ${quoted(roleName)};`],
      };
    }
  },
};
