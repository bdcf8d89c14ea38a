import { citusUrl } from '@tenantry/testing';
import { describe, expect, test } from 'vitest';
import { testDialect } from '../support/dialect.ts';

// What holds on one server holds on a cluster: the same tests, on the other dialect.
testDialect.is = 'citus';
const alike = {
  account: () => import('../account.test.ts'),
  checkout: () => import('../checkout.test.ts'),
  describe: () => import('../describe.test.ts'),
  grants: () => import('../grants.slow.test.ts'),
  intake: () => import('../intake.test.ts'),
  'kinds of ids': () => import('../id-kinds.test.ts'),
  isolation: () => import('../isolation.test.ts'),
  'odd events': () => import('../odd-events.test.ts'),
  operate: () => import('../operate.test.ts'),
  limits: () => import('../plan-limits.test.ts'),
  races: () => import('../races.test.ts'),
  read: () => import('../read.test.ts'),
  seats: () => import('../seats.test.ts'),
  states: () => import('../states.test.ts'),
  sync: () => import('../sync.test.ts'),
  'wrong keys': () => import('../wrong-key.test.ts'),
};

describe.skipIf(citusUrl() === undefined)('on Citus', () => {
  test('the application is one of a cluster', async () => {
    const { tenancy } = await import('../fixtures/application.ts');
    expect(tenancy.dialect).toBe('citus');
  });
  if (citusUrl() === undefined) return;
  for (const [what, load] of Object.entries(alike))
    describe(what, async () => {
      await load();
    });
});
