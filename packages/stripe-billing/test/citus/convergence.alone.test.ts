import { citusUrl } from '@tenantry/testing';
import { describe, test } from 'vitest';
import { testDialect } from '../support/dialect.ts';

// Shuffled, repeated, dropped and concurrent events, and workers that are killed, on a cluster.
testDialect.is = 'citus';

describe.skipIf(citusUrl() === undefined)('on Citus', async () => {
  test('there are tests', () => {});
  if (citusUrl() !== undefined) await import('../convergence/convergence.slow.test.ts');
});
