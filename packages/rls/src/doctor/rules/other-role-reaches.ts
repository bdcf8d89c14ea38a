import type { OtherRole } from '../subject/other-roles.ts';
import { commandsOf } from '../subject/policies.ts';
import type { TableView } from '../subject/types.ts';
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
  *find({ tables, catalogue }) {
    const usable = new Map(catalogue.schemas.map((schema) => [schema.name, schema]));
    for (const table of tables) {
      if (!table.ofTenants || !usable.has(table.schema)) continue;
      for (const other of table.others) {
        const open = other.rights.filter(
          (right) => right in commands && isOpen(table, other, right),
        );
        if (open.length === 0) continue;
        yield {
          object: table.title,
          // no login can switch to such a role today, but the next grant may change that
          severity: other.reached ? 'error' : 'warning',
          found: `role ${other.name} may ${listed(open)}, and ${table.rls ? 'what lets it do so is not bound to a tenant' : 'row-level security is off'}.`,
          ...(open.includes('SELECT') && { leak: leakOf(table, { catalogue }, other.name) }),
          fix: 'Take the rights away, or give the role a policy that binds the tenant.',
          fixSql: [
            `revoke ${open.join(', ').toLowerCase()} on table ${sqlOf(table)} from ${quoted(other.name)};`,
          ],
        };
      }
    }
  },
};

/** Whether no condition on the tenant limits a right. */
function isOpen(
  { rls, policies, isChild }: TableView,
  { name }: OtherRole,
  right: string,
): boolean {
  if (!rls) return true;
  const command = commands[right as keyof typeof commands];
  const own = policies.filter(
    (policy) =>
      (policy.toPublic || policy.roles.includes(name)) && commandsOf(policy).includes(command),
  );
  const bound = (policy: (typeof own)[number]) =>
    policy.conditions.length > 0 && policy.conditions.every(({ isolation }) => isolation.bound);
  if (own.some((policy) => !policy.permissive && bound(policy))) return false;
  const permissive = own.filter((policy) => policy.permissive);
  // without a policy no row passes, and a loose policy on the parent is reported by its own rule
  return permissive.some((policy) => !bound(policy)) && (isChild || permissive.length > 0);
}
