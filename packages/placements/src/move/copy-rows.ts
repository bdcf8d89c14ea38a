import { pathOf } from '@tenantry/rls/model';
import { permitLog } from './audit-log.ts';
import { copyTable, type TableCopy } from './copy-table.ts';
import type { EndOfMove } from './end.ts';
import { makePassingTables } from './passing-tables.ts';
import type { Round } from './round.ts';
import { actFor, beginFor } from './tenant-session.ts';

/**
 * Brings the target to what the source has in one snapshot. Both transactions are left open.
 *
 * @returns the oldest transaction that this snapshot may not have seen: a row version that it has seen is of
 *   an older one, and need not be copied again. So no trigger and no replication slot watches the source.
 */
export async function copyRound(round: Round): Promise<string> {
  const { source, target, tenancy, tenant } = round;
  await beginFor(source, tenancy, tenant, 'read');
  await beginFor(target, tenancy, tenant, 'write');
  await makePassingTables(target);
  const [seen] = await source.query<{ xmin: string }>(
    'select pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())::text as xmin',
  );
  // an erasure has changed entries of a log that only grows
  await permitLog(target, true);
  for (const copy of pairsOf(source, target)) await copyTable(round, copy);
  await actFor(target, []);
  await permitLog(target, false);
  return seen?.xmin ?? '0';
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
