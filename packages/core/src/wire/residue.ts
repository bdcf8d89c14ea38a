import type { Step } from './flight.ts';
import { MessageWriter } from './message-writer.ts';
import { type OwnStatement, OwnStep, ownStatement } from './own-step.ts';
import type { Session } from './session.ts';

/**
 * What a statement can do to its connection, as far as its text tells: `reads` rows, `writes` them
 * (triggers may run), or `calls` something that could do anything.
 */
export type Reach = 'reads' | 'writes' | 'calls';

/** What a scope may leave on a connection, as bits. */
const settings = 1;
const locks = 2;
const sequences = 4;
const temporary = 8;
/** Cursors that are held, channels that are listened to. */
const objects = 16;
const everything = settings | locks | sequences | temporary | objects;

/** What statements may leave, by what they reach. */
const leaves: Record<Reach, number> = {
  reads: 0,
  writes: settings | locks | sequences,
  calls: everything,
};

/** What takes it away, in this order. Each takes 3 µs where there is nothing to take away. */
const remedies = (
  [
    [settings, 'reset all'],
    [objects, 'close all'],
    [objects, 'unlisten *'],
    [temporary, 'discard temp'],
    [sequences, 'discard sequences'],
  ] as const
).map(([bit, text]) => ({ bit, statement: ownStatement(text) }));

/**
 * What the scopes before the one that uses a connection may have left on it. It is taken away in the
 * flush of the next scope, in front of its context, so that it costs no round trip; after statements
 * that only read it costs nothing.
 */
export class Residue {
  /** Left by scopes that are over. */
  #due = 0;
  /** Left by the scope that used it last. */
  #left = 0;
  /** Reset in the open transaction, whose rollback brings it back. */
  #undone = 0;
  #owner: object | undefined;
  /** The settings that a listener of `connect` made, which RESET ALL takes away as well. */
  baseline: Readonly<Record<string, string>> | undefined;

  /**
   * What a flush of a scope has to take away before its context.
   * @param sees whether it could look at anything: a call, or a client that is held and may call later.
   */
  due(owner: object, pooled: boolean, sees: boolean): number {
    if (this.#owner !== owner) {
      this.#due |= this.#left;
      this.#left = 0;
      this.#owner = owner;
    }
    // any other client may have used the connection that a pooler gives
    if (pooled) this.#due |= sees ? everything : settings | locks | temporary;
    // lastval() and currval() alone see the values of sequences
    return sees ? this.#due : this.#due & ~sequences;
  }

  /** A statement is on its way. */
  leave(reach: Reach): void {
    this.#left |= leaves[reach];
  }

  /** Something was taken away; in an open transaction its rollback may bring it back. */
  taken(due: number, inTransaction: boolean): void {
    this.#due &= ~due;
    if (inTransaction) this.#undone |= due & settings;
  }

  /** The open transaction has ended. */
  ended(rolledBack: boolean): void {
    if (rolledBack) this.#due |= this.#undone;
    this.#undone = 0;
  }
}

/** Whether the context has to give back the locks of the session. */
export const asksForLocks = (due: number): boolean => (due & locks) !== 0;

/** What is taken away before the context. */
export const withoutLocks = (due: number): number => due & ~locks;

/**
 * Whether it is taken away in a transaction of its own, before that of the scope: a call can have set
 * how transactions begin, and UNLISTEN counts from the commit on.
 */
export const takesTransaction = (due: number, pooled: boolean): boolean =>
  due !== 0 && (pooled || (due & objects) !== 0);

const begin = ownStatement('begin');
const commit = ownStatement('commit');
const restore = ownStatement(
  'select pg_catalog.set_config(key, value, false) from pg_catalog.json_each_text($1)',
);
const ignore = () => {};

/** Writes what takes `due` away, `apart` in a transaction of its own. */
export function writeRemedies(
  writer: MessageWriter,
  steps: Step[],
  session: Session,
  due: number,
  named: boolean,
  apart: boolean,
): void {
  const put = (statement: OwnStatement, values: string[] = []) =>
    steps.push(new OwnStep(writer, session, statement, values, ignore, named));
  const { baseline } = session.residue;
  if (apart) put(begin);
  for (const { bit, statement } of remedies) {
    if ((due & bit) === 0) continue;
    put(statement);
    if (bit === settings && baseline !== undefined && Object.keys(baseline).length > 0)
      put(restore, [JSON.stringify(baseline)]);
  }
  if (apart) put(commit);
}

/** Reads the settings that were made on this connection until now. */
export async function learnBaseline(session: Session): Promise<void> {
  const writer = new MessageWriter();
  const baseline: Record<string, string> = {};
  const step = new OwnStep(
    writer,
    session,
    ownStatement(
      `select name, setting from pg_catalog.pg_settings where source = 'session' and context in ('user', 'superuser')`,
    ),
    [],
    ([name, setting]) => {
      baseline[name as string] = setting as string;
    },
    false,
  );
  const { error } = await session.fly(writer.sync().bytes(), [step]);
  if (error !== undefined) throw error;
  session.residue.baseline = baseline;
}
