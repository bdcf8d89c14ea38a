import { listed, quoted, type Rule } from './rule.ts';

/** The role that serves tenants cannot become one that policies do not bind. */
export const roleCanBecomeAnother: Rule = {
  id: 'role-can-become-another',
  group: 'roles',
  severity: 'error',
  title: 'The role that serves tenants cannot become one that policies do not bind',
  *find({ catalogue: { role }, letThrough }) {
    if (role === undefined) return;
    for (const other of role.becomes) {
      const why = [
        other.superuser && 'is a superuser',
        other.bypassRls && 'bypasses row-level security',
        letThrough.has(other.name) && 'policies show all tenants',
        other.owns > 0 && `owns ${other.owns} tables`,
      ].filter((word) => word !== false);
      if (why.length === 0) continue;
      yield {
        object: `role ${role.name}`,
        found: `role ${role.name} is a member of ${other.name}, which ${listed(why)}: one \`set role\`, or set_config inside any SELECT, makes it that.`,
        fix: `Take the membership away.`,
        fixSql: [`revoke ${quoted(other.name)} from ${quoted(role.name)};`],
        needsSuperuser: true,
      };
    }
    if (!role.createRole || role.superuser) return;
    yield {
      object: `role ${role.name}`,
      found: `role ${role.name} has CREATEROLE, with which it can make itself a member of other roles.`,
      fix: 'Take the attribute away.',
      fixSql: [`alter role ${quoted(role.name)} nocreaterole;`],
      needsSuperuser: true,
    };
  },
};
