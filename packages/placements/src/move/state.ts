import { callFunction, type Queryable } from '@tenantry/core/sql';
import type { TableDigest } from './digest.ts';

/** A move that is not finished, as the catalogue has it; null stands for the shared tables. */
export interface Move {
  readonly tenant: string;
  readonly id: string;
  readonly source: string | null;
  readonly target: string | null;
  readonly phase: 'begun' | 'copying' | 'moved';
  /** Whether the target has had the tenant's own row before. */
  readonly keeps_tenant: boolean;
  /** Only when it has moved. */
  readonly copied: readonly TableDigest[] | null;
}

/** Keeps other movers and migrations out to the end of the transaction `tx`. */
export const holdMove = (tx: Queryable, tenant: string) =>
  callFunction<void>(tx, 'hold_move', [tenant]);

/**
 * Keeps other movers out alone, for the end of a move: a run of `tenantry migrate` waits for that, and may have
 * the lock of {@link holdMove} by then.
 */
export const holdMover = (tx: Queryable, tenant: string) =>
  callFunction<void>(tx, 'hold_mover', [tenant]);

/** Begins a move or finds the one that was begun; null when the tenant lives there already. */
export const beginMove = (db: Queryable, tenant: string, target: string | null) =>
  callFunction<Move | null>(db, 'begin_move', [tenant, target]);

/** The move of a tenant, if there is one. */
export const readMove = (db: Queryable, tenant: string) =>
  callFunction<Move | null>(db, 'read_move', [tenant]);

/** Says that rows may be at the target. @param hasTenant whether the tenant's own row is there already */
export const markMove = (db: Queryable, { tenant, id }: Move, hasTenant: boolean) =>
  callFunction<void>(db, 'mark_move', [tenant, id, hasTenant]);

/** Says that the route may change at any moment: every process asks for it before each statement. */
export const announceMove = (db: Queryable, { tenant, id }: Move) =>
  callFunction<void>(db, 'announce_move', [tenant, id]);

/** Waits for the tenant's transactions in the shared database; from then on none begins anywhere. */
export const fenceMove = (tx: Queryable, { tenant }: Move, waitMs: number) =>
  callFunction<void>(tx, 'fence_move', [tenant, waitMs]);

/** Changes the route, when `tx` commits. */
export const flipMove = (tx: Queryable, { tenant, id }: Move, copied: readonly TableDigest[]) =>
  callFunction<void>(tx, 'flip_move', [tenant, id, JSON.stringify(copied)]);

/** Forgets the move, which has left nothing behind. */
export const endMove = (tx: Queryable, { tenant, id }: Move) =>
  callFunction<void>(tx, 'end_move', [tenant, id]);
