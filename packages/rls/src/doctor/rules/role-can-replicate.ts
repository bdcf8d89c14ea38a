import { quoted, type Rule } from './rule.ts';

/** The role that serves tenants cannot replicate. */
export const roleCanReplicate: Rule = {
  id: 'role-can-replicate',
  group: 'roles',
  severity: 'error',
  title: 'The role that serves tenants cannot replicate',
  *find({ catalogue: { role, logins } }) {
    for (const each of [role, ...logins]) {
      if (each === undefined || each.superuser) continue;
      if (!each.replication && !each.becomes.some((other) => other.replication && !other.superuser))
        continue;
      yield {
        object: `role ${each.name}`,
        found: `role ${each.name} may replicate: it can copy every row of every tenant, policies or not.`,
        fix: 'Take the attribute away.',
        fixSql: [`alter role ${quoted(each.name)} noreplication;`],
        needsSuperuser: true,
      };
    }
  },
};
