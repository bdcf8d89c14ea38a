import { name } from '@tenantry/core/sql';
import type { TenantTable } from '../rows/index.ts';
import { digestSql, hashOf, hashSql, type TableDigest } from './digest.ts';
import type { EndOfMove } from './end.ts';
import { newerSql, pass, type TableCopy } from './passed.ts';
import { passing } from './passing-tables.ts';
import type { Round } from './round.ts';
import { actFor, conditionOf } from './tenant-session.ts';

/** Whether the key of a row `t` is in a temporary table. */
export const isIn = ({ key }: TenantTable, list: string): string => {
  const same = key.map((column) => `k.${name(column).sql} = t.${name(column).sql}`);
  return `exists (select from ${list} k where ${same.join(' and ')})`;
};

/** Deletes rows of the tenant at the target. @returns which they were */
export async function remove(
  target: EndOfMove,
  to: TenantTable,
  which: readonly string[],
): Promise<Omit<TableDigest, 'table'>> {
  const [gone] = await target.query<{ rows: string; digest: string }>(
    `with gone as (delete from ${to.from} where ${[conditionOf(target, to), ...which].join(' and ')} returning ${hashSql(to)} as hash)
     select pg_catalog.count(*)::text as rows, ${digestSql('gone.hash')} as digest from gone`,
  );
  return { rows: Number(gone?.rows), digest: gone?.digest ?? '0' };
}

/**
 * In how many parts keys are compared, so that only those of parts with a row too many have to travel: a power
 * of two, for some 64 rows a part.
 */
const partsOf = (rows: number): number =>
  Math.min(2 ** Math.ceil(Math.log2(Math.max(rows, 64) / 64)), 16_384);
/** Types whose own hash is faster than that of their text. */
const hashed = new Set(['uuid', 'smallint', 'integer', 'bigint']);

/** The part of a row `t`. */
function partSql({ key, columns }: TenantTable, parts: number): string {
  const values = key.map((column) => `t.${name(column).sql}`);
  const fast = columns.every(({ name: each, type }) => !key.includes(each) || hashed.has(type));
  const hash = fast
    ? `pg_catalog.hash_record_extended(row(${values.join(', ')}), 0)`
    : hashOf(values);
  return `(${hash} & ${parts - 1})::int`;
}

/** Deletes rows that the source has no more; those that have changed are taken away already. */
export async function removeGone(
  round: Round,
  seen: string,
  { from, to }: TableCopy,
  before: number,
): Promise<Omit<TableDigest, 'table'>> {
  const { source, target } = round;
  const parts = partsOf(before);
  const older = `not ${newerSql(seen)}`;
  const [has, keeps] = await Promise.all([
    countParts(source, from, parts, [older]),
    countParts(target, to, parts, []),
  ]);
  const differ = [...keeps].flatMap(([part, rows]) => (has.get(part) === rows ? [] : [part]));
  const inParts = (table: TenantTable) =>
    `${partSql(table, parts)} = any ('{${differ.join(',')}}'::int[])`;
  const kept = passing(to, 'kept');
  const key = to.key.map((column) => name(column).sql);
  await pass({ ...round, copied: () => {} }, { from, to }, kept, key, [older, inParts(from)]);
  return remove(target, to, [inParts(to), `not ${isIn(to, kept)}`]);
}

/** How many rows each part has, as one text: a row for each part would be slower than the count. */
async function countParts(
  end: EndOfMove,
  table: TenantTable,
  parts: number,
  which: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  await actFor(end, [table]);
  const [found] = await end.query<{ counts: string | null }>(
    `select pg_catalog.string_agg(p.part || ':' || p.rows, ' ') as counts from (
       select ${partSql(table, parts)} as part, pg_catalog.count(*) as rows
       from ${table.from} where ${[conditionOf(end, table), ...which].join(' and ')} group by 1) p`,
  );
  const counts = (found?.counts ?? '').split(' ').filter((each) => each !== '');
  return new Map(counts.map((each) => each.split(':') as [part: string, rows: string]));
}
