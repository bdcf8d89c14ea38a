import { TenantryError } from '@tenantry/core';
import { titleOf } from '@tenantry/rls/model';
import { isOwnRow, type TenantTable } from '../rows/index.ts';
import { askEach, digestSql, hashSql, type TableDigest } from './digest.ts';
import type { EndOfMove } from './end.ts';
import { isIn, type Removed, remove, removeGone } from './gone-rows.ts';
import { differingParts, type PartCounts, partCountsSql, partSql, partsOf } from './parts.ts';
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
  /** How many of the others each part has. */
  readonly parts: PartCounts;
}

/**
 * Whether changes of a table are followed. Rows of people become the tenant's by another row, so their own
 * version says nothing; without a key nobody knows which row a new version replaces; and the row of the
 * tenant was there before.
 */
export const isFollowed = (table: TenantTable): boolean =>
  table.belonging !== 'person' && !isOwnRow(table) && table.key.length > 0;

/** What has changed at the source: a scan of each table, which hashes only keys and what has changed. */
export async function changesOf(
  source: EndOfMove,
  seen: string,
  before: readonly TableDigest[],
): Promise<ReadonlyMap<string, Changes>> {
  const filter = ` filter (where ${newerSql(seen)})`;
  const found = await askEach<{ rows: string; changed: string; digest: string; parts: PartCounts }>(
    source,
    source.tables.tables.filter(isFollowed),
    (table) =>
      `select coalesce(pg_catalog.sum(p.rows), 0)::text as rows, coalesce(pg_catalog.sum(p.changed), 0)::text as changed,
         coalesce(pg_catalog.sum(p.digest), 0)::text as digest, ${partCountsSql('(p.rows - p.changed)')} as parts
       from (
         select ${partSql(table, partsOf(had(before, table).rows))} as part, pg_catalog.count(*) as rows,
           pg_catalog.count(*)${filter} as changed, pg_catalog.sum(${hashSql(table)})${filter} as digest
         from ${table.from} where ${conditionOf(source, table)} group by 1) p`,
  );
  return new Map(
    [...found].map(([table, { rows, changed, digest, parts }]) => [
      table,
      { rows: Number(rows), changed: Number(changed), digest, parts },
    ]),
  );
}

/** What the round before has brought of a table. */
export const had = (before: readonly TableDigest[], table: TenantTable): TableDigest => {
  const title = titleOf(table);
  return before.find((each) => each.table === title) ?? { table: title, rows: 0, digest: '0' };
};

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
    const last = had(before, copy.to);
    const now = changes.get(last.table);
    return now === undefined || (now.changed === 0 && now.rows === last.rows)
      ? []
      : [{ ...copy, before: last, changes: now }];
  });

/**
 * Takes away at the target what has changed at the source or is gone there, and leaves the new versions in a
 * temporary table. Children go first: rows that are the tenant's through a parent are found by it.
 *
 * @param there how many rows each part has at the target
 * @returns what is left
 */
export async function takeAway(
  round: Round,
  seen: string,
  followed: Followed,
  there: PartCounts,
): Promise<TableDigest> {
  const { target } = round;
  const { from, to, before, changes } = followed;
  const parts = partsOf(before.rows);
  let removed: Removed = { rows: 0, digest: '0', parts: null };
  if (changes.changed > 0) {
    const list = passing(to);
    await pass(round, followed, list, writtenColumns(from), [newerSql(seen)]);
    // without statistics it would be joined row by row
    await actFor(target, []);
    await target.query(`analyze ${list}`);
    await actFor(target, [to]);
    removed = await remove(target, to, parts, [isIn(to, list)]);
  }
  const left = less(before, removed);
  if (left.rows === changes.rows - changes.changed) return left;
  const differ = differingParts(there, removed.parts, changes.parts);
  return less(left, await removeGone(round, seen, followed, parts, differ));
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
