import { differencesOf } from './generated.ts';
import type { Rule } from './rule.ts';

/** Everything that generate makes is there. */
export const generatedMissing: Rule = {
  id: 'generated-missing',
  group: 'schema',
  severity: 'error',
  title: 'Everything that generate makes is there',
  *find(subject) {
    yield* differencesOf(
      subject,
      ['missing'],
      'Make it again; migrations of `npx tenantry generate` that were not run are run first.',
    );
  },
};
