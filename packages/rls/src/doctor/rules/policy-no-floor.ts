import { appliesTo, binds, type PolicyView } from '../subject/policies.ts';
import type { Subject, TableView } from '../subject/types.ts';
import { onPlainPostgres } from './on-citus.ts';
import { type Found, listed, quoted, type Rule, sqlOf } from './rule.ts';

const commands = ['select', 'insert', 'update', 'delete'] as const;

/** A restrictive policy holds whatever policy is added later. */
export const policyNoFloor: Rule = {
  id: 'policy-no-floor',
  group: 'policies',
  severity: 'warning',
  title: 'A restrictive policy holds whatever policy is added later',
  *find(subject) {
    for (const table of onPlainPostgres(subject)) {
      if (!table.rls || table.policies.length === 0) continue;
      const open = withoutFloor(table, ({ applies }) => applies);
      if (open.length > 0) yield servingRole(table, open, subject);
      else yield* owner(table, subject);
    }
  },
};

/** The commands for which no restrictive policy binds a role. */
const withoutFloor = (table: TableView, applies: (policy: PolicyView) => boolean) =>
  commands.filter(
    (command) => !table.policies.some((p) => !p.permissive && applies(p) && binds(p, command)),
  );

function servingRole(
  table: TableView,
  open: readonly string[],
  { roleName }: Pick<Subject, 'roleName'>,
): Found {
  const bound = table.policies.find((p) => p.permissive && p.using?.isolation.bound);
  const roles = [...new Set([roleName, table.owner])].map((role) => quoted(role)).join(', ');
  return {
    object: table.title,
    found: `nothing but permissive policies protects ${open.length === 4 ? 'it' : listed(open.map((c) => c.toUpperCase()))}: permissive policies are ORed, so the next one can open what this one closes.`,
    fix: 'Add a restrictive policy with the same condition, for the role that serves tenants and for the owner.',
    ...(bound?.using !== undefined && {
      fixSql: [
        `create policy ${quoted(`${table.name}_tenant_floor`.slice(0, 63))} on ${sqlOf(table)} as restrictive for all to ${roles}\n  using (${bound.using.text}) with check (${bound.using.text});`,
      ],
    }),
  };
}

/** An owner that a permissive policy shows rows, and no restrictive one binds. */
function* owner(table: TableView, { catalogue, letThrough, roleName }: Subject): Generator<Found> {
  const role = catalogue.roles.find(({ name }) => name === table.owner);
  if (role === undefined || table.ownerBypasses || letThrough.has(role.name)) return;
  if (!table.policies.some((p) => p.permissive && appliesTo(p, role))) return;
  if (withoutFloor(table, (policy) => appliesTo(policy, role)).length === 0) return;
  const floors = table.policies.filter((p) => !p.permissive && p.applies && p.using !== undefined);
  yield {
    object: table.title,
    found: `no restrictive policy binds its owner ${table.owner}: what a permissive policy shows it is all that keeps tenants apart where it runs statements, as migrations and functions do.`,
    fix: 'Name the owner in the restrictive policy too.',
    fixSql: floors.map(
      (floor) =>
        `alter policy ${quoted(floor.name)} on ${sqlOf(table)} to ${[roleName, table.owner].map((each) => quoted(each)).join(', ')};`,
    ),
  };
}
