import { type Ddl, ddl, join, name } from '@tenantry/core/sql';
import type { PolicyModel } from '../model/table.ts';

/**
 * The policies of a table, in one statement: a concurrent query sees either the old or the new policies,
 * also when each statement is its own transaction.
 */
export function policySql(policies: readonly PolicyModel[], target: Ddl): Ddl[] {
  if (policies.length === 0) return [];
  const each = policies.map((policy) => replaced(policy, target));
  return [
    ddl`
      do $tenantry$
      begin
        ${join(each, '\n')}
      end
      $tenantry$;
    `,
  ];
}

const replaced = (policy: PolicyModel, target: Ddl): Ddl => ddl`
  drop policy if exists ${name(policy.name)} on ${target};
  ${createPolicySql(policy, target)}
`;

/** Makes a policy that does not exist. */
export function createPolicySql(policy: PolicyModel, target: Ddl): Ddl {
  const head = ddl`create policy ${name(policy.name)} on ${target} as ${{ sql: policy.as }} for ${{ sql: policy.for }} to ${rolesSql(policy.to)}`;
  return ddl`${head}${term('using', policy.using)}${term('with check', policy.withCheck)};`;
}

/** Roles after TO: names, and the words that stand for every role and for the login that runs this. */
export const rolesSql = (roles: readonly string[]): Ddl =>
  join(
    roles.map((role) =>
      role === 'public' || role === 'current_user' ? { sql: role } : name(role),
    ),
  );

const term = (word: 'using' | 'with check', sql: string | undefined): Ddl =>
  sql === undefined ? ddl`` : { sql: `\n  ${word} (${sql})` };
