import fc from 'fast-check';
import { test } from 'vitest';
import { choices, liveRandomly } from '../support/random-history.ts';

test('300 applications that were changed at random', async () => {
  await fc.assert(fc.asyncProperty(choices, liveRandomly), { numRuns: 300, endOnFailure: true });
}, 3_600_000);
