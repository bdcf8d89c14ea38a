import type { Tenancy } from '@tenantry/core';
import { tenantOfTransaction } from '@tenantry/core/sql';
import type { Condition, PolicyView } from '../subject/policies.ts';
import type { TableView } from '../subject/types.ts';
import { bindsWithout, constantsOf, isMended, onCitus } from './on-citus.ts';
import { leakOf, listed, quoted, type Rule, sqlOf } from './rule.ts';

/** A kept plan of another tenant finds no row. */
export const citusPolicyOnlyRouted: Rule = {
  id: 'citus-policy-only-routed',
  group: 'policies',
  severity: 'error',
  title: 'On Citus a kept plan of another tenant finds no row',
  *find(subject) {
    for (const table of onCitus(subject)) {
      if (!table.ofTenants) continue;
      for (const policy of table.policies) {
        const constants = constantsOf(subject, policy);
        const loose = policy.conditions.filter(
          (condition) =>
            condition.isolation.bound &&
            !checksPlan(condition, subject.model.tenancy) &&
            !bindsWithout(condition, table, (name) => constants.has(name)),
        );
        if (constants.size === 0 || loose.length === 0) continue;
        yield {
          object: `${table.title}.${policy.name}`,
          found: `only ${listed([...constants].filter((name) => name.includes('.')))} says the tenant, which is IMMUTABLE: a cached plan keeps its first answer, and the next tenant of the connection gets the rows of the first.`,
          evidence: loose.map(({ text }) => text),
          fix: 'Compare the tenant with what the transaction says too, by a stable expression.',
          fixSql: isMended(subject, table, policy)
            ? []
            : fixOf(table, policy, subject.model.tenancy),
          leak: leakOf(table, subject),
        };
      }
    }
  },
};

/** Whether what the plan was made for is compared with what the transaction says, as `visibleThrough` does. */
const checksPlan = ({ expression }: Condition, tenancy: Tenancy | undefined): boolean =>
  expression.kind === 'and' &&
  expression.items.some(
    (item) => item.kind === 'call' && item.name === `${tenancy?.schema}.is_as_planned`,
  );

function fixOf(table: TableView, { name, using, check }: PolicyView, tenancy: Tenancy | undefined) {
  if (tenancy === undefined || table.tenantColumn === undefined) return [];
  const term = `${quoted(table.tenantColumn)} = ${tenantOfTransaction(tenancy).sql}`;
  const terms = [
    using && `using (${term} and ${using.text})`,
    check && `with check (${term} and ${check.text})`,
  ].filter(Boolean);
  return [`alter policy ${quoted(name)} on ${sqlOf(table)} ${terms.join(' ')};`];
}
