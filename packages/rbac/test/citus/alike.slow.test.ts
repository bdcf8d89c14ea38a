import { citusUrl } from '@tenantry/testing';
import { describe, test } from 'vitest';
import { testDialect } from '../support/dialect.ts';

// What holds on one server holds on a cluster: the same tests, on the other dialect.
testDialect.is = 'citus';
const alike = {
  'the last owner': () => import('../last-owner.slow.test.ts'),
  ceilings: () => import('../grant-ceiling.test.ts'),
  'API keys': () => import('../api-keys.test.ts'),
  'lists of API keys': () => import('../api-key-list.test.ts'),
  'rotation of API keys': () => import('../api-key-rotation.test.ts'),
  'states of API keys': () => import('../api-key-states.slow.test.ts'),
  'what describe tells': () => import('../describe.test.ts'),
  can: () => import('../can.test.ts'),
  'conditions of rows': () => import('../row-conditions.test.ts'),
};

describe.skipIf(citusUrl() === undefined)('on Citus', () => {
  test('there are tests', () => {});
  if (citusUrl() === undefined) return;
  for (const [what, load] of Object.entries(alike))
    describe(what, async () => {
      await load();
    });
});
