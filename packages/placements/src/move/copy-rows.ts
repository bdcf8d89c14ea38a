import { pathOf, titleOf } from '@tenantry/rls/model';
import { permitLog } from './audit-log.ts';
import { bringBack, changedTables, changesOf, isFollowed, takeAway } from './changes.ts';
import { compareWhole } from './compare-whole.ts';
import { bringWhole, takeWhole } from './copy-table.ts';
import { copyTables } from './copy-tables.ts';
import type { TableDigest } from './digest.ts';
import type { EndOfMove } from './end.ts';
import { refuseForeignWrites } from './foreign-writes.ts';
import type { TableCopy } from './passed.ts';
import { makePassingTables } from './passing-tables.ts';
import type { Brought, Round } from './round.ts';
import { actFor, beginFor } from './tenant-session.ts';

/**
 * Brings the target to what the source has in one snapshot, and makes sure of it: the first round hashes all
 * rows in both databases, a later one those that have changed. Both transactions are left open.
 *
 * @throws TenantryError `MOVE_DIFFERS`
 */
export async function copyRound(round: Round): Promise<Brought> {
  const { source, target, tenancy, tenant, last } = round;
  if (source.isCluster || target.isCluster) return copyTables(round, pairsOf(source, target));
  await beginFor(source, tenancy, tenant, 'read');
  await beginFor(target, tenancy, tenant, 'write');
  await makePassingTables(target);
  const [at] = await source.query<{ seen: string }>(
    'select pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())::text as seen',
  );
  const [writing] = await target.query<{ id: string }>(
    'select pg_catalog.pg_current_xact_id()::xid::text as id',
  );
  // an erasure has changed entries of a log that only grows
  await permitLog(target, true);
  const copies = pairsOf(source, target);
  const wholly = copies.filter(({ to }) => last === undefined || !isFollowed(to));
  const digests = new Map(last?.digests.map((each) => [each.table, each]));
  const followed = await followChanges(round, copies, wholly);
  for (const each of followed) digests.set(each.table, each);
  for (const each of await compareWhole(source, target, wholly)) digests.set(each.table, each);
  await actFor(target, []);
  await permitLog(target, false);
  return {
    seen: at?.seen ?? '0',
    written: [...(last?.written ?? []), writing?.id ?? '0'],
    digests: [...digests.values()],
  };
}

/** Takes away children first, and brings parents first: rows are found by their parents. */
async function followChanges(
  round: Round,
  copies: readonly TableCopy[],
  wholly: readonly TableCopy[],
): Promise<TableDigest[]> {
  const { source, target, last } = round;
  const [changes, parts] =
    last === undefined
      ? [new Map(), new Map()]
      : await Promise.all([
          changesOf(source, last.seen, last.digests),
          refuseForeignWrites(target, last),
        ]);
  const followed = changedTables(copies, changes, last?.digests ?? []);
  const left = new Map<string, TableDigest>();
  for (const copy of [...copies].reverse()) {
    const changed = followed.find(({ to }) => to === copy.to);
    if (wholly.includes(copy)) await takeWhole(round, copy);
    else if (changed !== undefined && last !== undefined)
      left.set(
        titleOf(copy.to),
        await takeAway(round, last.seen, changed, parts.get(titleOf(copy.to)) ?? null),
      );
  }
  const brought: TableDigest[] = [];
  for (const copy of copies) {
    const changed = followed.find(({ to }) => to === copy.to);
    const rest = left.get(titleOf(copy.to));
    if (wholly.includes(copy)) await bringWhole(round, copy);
    else if (changed !== undefined && rest !== undefined)
      brought.push(await bringBack(round, changed, rest));
  }
  return brought;
}

/** The tables of the source with those of the target. */
const pairsOf = (source: EndOfMove, target: EndOfMove): TableCopy[] => {
  const at = new Map(target.tables.tables.map((table) => [pathOf(table), table]));
  return source.tables.tables.flatMap((from) => {
    const to = at.get(pathOf(from));
    return to === undefined ? [] : [{ from, to }];
  });
};

/** Lets the sequences of the target go on above those of the source. */
export async function raiseSequences(source: EndOfMove, target: EndOfMove): Promise<void> {
  const pairs = pairsOf(source, target).flatMap(({ from, to }) =>
    from.columns.flatMap(({ name, sequence }) => {
      const own = to.columns.find((each) => each.name === name)?.sequence;
      return sequence === undefined || own === undefined ? [] : [{ sequence, own }];
    }),
  );
  if (pairs.length === 0) return;
  // their owner may read and set them
  await actFor(source, []);
  await actFor(target, []);
  const last = await source.query<{ value: string | null }>(
    'select pg_catalog.pg_sequence_last_value(s::regclass)::text as value from unnest($1::text[]) with ordinality given (s, place) order by place',
    [pairs.map(({ sequence }) => sequence)],
  );
  await target.query(
    `select pg_catalog.setval(s::regclass, value) from unnest($1::text[], $2::bigint[]) given (s, value)
     where value > coalesce(pg_catalog.pg_sequence_last_value(s::regclass), 0)`,
    [pairs.map(({ own }) => own), last.map(({ value }) => value)],
  );
}
