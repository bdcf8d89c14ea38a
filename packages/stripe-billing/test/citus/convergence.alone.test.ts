import { citusUrl } from '@tenantry/testing';
import { describe, expect, test } from 'vitest';
import { testDialect } from '../support/dialect.ts';

// Shuffled, repeated, dropped and concurrent events, and workers that are killed, on a cluster.
testDialect.is = 'citus';

describe.skipIf(citusUrl() === undefined)('on Citus', async () => {
  test('the application is one of a cluster', async () => {
    const { tenancy } = await import('../fixtures/application.ts');
    expect(tenancy.dialect).toBe('citus');
  });
  if (citusUrl() !== undefined) await import('../convergence/convergence.slow.test.ts');
});
