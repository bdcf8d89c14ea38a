import { commandsOf } from '../subject/policies.ts';
import { listed, type Rule } from './rule.ts';

const commands = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] as const;

/** Rights and policies speak of the same commands. */
export const policyMissingCommand: Rule = {
  id: 'policy-missing-command',
  group: 'policies',
  severity: 'info',
  title: 'What the role may do, some policy lets it do',
  *find({ tenantTables, roleName, roleBypasses }) {
    if (roleBypasses) return;
    for (const table of tenantTables) {
      if (!table.rls || !table.reachable || (table.roleOwns && !table.forced)) continue;
      const lets = new Set(
        table.policies.filter((p) => p.permissive && p.applies).flatMap((p) => commandsOf(p)),
      );
      // another rule reports a table without any policy for the role
      if (lets.size === 0) continue;
      const silent = commands.filter(
        (right) => table.rights.includes(right) && !lets.has(right.toLowerCase() as 'select'),
      );
      if (silent.length === 0) continue;
      yield {
        object: table.title,
        found: `role ${roleName} holds ${listed(silent)}, and no policy lets it: ${silent.includes('INSERT') && silent.length === 1 ? 'the statement fails' : 'the statement fails, or finds no row'}.`,
        fix: 'Add the policy that is meant, or take the right away.',
      };
    }
  },
};
