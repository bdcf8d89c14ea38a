import type { ContextWriter } from '../../dialect/dialect.ts';
import type { Place } from '../../placement/placement.ts';
import type { Scope } from '../../scope/scope.ts';
import type { RowValues } from '../../wire/flight.ts';
import type { FieldDescription } from '../../wire/result.ts';
import type { PooledSession } from '../pooled-session.ts';
import type { Observed } from './observed.ts';
import type { Trace } from './trace.ts';

/** Looks at the rows of one statement as they arrive. */
export interface RowWatch {
  /** The columns of the rows, before the first of them; of a prepared statement when it is sent. */
  columns(fields: readonly FieldDescription[]): void;
  /** Looks at a row; false when the caller must not get it. */
  row(values: RowValues): boolean;
}

/** What a witness needs of a statement that was answered. */
export interface Watched {
  readonly watch: RowWatch | undefined;
}

/**
 * Compares what comes back with the tenant of the scope. The pool asks it before a statement is sent, for
 * each row, and before a result is given out.
 */
export interface Witness {
  /** Where the statements of a scope run: `place`, or as the login alone. */
  placeOf(scope: Scope, place: Place): Place;
  /** The writer of the context of a scope: `usual`, or another one. */
  contextOf(scope: Scope, usual: ContextWriter): ContextWriter;
  /**
   * Starts to look at a statement; undefined when its rows are not looked at.
   * @param asked of a cursor or a stream, whose rows are given out before {@link judge} is called: where
   *   it came from
   */
  watch(scope: Scope, text: string, asked?: Trace): RowWatch | undefined;
  /**
   * Judges the answered statements of a flush before their rows are given out; `done` is called at once,
   * unless the catalogue has to be read. It gets an error when no row may be given out, and a `note` that
   * is to be called where the frames of the caller can be seen.
   */
  judge(
    session: PooledSession,
    scope: Scope,
    watched: readonly Watched[],
    done: (error?: Error, note?: () => void) => void,
  ): void;
  /**
   * The statements of a flush that failed, which is not repeated.
   * @returns a `note` as that of {@link judge}
   */
  failed?(scope: Scope, watched: readonly Watched[]): (() => void) | undefined;
  /** What it has counted; undefined when it does not count. */
  observed?(): Observed;
}
