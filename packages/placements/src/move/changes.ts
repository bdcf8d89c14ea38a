import { TenantryError } from '@tenantry/core';
import { titleOf } from '@tenantry/rls/model';
import type { TenantTable } from '../rows/index.ts';
import { askEach, digestSql, hashSql, type TableDigest } from './digest.ts';
import type { EndOfMove } from './end.ts';
import { isIn, remove, removeGone } from './gone-rows.ts';
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
  return less(listed, await removeGone(round, seen, followed, before.rows));
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

const less = (from: TableDigest, gone: Omit<TableDigest, 'table'>): TableDigest => ({
  ...from,
  rows: from.rows - gone.rows,
  digest: String(BigInt(from.digest) - BigInt(gone.digest)),
});
