import { expect, test } from 'vitest';
import { measurePairs } from '../src/lib/pairs.ts';
import { runHere, runWindow, type Window, windowCount } from '../src/lib/window.ts';

const options = { concurrency: 1, pairs: 4, windowMs: 1, warmUpMs: 0, cpu: () => 0 };

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
  await measurePairs([contender('a'), contender('b')], [{ base: 'a', variant: 'b' }], options);
  // the warm-up of both, then a b, b a, a b, b a: equal neighbours are one entry
  expect(ran.join(' ')).toBe('a b a b a b a');
});

test('ratios are base over variant for time, and variant over base for CPU', async () => {
  let serverUs = 0;
  const contender = (name: string, ms: number, nodeUs: number) => ({
    name,
    run: async ({ count }: Window) => {
      serverUs += 60 * count;
      return {
        ms: ms * count,
        nodeUs: nodeUs * count,
        latencies: new Float64Array(count).fill(ms),
      };
    },
  });
  const [measured] = await measurePairs(
    [contender('slow', 24, 300), contender('quick', 6, 120)],
    [{ base: 'slow', variant: 'quick' }],
    { ...options, cpu: () => serverUs },
  );
  expect(measured).toEqual({
    base: 'slow',
    variant: 'quick',
    pairs: 4,
    ratio: 4,
    noise: 0,
    cpuRatio: 0.5,
    serverRatio: 1,
    p50: 6,
    p99: 6,
    nodeUs: 120,
    serverUs: 60,
  });
});

test('a window may be of any length', async () => {
  const run = async () => ({ ms: 1, nodeUs: 1, latencies: new Float64Array(300_000).fill(2) });
  const [measured] = await measurePairs(
    [
      { name: 'a', run },
      { name: 'b', run },
    ],
    [{ base: 'a', variant: 'b' }],
    { ...options, pairs: 1 },
  );
  expect(measured?.p50).toBe(2);
});

test('an operation of this process takes its time and its CPU', async () => {
  const operation = async () => {
    const until = performance.now() + 5;
    while (performance.now() < until);
    await wait(5);
  };
  const ran = await runHere(operation)({ count: 4, concurrency: 1, from: 0 });
  expect(ran.ms).toBeGreaterThan(36);
  expect(ran.nodeUs).toBeGreaterThan(4000);
  expect(ran.latencies).toHaveLength(4);
  expect(Math.min(...ran.latencies)).toBeGreaterThan(9);
});

test('the CPU ratio is not a number when the server cannot be seen', async () => {
  const operation = () => wait(1);
  const [measured] = await measurePairs(
    [
      { name: 'a', operation },
      { name: 'b', operation },
    ],
    [{ base: 'a', variant: 'b' }],
    { ...options, cpu: () => Number.NaN },
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
    { ...options, pairs: 50, stop: (rounds) => rounds >= 2 },
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
