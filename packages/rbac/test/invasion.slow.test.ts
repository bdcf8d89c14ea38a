import fc from 'fast-check';
import { test } from 'vitest';
import { invade, invasion } from './support/invasion.ts';
import { rbacWorld } from './support/world.ts';

const world = await rbacWorld();

test('whatever members do to roles and invitations, in any order, nobody gets beyond their own', {
  timeout: 300_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(invasion, (steps) => invade(world, steps)),
    { numRuns: 40 },
  );
});
