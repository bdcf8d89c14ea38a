import { TenantryError } from '@tenantry/core';
import type { AdoptConnection } from './connection.ts';

/**
 * Statements of a step.
 * - `short`: it locks a table for a moment, in a transaction of its own;
 * - `long`: others read and write meanwhile, and it may take as long as it needs: VALIDATE, CONCURRENTLY.
 */
export interface Action {
  /** In one transaction; a long one is alone and outside of any. */
  readonly sql: readonly string[];
  readonly lock: 'short' | 'long';
}

export const short = (...sql: readonly string[]): Action => ({ sql, lock: 'short' });
export const long = (sql: string): Action => ({ sql: [sql], lock: 'long' });

/** How statements wait for locks. */
export interface LockLimits {
  /**
   * Milliseconds that a statement waits for its lock. Whoever comes after it waits as long, so it is short
   * and the statement is tried again. Default: 50.
   */
  readonly waitMs: number;
  /** How often it is tried, which takes about two minutes. Default: 150. */
  readonly tries: number;
}

export const lockLimits: LockLimits = { waitMs: 50, tries: 150 };

/** What statements locked, at most, from the first lock to the end of the transaction. */
export interface Held {
  longestMs: number;
  /** The longest batch of filling, whose rows are locked. */
  longestBatchMs: number;
  retries: number;
}

export const nothingHeld = (): Held => ({ longestMs: 0, longestBatchMs: 0, retries: 0 });

/** Runs actions in order. */
export async function runActions(
  connection: AdoptConnection,
  actions: readonly Action[],
  table: string,
  limits: LockLimits,
  held: Held,
): Promise<void> {
  for (const { sql, lock } of actions) {
    if (lock === 'short') await shortly(connection, sql, table, limits, held);
    else for (const each of sql) await patiently(connection, each);
  }
}

/**
 * Runs statements in one transaction that gives up when a table is locked, and tries again.
 * @throws TenantryError `ADOPT_TABLE_BUSY` after the last try
 */
export async function shortly(
  connection: AdoptConnection,
  statements: readonly string[],
  table: string,
  { waitMs, tries }: LockLimits,
  held: Held,
): Promise<void> {
  for (let at = 1; ; at += 1) {
    try {
      const tookMs = await inTransaction(connection, waitMs, statements);
      held.longestMs = Math.max(held.longestMs, tookMs);
      return;
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (at >= tries) {
        throw new TenantryError('ADOPT_TABLE_BUSY', { found: table, cause: error });
      }
      held.retries += 1;
      await pause(Math.min(1000, 20 * at) * (0.5 + Math.random()));
    }
  }
}

const clock = 'select extract(epoch from clock_timestamp())::float8 * 1000 as tenantry_ms';

/**
 * The first statement takes the lock; all travel with the commit, so that neither a slow connection nor a
 * busy client makes it longer.
 * @returns the milliseconds from the first statement's end to the commit, by the clock of the server
 */
async function inTransaction(
  connection: AdoptConnection,
  waitMs: number,
  [first = '', ...others]: readonly string[],
): Promise<number> {
  await connection.query(`begin; set local lock_timeout = ${waitMs}`);
  try {
    const answers = await connection.query(
      [first, clock, ...others, 'commit', clock].join('\n;\n'),
    );
    return timeBetween(answers);
  } catch (error) {
    await connection.query('rollback');
    throw error;
  }
}

/** pg answers a text of several statements by a list. */
function timeBetween(answers: unknown): number {
  const times = [answers].flat().flatMap((answer) => {
    const [row] = (answer as { rows: readonly { tenantry_ms?: number }[] }).rows;
    return row?.tenantry_ms === undefined ? [] : [row.tenantry_ms];
  });
  return (times.at(-1) ?? 0) - (times[0] ?? 0);
}

/**
 * CREATE INDEX CONCURRENTLY waits for transactions as for locks, and a limit would break it half-way; so
 * would one that the login has for its statements.
 */
async function patiently(connection: AdoptConnection, sql: string): Promise<void> {
  await connection.query('set lock_timeout = 0; set statement_timeout = 0');
  try {
    await connection.query(sql);
  } finally {
    await connection.query('reset lock_timeout; reset statement_timeout');
  }
}

/** A lock that was not to be had, and a deadlock: both go away by themselves. */
export const isBusy = (error: unknown): boolean =>
  ['55P03', '40P01'].includes((error as { code?: string }).code ?? '');

export const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
