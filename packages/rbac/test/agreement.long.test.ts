import fc from 'fast-check';
import { test } from 'vitest';
import { agree, model } from './support/agreement.ts';
import { rbacWorld } from './support/world.ts';

const world = await rbacWorld();

test('can, policies, explanations and a model agree on a thousand random worlds', {
  timeout: 900_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(model, (given) => agree(world, given)),
    { numRuns: 1000 },
  );
});
