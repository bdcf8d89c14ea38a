import { boundRoles, effectiveRights, type OtherRole } from '../subject/other-roles.ts';
import { appliesTo, commandsOf, isForOurs, type PolicyView } from '../subject/policies.ts';
import type { Subject, TableView } from '../subject/types.ts';
import { leakOf, listed, quoted, type Rule, sqlOf } from './rule.ts';

const commands = {
  SELECT: 'select',
  INSERT: 'insert',
  UPDATE: 'update',
  DELETE: 'delete',
} as const;

/** Other roles see no more of a table than their policies let them. */
export const otherRoleReaches: Rule = {
  id: 'other-role-reaches',
  group: 'privileges',
  severity: 'error',
  title: 'Other roles see no more of a table than their policies let them',
  *find(subject) {
    const { tables, catalogue } = subject;
    const usable = new Map(catalogue.schemas.map((schema) => [schema.name, schema]));
    const bound = boundRoles(catalogue, subject.roleName, subject.model);
    for (const table of tables) {
      if (!table.ofTenants || !usable.has(table.schema)) continue;
      const direct = new Map(table.others.map((role) => [role.name, role.rights]));
      for (const other of reaching(table, bound, subject)) {
        const open = other.rights.filter(
          (right) => right in commands && isOpen(table, other, right, subject),
        );
        if (open.length === 0) continue;
        const own = open.filter((right) => direct.get(other.name)?.includes(right));
        yield {
          object: table.title,
          // no login can switch to such a role today, but the next grant may change that
          severity: other.reached ? 'error' : 'warning',
          found: `role ${other.name} may ${listed(open)}, and ${table.rls ? 'what lets it do so is not bound to a tenant' : 'row-level security is off'}.`,
          ...(open.includes('SELECT') && { leak: leakOf(table, { catalogue }, other.name) }),
          fix: 'Take the rights away, or give the role a policy that binds the tenant.',
          fixSql:
            own.length === 0
              ? []
              : [
                  `revoke ${own.join(', ').toLowerCase()} on table ${sqlOf(table)} from ${quoted(other.name)};`,
                ],
        };
      }
    }
  },
};

/** The roles with rights of their own, and those that inherit them and a loose policy names. */
function reaching(
  table: TableView,
  bound: ReturnType<typeof boundRoles>,
  { letThrough }: Subject,
): readonly OtherRole[] {
  const direct = new Set(table.others.map(({ name }) => name));
  const loose = table.policies.filter(
    (policy) => isLoose(policy) && !policy.toPublic && !isForOurs(policy, letThrough),
  );
  const inherited = bound.filter(
    (role) =>
      loose.length > 0 &&
      !direct.has(role.name) &&
      role.name !== table.owner &&
      loose.some((policy) => appliesTo(policy, role)),
  );
  return [...table.others, ...inherited].map((role) => ({
    ...role,
    rights: effectiveRights(table, role),
  }));
}

const isBound = (policy: PolicyView) =>
  policy.conditions.length > 0 && policy.conditions.every(({ isolation }) => isolation.bound);

const isLoose = (policy: PolicyView) => policy.permissive && !isBound(policy);

/** Whether no condition on the tenant limits a right. */
function isOpen(
  { rls, policies }: TableView,
  role: OtherRole,
  right: string,
  { letThrough }: Subject,
): boolean {
  if (!rls) return true;
  const command = commands[right as keyof typeof commands];
  const own = policies.filter(
    (policy) => appliesTo(policy, role) && commandsOf(policy).includes(command),
  );
  if (own.some((policy) => !policy.permissive && isBound(policy))) return false;
  // without a policy no row passes; whoever inherits from the system role is reported by its own rule
  return own.some((policy) => isLoose(policy) && !isForOurs(policy, letThrough));
}
