import { expect, test } from 'vitest';
import { namesOf } from '../src/demo/rows.ts';

test.each([
  ['projects by their names', [{ name: 'Anvil' }, { name: 'Rocket' }], 'Anvil, Rocket'],
  [
    'audit entries by action and resource',
    [{ action: 'project.created', resource: { type: 'project', id: '1' } }],
    'project.created (project 1)',
  ],
  ['usage by feature', [{ feature: 'seats', used: 2 }], 'seats 2'],
  ['nothing that is known', [{ id: 1 } as object], '…'],
])('the demo lists %s', (_, rows, text) => expect(namesOf(rows)).toBe(text));
