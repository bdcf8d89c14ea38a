import { fenceClass } from '@tenantry/core/sql';
import { titleOf } from '@tenantry/rls/model';
import { goOnAbove, sealEntries } from './audit-log.ts';
import { askNodes, awaitPrepared } from './cluster-session.ts';
import { copyRound, raiseSequences } from './copy-rows.ts';
import type { EndOfMove } from './end.ts';
import { eraseAt } from './erase-at.ts';
import type { Held, Moving } from './moving.ts';
import { raiseOwnSequences } from './own-sequences.ts';
import { preflight, refused } from './preflight.ts';
import { danglingKeys } from './references.ts';
import type { Brought, Round } from './round.ts';
import * as state from './state.ts';

/** Rounds are made until one is short, because the last one is made while statements wait. */
const mostRounds = 5;
const shortMs = 250;

/** Copies, compares, and changes the route when `tx` commits. @returns since when statements wait */
export async function bring(
  moving: Moving,
  move: state.Move,
  tx: Held,
  source: EndOfMove,
  target: EndOfMove,
): Promise<number> {
  const { tenancy, pool, tenant, waitMs, progress } = moving;
  if (move.phase === 'copying') await eraseAt(target, moving, move.keeps_tenant);
  const onCluster = source.isCluster || target.isCluster;
  const { hasTenant } = await preflight(source, target, moving);
  await state.markMove(pool, move, hasTenant);
  let rows = 0;
  const copied = (more: number) => {
    rows += more;
    progress('rows', rows);
  };
  let last: Brought | undefined;
  for (
    let round = 0, took = Number.POSITIVE_INFINITY;
    round < (onCluster ? 1 : mostRounds) && took > shortMs;
    round++
  ) {
    const begun = performance.now();
    await sealEntries(source, tenant, 0);
    last = await copyAgain({ source, target, tenancy, tenant, last, copied });
    // what is refused at the end is refused before anybody waits
    if (round === 0) await refuseDangling(target, 'all');
    await Promise.all([source.query('commit'), target.query('commit')]);
    if (round === 0) await analyzeCopied(target, last);
    took = performance.now() - begun;
  }
  await state.announceMove(pool, move);
  const since = performance.now();
  await state.fenceMove(tx, move, waitMs);
  if (!source.isShared) await fenceAt(source, tenant, waitMs);
  if (source.isCluster) await awaitPrepared(source, waitMs);
  // the snapshot is younger than the last transaction of the tenant
  // before a transaction of ours is open, which sealing would not pass
  await sealEntries(source, tenant, waitMs);
  await goOnAbove(source, target, tenant, waitMs);
  const brought = await copyAgain({ source, target, tenancy, tenant, last, copied });
  progress('comparing');
  await refuseDangling(target, last === undefined || onCluster ? 'all' : 'brought');
  await raiseSequences(source, target);
  await raiseOwnSequences(source, target);
  await source.query('commit');
  await target.query('commit');
  await flush(source);
  await state.flipMove(tx, move, brought.digests);
  return performance.now() - since;
}

const mostTries = 5;

/** A round, again when another move has brought a person of both tenants to the target in the same moment. */
async function copyAgain(round: Round): Promise<Brought> {
  for (let tries = 1; ; tries++) {
    try {
      return await copyRound(round);
    } catch (error) {
      const { code } = error as { code?: string };
      if (tries === mostTries || (code !== '40001' && code !== '40P01')) throw error;
      await Promise.all([round.source.query('rollback'), round.target.query('rollback')]);
    }
  }
}

/**
 * Waits until all that was committed is on the disk, also where `synchronous_commit` is off: a crash would take
 * rows back that have moved, and what is left of them would never be erased. A commit waits only if it has
 * written something.
 */
async function flush(end: EndOfMove): Promise<void> {
  const emit = "pg_catalog.pg_logical_emit_message(true, 'tenantry', '')";
  await end.query(`select ${emit}`);
  if (end.isCluster)
    await askNodes(
      end,
      `select pg_catalog.set_config('synchronous_commit', 'on', true) || ${emit}::text`,
    );
}

/**
 * A table that was filled within a second has no statistics, and the next rounds would compare its keys row by
 * row. It waits for nobody: who holds the table analyzes it.
 */
async function analyzeCopied({ query, tables }: EndOfMove, { digests }: Brought): Promise<void> {
  const large = new Set(digests.flatMap(({ table, rows }) => (rows < 1000 ? [] : [table])));
  const paths = tables.tables.flatMap((table) => (large.has(titleOf(table)) ? [table.path] : []));
  if (paths.length > 0) await query(`analyze (skip_locked) ${paths.join(', ')}`);
}

async function refuseDangling(target: EndOfMove, which: 'all' | 'brought'): Promise<void> {
  const dangling = await danglingKeys(target, which);
  if (dangling.length > 0)
    throw refused(dangling.map((key) => `${target.title} lacks rows that ${key} refers to`));
}

/**
 * Waits for the transactions of the tenant at a place. The lock is not kept: after the epoch nobody gets in
 * without asking for the route, and that waits for the lock in the shared database.
 */
async function fenceAt({ query }: EndOfMove, tenant: string, waitMs: number): Promise<void> {
  await query('begin isolation level read committed');
  await query("select pg_catalog.set_config('lock_timeout', $1, true)", [String(waitMs)]);
  await query('select pg_catalog.pg_advisory_xact_lock($1, pg_catalog.hashtext($2))', [
    fenceClass,
    tenant,
  ]);
  await query('select pg_catalog.nextval($name$tenantry.route_epoch$name$::regclass)');
  await query('commit');
}
