import fc from 'fast-check';
import { test } from 'vitest';
import { agree, model } from './support/agreement.ts';
import { rbacWorld } from './support/world.ts';

const world = await rbacWorld();

test('can, policies, explanations and a model agree on a thousand random worlds', {
  timeout: 900_000,
}, async () => {
  let decisions = 0;
  await fc.assert(
    fc.asyncProperty(model, async (given) => {
      decisions += await agree(world, given);
    }),
    { numRuns: 1000 },
  );
  console.log(`1000 random worlds, ${decisions} decisions, 0 disagreements`);
});
