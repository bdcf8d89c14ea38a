import { randomBytes } from 'node:crypto';
import type { MessageWriter } from './message-writer.ts';
import type { RowShape } from './result.ts';

/** A statement that a connection has prepared, or is about to. */
export interface Prepared {
  readonly name: string;
  parsed: boolean;
  /** When it was used last, on the clock of its cache. */
  usedAt: number;
  /** When the server was asked to parse it, on the clock of `performance.now()`. */
  parsedAt: number;
  /** The flush that asks the server to parse it, by its number, and when that was written. */
  parsedIn: number | undefined;
  parsingAt: number;
  /** Known after the first run; the server guards it ("cached plan must not change result type"). */
  shape: RowShape | undefined;
}

/** A statement that nothing is known of yet. */
export const notPrepared = (name: string): Prepared => ({
  name,
  parsed: false,
  usedAt: 0,
  parsedAt: 0,
  parsedIn: undefined,
  parsingAt: 0,
  shape: undefined,
});

/** How the statements of one server are kept; what is learned of the server goes in here too. */
export interface StatementKeeping {
  /** How many statements of a role a connection keeps; 0 prepares none. */
  readonly max: number;
  /** How long the server may use what it made of a text, in milliseconds. */
  readonly maxAgeMs: number;
  /** Whether a pooler hands out the connections of the server, a transaction at a time. */
  pooled: boolean;
}

/** Tells this process apart: behind a pooler others prepare the same texts. */
const process = randomBytes(6).toString('base64url');

/**
 * Writes the Parse of a statement that the connection does not have, or has had for too long. The
 * server keeps the types of the parameters as they were at the Parse. After `alter column … type` it
 * would go on to read a value as the old type and convert it, without an error, for as long as the
 * connection lives. Nothing tells a client of a DDL, so what was parsed is believed for a time only.
 */
export function writeParse(
  writer: MessageWriter,
  { maxAgeMs, pooled }: StatementKeeping,
  prepared: Prepared,
  text: string,
  flush: number,
): void {
  if (prepared.parsedIn === flush) return; // a batch may hold a text twice
  const now = performance.now();
  // a pooler shares statements by text, so another client may have asked at the begin of the period
  const period = Math.floor(now / maxAgeMs);
  if (prepared.parsed) {
    const kept = pooled
      ? Math.floor(prepared.parsedAt / maxAgeMs) === period
      : now - prepared.parsedAt < maxAgeMs;
    if (kept) return;
    writer.closeStatement(prepared.name);
  }
  // a pooler would answer the Parse of a text that it knows by itself: a new period is a new text
  writer.parse(prepared.name, pooled ? `${text}\n/* ${process} ${period} */` : text);
  prepared.parsedIn = flush;
  prepared.parsingAt = now;
  prepared.shape = undefined;
}

/** The server has parsed it. */
export function parsed(prepared: Prepared): void {
  prepared.parsed = true;
  prepared.parsedAt = prepared.parsingAt;
}
