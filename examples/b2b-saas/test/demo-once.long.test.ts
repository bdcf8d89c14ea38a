import { expect, it } from 'vitest';
import { expectNothingLeft, startDemo } from './support/demo-process.ts';

// CI runs it too, in a copy of the repository: `pnpm demo --once`. The claims are in demo-claims.test.ts.

it('--once proves everything, exits 0 and leaves nothing', async () => {
  const demo = startDemo(['--once']);
  expect(await demo.exit, demo.output()).toBe(0);
  expect(demo.output()).toMatch(/All \d+ claims hold/);
  expect(demo.output()).not.toContain('\u001b'); // no colours where there is no terminal
  expectNothingLeft();
});
