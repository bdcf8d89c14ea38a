import { it } from 'vitest';
import { fuzz } from './support/fuzz.ts';
import { testWorld } from './support/world.ts';

const world = await testWorld();

it('answers 3,000 requests of an owner', async () => {
  await fuzz(world, 'nora', { numRuns: 3000 });
});

it('answers 1,000 requests of a member', async () => {
  await fuzz(world, 'jack', { numRuns: 1000 });
});
