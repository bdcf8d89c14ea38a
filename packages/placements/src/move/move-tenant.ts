import { bring } from './bring.ts';
import type { TableDigest } from './digest.ts';
import type { EndOfMove } from './end.ts';
import { openEnd } from './end-of-move.ts';
import { eraseAt } from './erase-at.ts';
import { inWords } from './failure.ts';
import type { Moving } from './moving.ts';
import { endsOf } from './schema-ends.ts';
import * as state from './state.ts';
import { undoMove } from './undo-move.ts';

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
      await state.holdMover(tx, tenant);
      // a run of `tenantry migrate` may wait for the end of this move
      if ((await state.readMove(pool, tenant))?.phase !== 'moved') await state.holdMove(tx, tenant);
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
  const copied = await leave(moving).catch((error) => {
    throw inWords(error);
  });
  return {
    tenant,
    from: move.source ?? 'shared',
    to: move.target ?? 'shared',
    rows: copied.reduce((sum, { rows }) => sum + rows, 0),
    blockedMs: Math.round(blockedMs),
  };
}

/** Erases what has moved at the source, if it is still what was moved. */
async function leave(moving: Moving): Promise<readonly TableDigest[]> {
  const { pool, tenancy, tenant, owners, progress } = moving;
  progress('erasing at the source');
  return pool.transaction(async (tx) => {
    await state.holdMover(tx, tenant);
    const move = await state.readMove(pool, tenant);
    if (move === null || move.phase !== 'moved') return [];
    const at = await endsOf(pool, move);
    const source = await openEnd(move.source, tenancy, owners, at.source);
    try {
      await eraseAt(source, moving, false, move.copied ?? []);
    } finally {
      await source.client.end();
    }
    await state.endMove(tx, move);
    return move.copied ?? [];
  });
}

async function withEnds<R>(
  { tenancy, owners, pool }: Moving,
  move: state.Move,
  use: (source: EndOfMove, target: EndOfMove) => Promise<R>,
): Promise<R> {
  const at = await endsOf(pool, move);
  const from = await openEnd(move.source, tenancy, owners, at.source);
  try {
    const to = await openEnd(move.target, tenancy, owners, at.target);
    try {
      return await use(from, to);
    } finally {
      await to.client.end();
    }
  } finally {
    await from.client.end();
  }
}
