import type { Tenancy } from '@tenantry/core';
import type { PolicyView } from '../subject/policies.ts';
import type { TableView } from '../subject/types.ts';
import { bindsWithout, constantsOf, distributed, isMended } from './on-citus.ts';
import { quoted, type Rule, sqlOf } from './rule.ts';

/** A statement of a tenant goes to its shard only. */
export const citusPolicyNotRouted: Rule = {
  id: 'citus-policy-not-routed',
  group: 'policies',
  severity: 'warning',
  title: 'On Citus a policy leads to the shard of the tenant',
  *find(subject) {
    const plans = new Map(subject.plans.map((plan) => [plan.table.oid, plan]));
    for (const table of distributed(subject)) {
      if (!table.ofTenants || table.isChild) continue;
      const plan = plans.get(table.oid);
      for (const policy of table.policies) {
        const { using } = policy;
        if (!policy.applies || !policy.permissive || !using?.isolation.bound) continue;
        const constants = constantsOf(subject, policy);
        if (bindsWithout(using, table, (name) => !constants.has(name))) continue;
        yield {
          object: `${table.title}.${policy.name}`,
          found:
            'no term of the policy is a constant of the plan, so a statement that does not name the tenant goes to all shards, and some shapes of it fail.',
          evidence: [
            using.text,
            ...(plan?.lines.filter((line) => line.includes('Task Count')) ?? []).map((each) =>
              each.trim(),
            ),
          ],
          fix: 'Compare the tenant with the immutable tenantry.routed_tenant() too.',
          fixSql: isMended(subject, table, policy)
            ? []
            : fixOf(table, policy, subject.model.tenancy),
        };
      }
    }
  },
};

function fixOf(table: TableView, { name, using, check }: PolicyView, tenancy: Tenancy | undefined) {
  if (tenancy?.dialect !== 'citus' || table.tenantColumn === undefined) return [];
  const term = `${quoted(table.tenantColumn)} = ${tenancy.schema}.routed_tenant()`;
  const terms = [
    using && `using (${using.text} and ${term})`,
    check && `with check (${check.text} and ${term})`,
  ].filter(Boolean);
  return [`alter policy ${quoted(name)} on ${sqlOf(table)} ${terms.join(' ')};`];
}
