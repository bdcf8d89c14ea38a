import fc from 'fast-check';
import { test } from 'vitest';
import { limitsDatabase } from './support/database.ts';
import { runSteps, steps } from './support/states.ts';

// Every state of a key, a reservation, a period and a plan, in any order, beside a model of them. Longer:
// states.long.test.ts
const database = await limitsDatabase();

test('keys, reservations, periods, plans, grace and counts do what the model does, in any order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 10, maxLength: 40 }), (all) =>
      runSteps(database, all),
    ),
    { numRuns: 15 },
  );
});
