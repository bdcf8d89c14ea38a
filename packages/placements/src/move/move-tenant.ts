import { type Tenancy, type TenantPool, TenantryError } from '@tenantry/core';
import { fenceClass } from '@tenantry/core/sql';
import { goOnAbove, permitLog, sealEntries } from './audit-log.ts';
import { copyRound, raiseSequences } from './copy-rows.ts';
import { differing, digestsOf, type TableDigest } from './digest.ts';
import { type EndOfMove, type Owners, openEnd } from './end-of-move.ts';
import { eraseRows } from './erase-rows.ts';
import { preflight, refused } from './preflight.ts';
import { danglingKeys } from './references.ts';
import * as state from './state.ts';
import { actFor, beginFor } from './tenant-session.ts';

/** What {@link moveTenant} and {@link undoMove} need. */
export interface Moving {
  readonly tenancy: Tenancy;
  /** In a system scope that writes, on the shared database. */
  readonly pool: TenantPool;
  readonly tenant: string;
  readonly owners: Owners;
  /** How long to wait for a transaction of the tenant, in milliseconds. */
  readonly waitMs: number;
  readonly progress: (what: string, done?: number) => void;
}

/** What a move has done. */
export interface Moved {
  readonly tenant: string;
  readonly from: string;
  readonly to: string;
  readonly rows: number;
  /** How long the statements of the tenant have waited, in milliseconds; 0 when it had moved before. */
  readonly blockedMs: number;
}

/**
 * Moves a tenant. Its rows are copied while it works, in rounds; its statements wait for the last one, and
 * for the comparison of all rows. Whatever ends it,
 * the tenant lives in one of the two databases, and a second call goes on: before the route is changed it
 * copies again, and after that it erases what is left at the source.
 *
 * @param target null for the shared tables
 * @returns undefined when the tenant lives there already
 */
export async function moveTenant(
  moving: Moving,
  target: string | null,
): Promise<Moved | undefined> {
  const { pool, tenant } = moving;
  let blockedMs = 0;
  let own: string | undefined;
  const move = await pool
    .transaction(async (tx) => {
      await state.holdMove(tx, tenant);
      const begun = await state.beginMove(pool, tenant, target);
      if (begun === null || begun.phase === 'moved') return begun;
      own = begun.id;
      blockedMs = await withEnds(moving, begun, (source, to) =>
        bring(moving, begun, tx, source, to),
      );
      return begun;
    })
    .catch(async (error) => {
      // when it cannot be undone now, the next call does it
      if (own !== undefined) await undoMove(moving, own).catch(() => {});
      throw inWords(error);
    });
  if (move === null) return undefined;
  const copied = await leave(moving);
  return {
    tenant,
    from: move.source ?? 'shared',
    to: move.target ?? 'shared',
    rows: copied.reduce((sum, { rows }) => sum + rows, 0),
    blockedMs: Math.round(blockedMs),
  };
}

/**
 * Takes a move back that has not changed the route: nothing of it is left.
 * @param only the id of the move; another one is left as it is
 * @returns whether there was one
 * @throws TenantryError `MOVE_UNFINISHED` when the tenant lives at its target already
 */
export async function undoMove(moving: Moving, only?: string): Promise<boolean> {
  const { pool, tenancy, tenant, owners } = moving;
  return pool.transaction(async (tx) => {
    await state.holdMove(tx, tenant);
    const move = await state.readMove(pool, tenant);
    if (move === null || (only !== undefined && move.id !== only)) return false;
    if (move.phase === 'moved') {
      throw new TenantryError('MOVE_UNFINISHED', {
        found: `it lives in ${move.target ?? 'shared'} already.`,
        fix: 'Run `npx tenantry tenants move` with that place, which erases what is left at the source; then move it back.',
      });
    }
    if (move.phase === 'copying') {
      const target = await openEnd(move.target, tenancy, owners);
      try {
        await eraseAt(target, moving, true);
      } finally {
        await target.client.end();
      }
    }
    await state.endMove(tx, move);
    return true;
  });
}

/** Rounds are made until one is short, because the last one is made while statements wait. */
const mostRounds = 5;
const shortMs = 250;

type Held = Parameters<Parameters<TenantPool['transaction']>[0]>[0];

