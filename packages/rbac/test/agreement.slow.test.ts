import fc from 'fast-check';
import { test } from 'vitest';
import { agree, model } from './support/agreement.ts';
import { rbacWorld } from './support/world.ts';

const world = await rbacWorld();

test('can, policies, explanations and a model agree on random definitions, roles and members', async () => {
  await fc.assert(
    fc.asyncProperty(model, async (given) => {
      await agree(world, given);
    }),
    { numRuns: 40 },
  );
});
