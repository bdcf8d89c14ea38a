import { describe, expect, it } from 'vitest';
import { steps } from '../src/demo/steps/index.ts';
import { testWorld } from './support/world.ts';

const stage = await testWorld();

describe('every claim of the demo holds over HTTP', () => {
  for (const step of steps) {
    it(step.title, async () => {
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
