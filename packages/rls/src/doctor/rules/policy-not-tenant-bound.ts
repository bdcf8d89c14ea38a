import { loosePolicies } from './loose-policies.ts';
import type { Rule } from './rule.ts';

/** Every policy binds rows to the tenant. */
export const policyNotTenantBound: Rule = {
  id: 'policy-not-tenant-bound',
  group: 'policies',
  severity: 'error',
  title: 'Every policy binds rows to the tenant',
  *find(subject) {
    yield* loosePolicies(
      subject,
      (gaps) => gaps.every((gap) => gap === 'always' || gap === 'constant' || gap === 'unknown'),
      (gaps) =>
        gaps.includes('always')
          ? 'lets every row through'
          : gaps.includes('constant')
            ? 'compares the tenant with a constant'
            : 'does not compare the tenant column with the tenant of the transaction, as far as can be read',
      'Compare the tenant column with the tenant of the transaction, or drop the policy.',
    );
  },
};
