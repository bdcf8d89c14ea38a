import type { Result } from './result.ts';

/** A table of results, for a terminal or for Markdown. */
export interface Section {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number | boolean | null)[])[];
}

const networkOf = (latencyMs: number) => (latencyMs === 0 ? 'loopback' : `+${latencyMs} ms`);
const compared = ({ variant, base }: Result) => `${variant} / ${base}`;
const distinct = <T>(values: readonly T[]) => [...new Set(values)];

/**
 * Results as tables: for every network and concurrency one table a measure, operations across;
 * operations that have one comparison only come together in a last one.
 */
export function sections(results: readonly Result[]): Section[] {
  const measured = results.filter((row) => row.ratio !== null);
  const found: Section[] = [];
  const alone: Result[] = [];
  for (const setting of distinct(measured.map(settingOf))) {
    const here = measured.filter((row) => settingOf(row) === setting);
    const inGrid = here.filter((row) => here.filter(({ op }) => op === row.op).length > 1);
    alone.push(...here.filter((row) => !inGrid.includes(row)));
    if (inGrid.length > 0) found.push(...grid(setting, inGrid));
  }
  if (alone.length > 0) found.push(list(alone));
  return found;
}

const settingOf = ({ latencyMs, concurrency }: Result) =>
  `${networkOf(latencyMs)}, ${concurrency} at once`;

function grid(setting: string, results: readonly Result[]): Section[] {
  const ops = distinct(results.map(({ op }) => op));
  const table = (title: string, cell: (row: Result) => string | number | null): Section => ({
    title: `${setting}: ${title}`,
    head: ['variant / base', ...ops],
    rows: distinct(results.map(compared)).map((name) => [
      name,
      ...ops.map((op) => {
        const row = results.find((each) => compared(each) === name && each.op === op);
        return row === undefined ? null : cell(row);
      }),
    ]),
  });
  return [
    table('base time over variant time, higher is better', (row) => row.ratio),
    table('variant CPU over base CPU, lower is better', (row) => row.cpuRatio),
    times(setting, results, ops),
  ];
}

/** The times of each variant, once, whatever it is compared with. */
function times(setting: string, results: readonly Result[], ops: readonly string[]): Section {
  return {
    title: `${setting}: p50 ms, p99 ms, round trips`,
    head: ['variant', ...ops],
    rows: distinct(results.map(({ variant }) => variant)).map((variant) => [
      variant,
      ...ops.map((op) => {
        const row = results.find((each) => each.variant === variant && each.op === op);
        return row === undefined ? null : `${row.p50}, ${row.p99}, ${row.roundTrips ?? '–'}`;
      }),
    ]),
  };
}

function list(results: readonly Result[]): Section {
  return {
    title: 'one comparison each',
    head: ['operation', 'variant / base', 'setting', 'ratio', 'CPU', 'round trips', 'p50', 'p99'],
    rows: results.map((row) => [
      row.op,
      compared(row),
      settingOf(row),
      row.ratio,
      row.cpuRatio,
      row.roundTrips,
      row.p50,
      row.p99,
    ]),
  };
}
