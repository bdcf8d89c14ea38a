/**
 * What a statement can do to its connection, judged by its text: it `reads` rows, `writes` them (triggers
 * may run), or `calls` a function that could do anything.
 */
export type Reach = 'reads' | 'writes' | 'calls';

/** Kinds of state that a scope may leave on a connection, as bits. */
export const settings = 1;
const locks = 2;
export const sequences = 4;
export const temporary = 8;
/** Cursors WITH HOLD, and LISTEN channels. */
export const objects = 16;
const everything = settings | locks | sequences | temporary | objects;

/** The state that statements may leave, by their reach. */
const leaves: Record<Reach, number> = {
  reads: 0,
  writes: settings | locks | sequences,
  calls: everything,
};

/**
 * The state that earlier scopes may have left on a connection. It is removed in the flush of the next
 * scope, before its context, so it costs no round trip; after statements that only read it costs nothing.
 */
export class Residue {
  /** Left by scopes that have ended. */
  #due = 0;
  /** Left by the scope that used the connection last. */
  #left = 0;
  /** Removed in the open transaction; a rollback would bring it back. */
  #undone = 0;
  #owner: object | undefined;
  /** The settings that a listener of `connect` made, which RESET ALL takes away as well. */
  baseline: Readonly<Record<string, string>> | undefined;

  /**
   * The state that a flush of a scope must remove before its context.
   * @param sees whether the flush could read such state: it calls a function, or a held client may call
   *   one later.
   */
  due(owner: object, pooled: boolean, sees: boolean): number {
    if (this.#owner !== owner) {
      this.#due |= this.#left;
      this.#left = 0;
      this.#owner = owner;
    }
    // behind a pooler any other client may have used the connection
    if (pooled) this.#due |= sees ? everything : settings | locks | temporary;
    // only lastval() and currval() can read sequence state
    return sees ? this.#due : this.#due & ~sequences;
  }

  /** A statement is being sent. */
  leave(reach: Reach): void {
    this.#left |= leaves[reach];
  }

  /** State was removed; in an open transaction a rollback may bring it back. */
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

/** Whether the context must release the session's locks. */
export const asksForLocks = (due: number): boolean => (due & locks) !== 0;

/** The state that is removed before the context. */
export const withoutLocks = (due: number): number => due & ~locks;

/**
 * Whether it is removed in a separate transaction, before that of the scope: a call may have changed the
 * transaction defaults, and UNLISTEN takes effect at commit.
 */
export const takesTransaction = (due: number, pooled: boolean): boolean =>
  due !== 0 && (pooled || (due & objects) !== 0);