/** Copies, compares, and changes the route when `tx` commits. @returns since when statements wait */
async function bring(
  moving: Moving,
  move: state.Move,
  tx: Held,
  source: EndOfMove,
  target: EndOfMove,
): Promise<number> {
  const { tenancy, pool, tenant, waitMs, progress } = moving;
  if (move.phase === 'copying') await eraseAt(target, moving, true);
  await preflight(source, target, tenancy, tenant);
  await state.markMove(pool, move);
  let rows = 0;
  const copied = (more: number) => {
    rows += more;
    progress('rows', rows);
  };
  let seen: string | undefined;
  for (
    let round = 0, took = Number.POSITIVE_INFINITY;
    round < mostRounds && took > shortMs;
    round++
  ) {
    const begun = performance.now();
    await sealEntries(source, tenant, 0);
    seen = await copyRound({ source, target, tenancy, tenant, since: seen, copied });
    // what is refused at the end is refused before anybody waits
    if (round === 0) await refuseDangling(target);
    await Promise.all([source.query('commit'), target.query('commit')]);
    took = performance.now() - begun;
  }
  await state.announceMove(pool, move);
  const since = performance.now();
  await state.fenceMove(tx, move, waitMs);
  if (source.place !== null) await fenceAt(source, tenant, waitMs);
  // the snapshot is younger than the last transaction of the tenant
  // before a transaction of ours is open, which sealing would not pass
  await sealEntries(source, tenant, waitMs);
  await goOnAbove(source, target, tenant, waitMs);
  await copyRound({ source, target, tenancy, tenant, since: seen, copied });
  progress('comparing');
  const [left, right] = await Promise.all([digestsOf(source), digestsOf(target)]);
  const differ = differing(left, right);
  if (differ.length > 0)
    throw new TenantryError('MOVE_DIFFERS', { found: `${differ.join(', ')}.` });
  await refuseDangling(target);
  await raiseSequences(source, target);
  await source.query('commit');
  await target.query('commit');
  await state.flipMove(tx, move, left);
  return performance.now() - since;
}

async function refuseDangling(target: EndOfMove): Promise<void> {
  const dangling = await danglingKeys(target);
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

/** Erases what has moved at the source, if it is still what was moved. */
async function leave(moving: Moving): Promise<readonly TableDigest[]> {
  const { pool, tenancy, tenant, owners, progress } = moving;
  progress('erasing at the source');
  return pool.transaction(async (tx) => {
    await state.holdMove(tx, tenant);
    const move = await state.readMove(pool, tenant);
    if (move === null || move.phase !== 'moved') return [];
    const source = await openEnd(move.source, tenancy, owners);
    try {
      await eraseAt(source, moving, false, move.copied ?? []);
    } finally {
      await source.client.end();
    }
    await state.endMove(tx, move);
    return move.copied ?? [];
  });
}

/** @param copied what the rows must be, unless there are none */
async function eraseAt(
  end: EndOfMove,
  { tenancy, tenant }: Moving,
  keepsTenant: boolean,
  copied?: readonly TableDigest[],
): Promise<void> {
  await beginFor(end, tenancy, tenant, 'write');
  await permitLog(end, true);
  if (copied !== undefined) {
    const now = (await digestsOf(end)).filter(({ rows }) => rows > 0);
    const differ = differing(now, copied);
    if (differ.length > 0) {
      throw new TenantryError('MOVE_DIFFERS', {
        found: `since it has moved, ${end.title} has other rows of it: ${differ.join(', ')}.`,
        fix: 'Bring what was written there to where the tenant lives, then undo it at the source, and run the command again.',
      });
    }
  }
  await eraseRows(end, keepsTenant);
  await actFor(end, []);
  await permitLog(end, false);
  await end.query('commit');
}

async function withEnds<R>(
  { tenancy, owners }: Moving,
  { source, target }: state.Move,
  use: (source: EndOfMove, target: EndOfMove) => Promise<R>,
): Promise<R> {
  const from = await openEnd(source, tenancy, owners);
  try {
    const to = await openEnd(target, tenancy, owners);
    try {
      return await use(from, to);
    } finally {
      await to.client.end();
    }
  } finally {
    await from.client.end();
  }
}

function inWords(error: unknown): unknown {
  const { code, message } = error as { code?: string; message: string };
  if (code !== '55P03') return error;
  return new TenantryError('MOVE_BLOCKED', {
    found: `a transaction of the tenant that does not end (${message}).`,
    cause: error,
  });
}
