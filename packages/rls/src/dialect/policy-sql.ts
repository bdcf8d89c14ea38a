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

function replaced(policy: PolicyModel, target: Ddl): Ddl {
  const own = name(policy.name);
  const to: Ddl = policy.to === 'public' ? { sql: 'public' } : name(policy.to);
  const head = ddl`create policy ${own} on ${target} as ${{ sql: policy.as }} for ${{ sql: policy.for }} to ${to}`;
  return ddl`
    drop policy if exists ${own} on ${target};
    ${head}${term('using', policy.using)}${term('with check', policy.withCheck)};
  `;
}

const term = (word: 'using' | 'with check', sql: string | undefined): Ddl =>
  sql === undefined ? ddl`` : { sql: `\n  ${word} (${sql})` };
