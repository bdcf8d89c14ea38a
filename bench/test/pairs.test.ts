import { expect, test } from 'vitest';
import { measurePairs } from '../src/lib/pairs.ts';
import { runWindow, windowCount } from '../src/lib/window.ts';

const options = { concurrency: 1, pairs: 4, windowMs: 1, warmUpMs: 0 };

/** Reads 0 for the server and the time that `spend` was told for node. */
function fakeCpu() {
  let node = 0;
  return { spend: (us: number) => (node += us), read: () => ({ node, server: 0 }) };
}

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

test('base and variant run right after each other, in turn in both orders', async () => {
  const ran: string[] = [];
  const contender = (name: string) => ({
    name,
    operation: async () => {
      if (ran.at(-1) !== name) ran.push(name);
      await wait(1);
    },
  });
  await measurePairs([contender('a'), contender('b')], [{ base: 'a', variant: 'b' }], {
    ...options,
    cpu: fakeCpu().read,
  });
  // the warm-up of both, then a b, b a, a b, b a: equal neighbours are one entry
  expect(ran.join(' ')).toBe('a b a b a b a');
});

test('ratios are base over variant for time, and variant over base for CPU', async () => {
  const cpu = fakeCpu();
  const contender = (name: string, ms: number, us: number) => ({
    name,
    operation: async () => {
      cpu.spend(us);
      await wait(ms);
    },
  });
  const [measured] = await measurePairs(
    [contender('slow', 24, 300), contender('quick', 6, 100)],
    [{ base: 'slow', variant: 'quick' }],
    { ...options, cpu: cpu.read },
  );
  expect(measured).toMatchObject({ base: 'slow', variant: 'quick', pairs: 4, nodeUs: 100 });
  expect(measured?.cpuRatio).toBeCloseTo(1 / 3);
  expect(measured?.ratio).toBeGreaterThan(1.5);
  expect(measured?.p50).toBeLessThan(24);
});

test('the CPU ratio is not a number when the server cannot be seen', async () => {
  const operation = () => wait(1);
  const [measured] = await measurePairs(
    [
      { name: 'a', operation },
      { name: 'b', operation },
    ],
    [{ base: 'a', variant: 'b' }],
    { ...options, cpu: () => ({ node: 1, server: undefined }) },
  );
  expect(measured?.cpuRatio).toBeNaN();
  expect(measured?.ratio).toBeGreaterThan(0);
});

test('a group may stop when its time is up', async () => {
  const operation = () => wait(1);
  const [measured] = await measurePairs(
    [
      { name: 'a', operation },
      { name: 'b', operation },
    ],
    [{ base: 'a', variant: 'b' }],
    { ...options, pairs: 50, stop: (rounds) => rounds >= 2, cpu: fakeCpu().read },
  );
  expect(measured?.pairs).toBe(2);
});

test('a window runs every operation once, never more at once than it may', async () => {
  const seen: number[] = [];
  const latencies: number[] = [];
  let atOnce = 0;
  let most = 0;
  await runWindow(
    async (i) => {
      most = Math.max(most, ++atOnce);
      seen.push(i);
      await wait(1);
      atOnce--;
    },
    { count: 20, concurrency: 8, from: 100 },
    latencies,
  );
  expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => 100 + i));
  expect(most).toBe(8);
  expect(latencies).toHaveLength(20);
});

test('an operation that fails fails the window', async () => {
  const window = runWindow(
    () => Promise.reject(new Error('no')),
    {
      count: 4,
      concurrency: 2,
      from: 0,
    },
    [],
  );
  await expect(window).rejects.toThrow('no');
});

test('a window is whole turns of all workers, and two at least', () => {
  expect(windowCount(60, 0.1, 8)).toBe(600);
  expect(windowCount(60, 100, 8)).toBe(16);
  expect(windowCount(10, 0.3, 32) % 32).toBe(0);
});
