import { loosePolicies } from './loose-policies.ts';
import type { Rule } from './rule.ts';

/** Tenants are compared by equality. */
export const policyPattern: Rule = {
  id: 'policy-pattern',
  group: 'policies',
  severity: 'error',
  title: 'Tenants are compared by equality',
  *find(subject) {
    yield* loosePolicies(
      subject,
      (gaps) => gaps.includes('pattern'),
      () => 'compares the tenant by a pattern: tenant-1 matches tenant-10, and % matches all',
      'Compare with =.',
    );
  },
};
