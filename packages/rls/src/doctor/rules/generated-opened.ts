import { differencesOf } from './generated.ts';
import type { Rule } from './rule.ts';

/** What generate made has the owner and the rights that it was given. */
export const generatedOpened: Rule = {
  id: 'generated-opened',
  group: 'schema',
  severity: 'error',
  title: 'What generate made has the owner and the rights that it was given',
  *find(subject) {
    yield* differencesOf(
      subject,
      ['rights', 'owner'],
      'Give it back the owner and the rights that it was made with.',
    );
  },
};
