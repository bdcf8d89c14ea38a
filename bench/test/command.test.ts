import { describe, expect, test } from 'vitest';
import { readArguments } from '../src/lib/options.ts';
import { emptyResult } from '../src/lib/result.ts';
import { sections } from '../src/lib/sections.ts';
import { markdownTable, terminalTable } from '../src/lib/table.ts';
import { planGrid } from '../src/scoped/grid.ts';
import { rowId, samples, tenantId } from '../src/scoped/samples.ts';

describe('the command line', () => {
  test('names a bench and what of it', () => {
    const { name, options } = readArguments(['scoped', '--json', '--quick', '--latency', '0,1']);
    expect(name).toBe('scoped');
    expect(options).toMatchObject({ output: 'json', quick: true, latencies: [0, 1] });
  });

  test('refuses what it does not understand', () => {
    expect(() => readArguments([])).toThrow('Usage');
    expect(() => readArguments(['scoped', '--concurrency', '0'])).toThrow('--concurrency 0');
    expect(() => readArguments(['scoped', '--pairs', 'many'])).toThrow('--pairs many');
    expect(() => readArguments(['scoped', '--json', '--markdown'])).toThrow('not both');
    expect(() => readArguments(['scoped', '--fast'])).toThrow('--fast');
  });

  test('chooses what is measured', () => {
    const grid = (...args: string[]) => planGrid(readArguments(['scoped', ...args]).options);
    expect(grid().length).toBe(6);
    expect(grid('--latency', '1', '--concurrency', '8', '--ops', 'point')).toEqual([
      { latencyMs: 1, concurrency: 8, ops: ['point'] },
    ]);
    expect(grid('--ops', 'scan')).toEqual([]);
    const quick = grid('--quick');
    expect(new Set(quick.map(({ concurrency }) => concurrency))).toEqual(new Set([1, 8, 32]));
    expect(new Set(quick.map(({ latencyMs }) => latencyMs))).toEqual(new Set([0, 1]));
  });
});

test('samples repeat in every run and stay within their tenants', () => {
  const [one, two] = [samples(5, 7, 10), samples(5, 7, 10)];
  const tenants = new Set<string>();
  for (let i = 0; i < 10_000; i++) {
    expect(one(i)).toEqual(two(i));
    tenants.add(one(i).tenant);
  }
  expect([...tenants].sort()).toEqual([5, 6, 7].map(tenantId));
  expect(rowId(1, 1)).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});

describe('tables', () => {
  const row = (variant: string, op: string, ratio: number | null, concurrency = 8) => ({
    ...emptyResult({ bench: 'b', variant, base: 'hand-written', op }),
    ratio,
    concurrency,
  });

  test('have a column an operation and a row a comparison', () => {
    const [ratios, , , alone] = sections([
      row('article', 'point', 0.2),
      row('tenantry', 'point', 1.1),
      row('tenantry', 'list', 1),
      row('tenantry', 'plan', null),
    ]);
    expect(ratios?.head).toEqual(['variant / base', 'point']);
    expect(ratios?.rows).toEqual([
      ['article / hand-written', 0.2],
      ['tenantry / hand-written', 1.1],
    ]);
    expect(alone?.rows.map(([op]) => op)).toEqual(['list']);
  });

  test('line up, and say – where there is nothing', () => {
    expect(
      terminalTable(
        ['a', 'ratio'],
        [
          ['x', 1.25],
          ['long', null],
        ],
      ),
    ).toBe(['a     ratio', '────  ─────', 'x      1.25', 'long      –'].join('\n'));
    expect(markdownTable(['a', 'b'], [['x', null]])).toBe('| a | b |\n| --- | --- |\n| x | – |');
  });
});
