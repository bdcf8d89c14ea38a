import fc from 'fast-check';
import { test } from 'vitest';
import { limitsDatabase } from './support/database.ts';
import { runSteps, steps } from './support/states.ts';

const database = await limitsDatabase();

test('500 runs of up to 80 steps do what the model does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 20, maxLength: 80 }), (all) =>
      runSteps(database, all),
    ),
    { numRuns: 500 },
  );
});
