import type { Rule } from './rule.ts';

/** Tenants are not told apart by the login of the connection. */
export const policyContextIsLogin: Rule = {
  id: 'policy-context-is-login',
  group: 'policies',
  severity: 'warning',
  title: 'Tenants are not told apart by the login of the connection',
  *find({ tenantTables, model }) {
    // with a tenancy, any other context is already an error
    if (model.tenancy !== undefined) return;
    for (const table of tenantTables) {
      for (const policy of table.policies) {
        const contexts = policy.conditions.flatMap(({ isolation }) => isolation.contexts);
        if (!contexts.some((c) => /\b(current_user|session_user|current_role|user)\b/.test(c)))
          continue;
        yield {
          object: `${table.title}.${policy.name}`,
          found:
            'the policy compares with the role of the session: a pool has one login for all tenants, so it tells none of them apart, and a login for each tenant wants a pool for each.',
          evidence: policy.conditions.map(({ text }) => text),
          fix: "Compare with a setting of the transaction: (select nullif(current_setting('app.tenant', true), '')).",
        };
      }
    }
  },
};
