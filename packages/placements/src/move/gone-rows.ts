import { name } from '@tenantry/core/sql';
import type { TenantTable } from '../rows/index.ts';
import { digestSql, hashSql, type TableDigest } from './digest.ts';
import type { EndOfMove } from './end.ts';
import { keyHashSql, type PartCounts, partSql, wordsOf } from './parts.ts';
import { newerSql, type TableCopy } from './passed.ts';
import type { Round } from './round.ts';
import { actFor, conditionOf } from './tenant-session.ts';

/** Rows that were taken away. */
export interface Removed extends Omit<TableDigest, 'table'> {
  /** A part for each of them. */
  readonly parts: PartCounts;
}

/** Whether the key of a row `t` is in a temporary table. */
export const isIn = ({ key }: TenantTable, list: string): string => {
  const same = key.map((column) => `k.${name(column).sql} = t.${name(column).sql}`);
  return `exists (select from ${list} k where ${same.join(' and ')})`;
};

/** Deletes rows of the tenant at the target. @returns which they were */
export async function remove(
  target: EndOfMove,
  to: TenantTable,
  parts: number,
  which: readonly string[],
  values: unknown[] = [],
): Promise<Removed> {
  const [gone] = await target.query<{ rows: string; digest: string; parts: PartCounts }>(
    `with gone as (delete from ${to.from} where ${[conditionOf(target, to), ...which].join(' and ')}
       returning ${hashSql(to)} as hash, ${partSql(to, parts)} as part)
     select pg_catalog.count(*)::text as rows, ${digestSql('gone.hash')} as digest,
       pg_catalog.string_agg(gone.part::text, ' ') as parts from gone`,
    values,
  );
  return { rows: Number(gone?.rows), digest: gone?.digest ?? '0', parts: gone?.parts ?? null };
}

/**
 * Deletes rows that the source has no more; those that have changed are taken away already.
 * @param differ the parts in which the target has more rows than the source has kept
 */
export async function removeGone(
  { source, target }: Pick<Round, 'source' | 'target'>,
  seen: string,
  { from, to }: TableCopy,
  parts: number,
  differ: readonly number[],
): Promise<Removed> {
  const [kept, there] = await Promise.all([
    rowsIn(source, from, parts, differ, keyHashSql(from), [`not ${newerSql(seen)}`]),
    rowsIn(target, to, parts, differ, `${keyHashSql(to)} || ';' || t.ctid`),
  ]);
  const keys = new Set(kept);
  const gone = there
    .map((row) => row.split(';') as [hash: string, at: string])
    .filter(([hash]) => !keys.has(hash));
  // the place of a row is found at once, and says nothing of its key
  return remove(
    target,
    to,
    parts,
    [`t.ctid = any ($1::tid[])`, `${keyHashSql(to)} = any ($2::bigint[])`],
    [gone.map(([, at]) => at), gone.map(([hash]) => hash)],
  );
}

/** A word for each row of some parts. */
async function rowsIn(
  end: EndOfMove,
  table: TenantTable,
  parts: number,
  which: readonly number[],
  word: string,
  more: readonly string[] = [],
): Promise<string[]> {
  await actFor(end, [table]);
  const inParts = `${partSql(table, parts)} = any ('{${which.join(',')}}'::int[])`;
  const [found] = await end.query<{ words: string | null }>(
    `select pg_catalog.string_agg((${word})::text, ' ') as words
     from ${table.from} where ${[conditionOf(end, table), inParts, ...more].join(' and ')}`,
  );
  return wordsOf(found?.words ?? null);
}
