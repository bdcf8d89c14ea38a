import { type Expression, isColumnFree, parts } from '../expression/expression.ts';
import { onPlainPostgres } from './on-citus.ts';
import { listed, type Rule } from './rule.ts';

/** Whether a context is outside a sub-select, where it is evaluated for each row. */
function perRow(e: Expression, inSelect: boolean): boolean {
  if (e.kind === 'select') return parts(e).some((part) => perRow(part, true));
  if (e.kind === 'call' && !inSelect && isColumnFree(e) && !cheap.test(e.name)) return true;
  return parts(e).some((part) => perRow(part, inSelect));
}
const cheap =
  /^(coalesce|nullif|lower|upper|current_user|session_user|current_role|user|now|operator .*)$/;

/** The tenant is evaluated once a statement. */
export const policyNotInitplan: Rule = {
  id: 'policy-not-initplan',
  group: 'policies',
  severity: 'warning',
  title: 'The tenant is evaluated once a statement',
  *find(subject) {
    const plans = new Map(subject.plans.map((plan) => [plan.table.oid, plan]));
    // Citus refuses policies with sub-queries
    for (const table of onPlainPostgres(subject)) {
      const bare = table.policies.filter((p) =>
        p.conditions.some((c) => perRow(c.expression, false)),
      );
      const plan = plans.get(table.oid);
      const proven =
        plan !== undefined &&
        !plan.initPlan &&
        table.policies.some((p) => p.applies && p.conditions.some((c) => c.isolation.bound));
      if (bare.length === 0 && !proven) continue;
      yield {
        object: table.title,
        found: `the tenant is asked for again for every row: ${bare.length > 0 ? listed(bare.map((p) => p.name)) : 'the plan has no InitPlan'}.`,
        evidence: plan?.lines ?? [],
        fix: 'Put it into brackets with a select: tenant = (select …). The planner then evaluates it once.',
      };
    }
  },
};
