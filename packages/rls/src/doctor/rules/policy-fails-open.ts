import { loosePolicies } from './loose-policies.ts';
import type { Rule } from './rule.ts';

const words: Readonly<Record<string, string>> = {
  'null-row': 'shows rows whose tenant is null to everybody',
  'missing-context': 'opens when the setting is missing or empty',
  'escape-hatch': 'opens for whoever sets a value that any statement can set',
  'own-value': 'compares the row with itself when the context is missing',
};

/** A policy denies when there is no tenant. */
export const policyFailsOpen: Rule = {
  id: 'policy-fails-open',
  group: 'policies',
  severity: 'error',
  title: 'A policy denies when there is no tenant',
  *find(subject) {
    yield* loosePolicies(
      subject,
      (gaps) => gaps.some((gap) => gap in words) && !gaps.includes('pattern'),
      (gaps) => [...new Set(gaps)].flatMap((gap) => words[gap] ?? []).join(', and '),
      'Drop that branch: without a tenant a statement must fail. Cross-tenant work belongs to a role of its own.',
    );
  },
};
