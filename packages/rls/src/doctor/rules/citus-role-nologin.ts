import { distributed } from './on-citus.ts';
import { listed, quoted, type Rule } from './rule.ts';

/** The roles that reach shards are logins. */
export const citusRoleNologin: Rule = {
  id: 'citus-role-nologin',
  group: 'roles',
  severity: 'error',
  title: 'On Citus the roles that reach shards are logins',
  *find(subject) {
    const { citus } = subject.catalogue;
    const tables = distributed(subject);
    if (citus === undefined || tables.length === 0) return;
    const uses = new Map<string, string[]>();
    const add = (role: string, use: string) => uses.set(role, [...(uses.get(role) ?? []), use]);
    add(subject.roleName, 'serves tenants');
    for (const role of subject.letThrough) add(role, 'works across tenants');
    for (const { owner, title } of tables) add(owner, `owns ${title}`);
    for (const [role, use] of uses) {
      const closed = citus.nodes.filter(({ roles }) =>
        roles.some(({ name, canLogin }) => name === role && !canLogin),
      );
      if (closed.length === 0) continue;
      yield {
        object: `role ${role}`,
        found: `role ${role} cannot log in, and ${listed(use.length > 3 ? [...use.slice(0, 2), `${use.length - 2} more`] : use)}: Citus connects to the workers as the current role, so each of its statements fails there with 08006.`,
        evidence: closed.map(({ name }) => `${name}: NOLOGIN`),
        fix: 'Make it a login without a password, and let only the nodes connect as it, in pg_hba.conf.',
        fixSql: [`alter role ${quoted(role)} login;`],
        needsSuperuser: true,
      };
    }
  },
};
