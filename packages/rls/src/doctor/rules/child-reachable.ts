import { hasFloor } from '../subject/policies.ts';
import { isOnCitus } from './on-citus.ts';
import { leakOf, listed, quoted, type Rule, sqlOf } from './rule.ts';

/** Partitions and children are reached through their parent only. */
export const childReachable: Rule = {
  id: 'child-reachable',
  group: 'tables',
  severity: 'error',
  title: 'Partitions and children are reached through their parent only',
  *find(subject) {
    const { tables, roleName, roleBypasses, catalogue } = subject;
    if (roleBypasses) return;
    for (const table of tables) {
      if (!table.isChild || !table.ofTenants || !table.reachable) continue;
      const floor = (['select', 'insert', 'update', 'delete'] as const).every((command) =>
        hasFloor(table.policies, command),
      );
      const bound = table.policies
        .filter((p) => p.permissive && p.applies)
        .every((p) => p.conditions.every((c) => c.isolation.bound));
      const onCitus = isOnCitus(subject, table);
      if (table.rls && (table.forced || onCitus) && (floor || bound)) continue;
      yield {
        object: table.title,
        found: `role ${roleName} may ${listed(table.rights)} on this ${table.parents.length > 0 ? 'partition or child' : 'table'} directly, where the policies of its parent do not apply.`,
        ...(table.rights.includes('SELECT') && { leak: leakOf(table, { catalogue }) }),
        fix: 'Take the rights away: statements on the parent need none on its children.',
        fixSql: [
          `revoke all on table ${sqlOf(table)} from public, ${quoted(roleName)};`,
          `alter table ${sqlOf(table)} enable row level security${onCitus ? '' : ', force row level security'};`,
        ],
      };
    }
  },
};
