import { randomBytes } from 'node:crypto';
import type { MessageWriter } from './message-writer.ts';
import type { RowShape } from './result.ts';

/** A statement that a connection has prepared, or is about to. */
export interface Prepared {
  readonly name: string;
  parsed: boolean;
  /** When it was last used, on the clock of its cache. */
  usedAt: number;
  /** When the server was asked to parse it, on the clock of `performance.now()`. */
  parsedAt: number;
  /** The number of the flush that asks the server to parse it; the next field is when that was written. */
  parsedIn: number | undefined;
  parsingAt: number;
  /** Set when it is parsed under a text that no other connection has: behind a pooler, after an error. */
  own: number | undefined;
  /** Known after the first run; the server guards it ("cached plan must not change result type"). */
  shape: RowShape | undefined;
}

/** A statement that is not prepared yet. */
export const notPrepared = (name: string): Prepared => ({
  name,
  parsed: false,
  usedAt: 0,
  parsedAt: 0,
  parsedIn: undefined,
  parsingAt: 0,
  own: undefined,
  shape: undefined,
});

let texts = 0;

/**
 * The statement to use in place of one that fails, when a new Parse may fix it; undefined when this flush
 * has parsed it itself. A pooler answers the Parse of a text that it knows, with what another connection
 * has parsed before a change, so there the new one has a text of its own.
 */
export function parseAgain(
  failed: Prepared,
  { pooled }: StatementKeeping,
  flush: number,
): Prepared | undefined {
  const isNew = failed.parsedIn === flush;
  if (isNew && !(pooled && failed.parsed && failed.own === undefined)) return undefined;
  return { ...notPrepared(failed.name), own: pooled ? ++texts : undefined };
}

/** How the statements of one server are kept, and what is known about the server. */
export interface StatementKeeping {
  /** How many statements a connection keeps; 0 prepares none. */
  readonly max: number;
  /** How long the server may use a parsed statement, in milliseconds. */
  readonly maxAgeMs: number;
  /** Whether the connections go through a pooler in transaction mode. */
  pooled: boolean;
}

/** Identifies this process, because behind a pooler others prepare the same texts. */
const process = randomBytes(6).toString('base64url');

/**
 * Writes the Parse of a statement that the connection does not have, or that is too old. The server keeps
 * the parameter types of the Parse. After `alter column … type` it would keep reading a value as the old
 * type and convert it, without an error, for the lifetime of the connection. Nothing notifies a client of
 * a schema change, so a parsed statement is used only for a limited time.
 */
export function writeParse(
  writer: MessageWriter,
  { maxAgeMs, pooled }: StatementKeeping,
  prepared: Prepared,
  text: string,
  flush: number,
): void {
  if (prepared.parsedIn === flush) return; // a batch may contain a text twice
  const now = performance.now();
  // a pooler shares statements by text, so another client may have parsed it at the start of the period
  const period = Math.floor(now / maxAgeMs);
  if (prepared.parsed) {
    const kept = pooled
      ? Math.floor(prepared.parsedAt / maxAgeMs) === period
      : now - prepared.parsedAt < maxAgeMs;
    if (kept) return;
    writer.closeStatement(prepared.name);
    prepared.own = undefined;
  }
  // a pooler answers the Parse of a known text itself, so each period uses a new text
  const mark = `${process} ${period}${prepared.own === undefined ? '' : ` ${prepared.own}`}`;
  writer.parse(prepared.name, pooled ? `${text}\n/* ${mark} */` : text);
  prepared.parsedIn = flush;
  prepared.parsingAt = now;
  prepared.shape = undefined;
}

/** The server has parsed it. */
export function parsed(prepared: Prepared): void {
  prepared.parsed = true;
  prepared.parsedAt = prepared.parsingAt;
}
