import fc from 'fast-check';
import { test } from 'vitest';
import { agree, model } from '../support/agreement.ts';
import { citusWorld, onCitus } from './world.ts';

onCitus('decisions', await citusWorld(), (world) => {
  test('can, policies, explanations and a model agree on random definitions, roles and members', async () => {
    await fc.assert(
      fc.asyncProperty(model, async (given) => {
        await agree(world, given);
      }),
      { numRuns: 100 },
    );
  });
});
