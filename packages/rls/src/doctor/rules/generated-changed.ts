import { differencesOf } from './generated.ts';
import type { Rule } from './rule.ts';

/** Everything that generate made is as it was made. */
export const generatedChanged: Rule = {
  id: 'generated-changed',
  group: 'schema',
  severity: 'error',
  title: 'Everything that generate made is as it was made',
  *find(subject) {
    yield* differencesOf(
      subject,
      ['changed', 'disabled'],
      'Put back what generate makes; a change belongs into the schema or into a feature.',
    );
  },
};
