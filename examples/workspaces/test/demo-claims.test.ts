import { describe, expect, it } from 'vitest';
import { steps } from '../src/demo/steps/index.ts';
import { onCluster } from '../src/slugs.ts';
import { testWorld } from './support/world.ts';

const stage = await testWorld();

/** Steps about one server, each with the reason. */
const notOnCluster: Readonly<Record<string, string>> = {
  'The documents of a tenant are in one of eight partitions': 'they are in one of the shards',
};

describe('every claim of the demo holds over HTTP', () => {
  for (const step of steps) {
    it.skipIf(onCluster && step.title in notOnCluster)(step.title, async () => {
      let claims = 0;
      await step.run({
        ...stage,
        claim(holds, text) {
          claims += 1;
          expect(holds, text).toBe(true);
        },
      });
      expect(claims).toBeGreaterThan(0);
    });
  }
});
