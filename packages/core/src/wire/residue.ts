/**
 * What a statement can do to its connection, as far as its text tells: `reads` rows, `writes` them
 * (triggers may run), or `calls` something that could do anything.
 */
export type Reach = 'reads' | 'writes' | 'calls';

/** What a scope may leave on a connection, as bits. */
export const settings = 1;
const locks = 2;
export const sequences = 4;
export const temporary = 8;
/** Cursors that are held, channels that are listened to. */
export const objects = 16;
const everything = settings | locks | sequences | temporary | objects;

/** What statements may leave, by what they reach. */
const leaves: Record<Reach, number> = {
  reads: 0,
  writes: settings | locks | sequences,
  calls: everything,
};

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
