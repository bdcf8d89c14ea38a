import fc from 'fast-check';
import { test } from 'vitest';
import { choices, liveRandomly } from '../support/random-history.ts';

test('an application that was changed at random has the database of one that began so', async () => {
  await fc.assert(fc.asyncProperty(choices, liveRandomly), { numRuns: 6, endOnFailure: true });
}, 300_000);
