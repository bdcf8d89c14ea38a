import type { Target } from './bench.ts';
import type { Result } from './result.ts';
import { round } from './stats.ts';

/** Which rows a target looks at. */
export type Rows = (result: Result) => boolean;

/** Rows that have these values. */
export const rows =
  (wanted: { readonly [Key in keyof Result]?: Result[Key] | readonly Result[Key][] }): Rows =>
  (result) =>
    Object.entries(wanted).every(([key, value]) =>
      Array.isArray(value) ? value.includes(result[key]) : result[key] === value,
    );

interface Limit {
  readonly name: string;
  readonly rows: Rows;
  readonly measure: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** A target for every row that it names: the worst of them decides, and all are told. */
export function limit({ name, rows: matches, measure, atLeast, atMost }: Limit): Target {
  const holds = (value: number) =>
    (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost);
  return {
    name,
    wanted: atLeast !== undefined ? `at least ${atLeast}` : `at most ${atMost}`,
    check(results) {
      const measured = results.filter(
        (result) => matches(result) && typeof result[measure] === 'number',
      );
      if (measured.length === 0) return undefined;
      const found = measured.map((row) => `${row.op} ${round(row[measure] as number)}`).join(', ');
      return { found, reached: measured.every((row) => holds(row[measure] as number)) };
    },
  };
}

/** A target that all rows it names have exactly this value. */
export function exactly(name: string, matches: Rows, measure: string, value: unknown): Target {
  return {
    name,
    wanted: String(value),
    check(results) {
      const measured = results.filter(
        (result) => matches(result) && result[measure] !== null && result[measure] !== undefined,
      );
      if (measured.length === 0) return undefined;
      const found = [...new Set(measured.map((row) => String(row[measure])))].join(', ');
      return { found, reached: measured.every((row) => row[measure] === value) };
    },
  };
}
