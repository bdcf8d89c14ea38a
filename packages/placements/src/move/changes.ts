import { TenantryError } from '@tenantry/core';
import { name } from '@tenantry/core/sql';
import { titleOf } from '@tenantry/rls/model';
import type { TenantTable } from '../rows/index.ts';
import { askEach, digestSql, hashOf, hashSql, type TableDigest } from './digest.ts';
import type { EndOfMove } from './end.ts';
import { newerSql, pass, type TableCopy } from './passed.ts';
import { passing } from './passing-tables.ts';
import type { Round } from './round.ts';
import { actFor, conditionOf, writtenColumns } from './tenant-session.ts';

/** How many rows a table has at the source, and which of them have changed since the round before. */
interface Changes {
  readonly rows: number;
  readonly changed: number;
  /** The digest of those that have changed. */
  readonly digest: string;
}

/**
 * Whether changes of a table are followed. Rows of people become the tenant's by another row, so their own
 * version says nothing; without a key nobody knows which row a new version replaces; and the row of the
 * tenant was there before.
 */
export const isFollowed = ({ belonging, key }: TenantTable): boolean =>
  belonging !== 'person' && belonging !== 'tenant' && key.length > 0;

/** What has changed at the source: a scan of each table, which hashes only what has changed. */
export async function changesOf(
  source: EndOfMove,
  seen: string,
): Promise<ReadonlyMap<string, Changes>> {
  const filter = ` filter (where ${newerSql(seen)})`;
  const found = await askEach<Record<keyof Changes, string>>(
    source,
    source.tables.tables.filter(isFollowed),
    (table) =>
      `select pg_catalog.count(*)::text as rows, pg_catalog.count(*)${filter}::text as changed,
         ${digestSql(hashSql(table), filter)} as digest
       from ${table.from} where ${conditionOf(source, table)}`,
  );
  return new Map(
    [...found].map(([table, { rows, changed, digest }]) => [
      table,
      { rows: Number(rows), changed: Number(changed), digest },
    ]),
  );
}

/** A table that has changed, with the rows that both databases had before. */
export interface Followed extends TableCopy {
  readonly before: TableDigest;
  readonly changes: Changes;
}

/** The tables that have changed since the round before, by what they have now and had then. */
export const changedTables = (
  copies: readonly TableCopy[],
  changes: ReadonlyMap<string, Changes>,
  before: readonly TableDigest[],
): Followed[] =>
  copies.flatMap((copy) => {
    const table = titleOf(copy.to);
    const had = before.find((each) => each.table === table) ?? { table, rows: 0, digest: '0' };
    const now = changes.get(table);
    return now === undefined || (now.changed === 0 && now.rows === had.rows)
      ? []
      : [{ ...copy, before: had, changes: now }];
  });

/**
 * Takes away at the target what has changed at the source or is gone there, and leaves the new versions in a
 * temporary table. Children go first: rows that are the tenant's through a parent are found by it.
 *
 * @returns what is left
 */
export async function takeAway(
  round: Round,
  seen: string,
  followed: Followed,
): Promise<TableDigest> {
  const { target } = round;
  const { from, to, before, changes } = followed;
  const list = passing(to);
  if (changes.changed > 0) {
    await pass(round, followed, list, writtenColumns(from), [newerSql(seen)]);
  }
  await actFor(target, [to]);
  const listed =
    changes.changed === 0 ? before : less(before, await remove(target, to, [isIn(to, list)]));
  if (listed.rows === changes.rows - changes.changed) return listed;
  return less(listed, await removeGone(round, seen, followed));
}

/** Writes the new versions, reads them again, and compares them with those of the source. */
export async function bringBack(
  { target }: Round,
  { to, changes }: Followed,
  left: TableDigest,
): Promise<TableDigest> {
  await actFor(target, [to]);
  const list = passing(to);
  if (changes.changed > 0) await target.query(insertSql(to));
  const [now] = await target.query<{ rows: string; digest: string }>(
    `select pg_catalog.count(*)::text as rows, ${digestSql(hashSql(to))} as digest
     from ${to.from} where ${conditionOf(target, to)} and ${isIn(to, list)}`,
  );
  const rows = left.rows + Number(now?.rows);
  if (rows !== changes.rows || now?.digest !== changes.digest)
    throw differs([`${left.table} (${changes.rows} and ${rows} rows)`]);
  return { ...left, rows, digest: String(BigInt(left.digest) + BigInt(changes.digest)) };
}

/** Writes the rows of the temporary table. */
export const insertSql = (to: TenantTable): string => {
  const columns = writtenColumns(to).join(', ');
  return `insert into ${to.path} (${columns}) overriding system value select ${columns} from ${passing(to)}`;
};

/** The rows of the two databases differ. */
export const differs = (found: readonly string[]): TenantryError =>
  new TenantryError('MOVE_DIFFERS', { found: `${found.join(', ')}.` });

const isIn = ({ key }: TenantTable, list: string): string => {
  const same = key.map((column) => `k.${name(column).sql} = t.${name(column).sql}`);
  return `exists (select from ${list} k where ${same.join(' and ')})`;
};

const less = (from: TableDigest, gone: Omit<TableDigest, 'table'>): TableDigest => ({
  ...from,
  rows: from.rows - gone.rows,
  digest: String(BigInt(from.digest) - BigInt(gone.digest)),
});

/** Deletes rows of the tenant at the target. @returns which they were */
async function remove(
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
async function removeGone(
  round: Round,
  seen: string,
  { from, to, before }: Followed,
): Promise<Omit<TableDigest, 'table'>> {
  const { source, target } = round;
  const parts = partsOf(before.rows);
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
