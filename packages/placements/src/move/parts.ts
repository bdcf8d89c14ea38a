import { name } from '@tenantry/core/sql';
import type { TenantTable } from '../rows/index.ts';
import { hashOf } from './digest.ts';

/**
 * How many rows each part of a table has, as one text: a row for each part would be slower than the count. Keys
 * are compared by it, so that only those of parts with a row too many have to travel.
 */
export type PartCounts = string | null;

/** In how many parts the keys of a table are: a power of two, for some 64 rows a part. */
export const partsOf = (rows: number): number =>
  Math.min(2 ** Math.ceil(Math.log2(Math.max(rows, 64) / 64)), 16_384);

/** Types whose own hash is faster than that of their text. */
const hashed = new Set(['uuid', 'smallint', 'integer', 'bigint']);

/** The hash of the key of a row `t`. */
export function keyHashSql({ key, columns }: TenantTable): string {
  const values = key.map((column) => `t.${name(column).sql}`);
  const fast = columns.every(({ name: each, type }) => !key.includes(each) || hashed.has(type));
  return fast ? `pg_catalog.hash_record_extended(row(${values.join(', ')}), 0)` : hashOf(values);
}

/** The part of a row `t`. */
export const partSql = (table: TenantTable, parts: number): string =>
  `(${keyHashSql(table)} & ${parts - 1})::int`;

/** The counts of parts `p`. */
export const partCountsSql = (rows: string): string =>
  `pg_catalog.string_agg(p.part || ':' || ${rows}, ' ') filter (where ${rows} > 0)`;

/**
 * The parts in which one side has other rows than the other.
 * @param removed a part for each row that `there` has no more
 */
export function differingParts(
  there: PartCounts,
  removed: PartCounts,
  wanted: PartCounts,
): number[] {
  const counts = new Map<number, number>();
  const add = (part: number, rows: number) => counts.set(part, (counts.get(part) ?? 0) + rows);
  for (const [part, rows] of countsOf(there)) add(part, rows);
  for (const part of wordsOf(removed)) add(Number(part), -1);
  for (const [part, rows] of countsOf(wanted)) add(part, -rows);
  return [...counts].flatMap(([part, rows]) => (rows === 0 ? [] : [part]));
}

const countsOf = (counts: PartCounts): [part: number, rows: number][] =>
  wordsOf(counts).map((each) => each.split(':').map(Number) as [number, number]);

/** The words of a text that `string_agg` has made. */
export const wordsOf = (text: string | null): string[] =>
  text === null || text === '' ? [] : text.split(' ');
