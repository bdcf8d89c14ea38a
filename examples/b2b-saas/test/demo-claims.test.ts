import { beforeEach, describe, expect, it, vi } from 'vitest';
import { steps } from '../src/demo/steps/index.ts';
import { onCluster } from '../src/slugs.ts';
import { testWorld } from './support/world.ts';

const stage = await testWorld();

/** Steps about one server, each with the reason. */
const notOnCluster: Readonly<Record<string, string>> = {
  'Shared tables, a schema, a database: one application, the same answers':
    'a cluster has no schemas of tenants',
  'doctor examines the live database and finds nothing':
    'a cluster has the roles of other tests: isolation.test.ts asks for its own',
};

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
});

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
