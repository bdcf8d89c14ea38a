import fc from 'fast-check';
import { expect, test } from 'vitest';
import { testWorld } from '../support/world.ts';
import { live, worldPlan } from './converge.ts';

const world = await testWorld();

test('10,000 histories end in the truth', { timeout: 3_600_000 }, async () => {
  let histories = 0;
  let naiveWrong = 0;
  await fc.assert(
    fc.asyncProperty(worldPlan(100), async (plan) => {
      const figures = await live(world, plan);
      histories += figures.histories;
      naiveWrong += figures.naiveWrong;
      if (process.env.BILLING_FIGURES === '1') console.log(`${histories} histories`);
    }),
    { numRuns: 100, endOnFailure: true },
  );
  expect(histories).toBe(10_000);
  console.log(`payloads trusted: ${naiveWrong} of ${histories} wrong; fetched: 0`);
});
