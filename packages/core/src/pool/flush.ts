import type { ContextWriter, Dialect } from '../dialect/dialect.ts';
import { TenantryError } from '../errors/index.ts';
import type { Place } from '../placement/placement.ts';
import type { Scope } from '../scope/scope.ts';
import type { Flight, Step } from '../wire/flight.ts';
import { MessageWriter } from '../wire/message-writer.ts';
import { flushError, type ServerError } from './flush-error.ts';
import type { PooledSession } from './pooled-session.ts';
import { writeRemedies } from './remedies.ts';
import { asksForLocks, takesTransaction, withoutLocks } from './residue.ts';
import type { Statement } from './statement.ts';
import {
  type Outcome,
  type StatementStep,
  writeClosing,
  writeStatement,
} from './wire-statement.ts';
import type { Witness } from './witness/witness.ts';

/** What goes into one flush, in this order. */
export interface FlushPlan {
  /** The text of a BEGIN that was held back until now. */
  readonly begin?: string | undefined;
  /** Whether the context goes before the statements; inside a transaction it is already set. */
  readonly context: boolean;
  readonly statements: readonly Statement[];
  /** Whether a caller holds the client and may send more. */
  readonly held?: boolean;
}

/** What the flushes of one pool have in common. */
export interface FlushSettings {
  readonly pool: object;
  dialect: Dialect;
  context: ContextWriter;
  /** Whether statements are prepared; only a pooler that cannot keep them turns it off, for good. */
  named: boolean;
  /** The timeout of a statement that sets none itself, in milliseconds. */
  readonly queryTimeoutMs: number | undefined;
  /** What compares the rows that come back; opened by the first connection, unless it is off. */
  witness: Witness | undefined;
}

const ignored: Step = { onRow() {}, onComplete() {} };

/** Codes by which the server says that it does not know, or already has, a prepared statement. */
const namingErrors = new Set(['26000', '42P05']);

/**
 * Sends a plan as one flush: one round trip. Outside BEGIN it is one implicit transaction, so an error
 * undoes all of it. It is safe to repeat when only a prepared statement was stale and had not begun to
 * run.
 */
export function flush(
  session: PooledSession,
  scope: Scope,
  asked: Place,
  settings: FlushSettings,
  plan: FlushPlan,
  resolve: (outcomes: Outcome[], note?: () => void) => void,
  reject: (error: unknown, note?: () => void) => void,
): void {
  const repeatable = session.status === 'I';
  // the flush is a whole transaction, not a part of the caller's
  const whole = repeatable && plan.begin === undefined;
  const number = session.flown;
  const { dialect, witness } = settings;
  const place = witness?.placeOf(scope, asked) ?? asked;
  const context = witness?.contextOf(scope, settings.context) ?? settings.context;
  const named = settings.named && !session.spent;
  const { pooled } = session.statements;
  const writer = new MessageWriter();
  const steps: Step[] = [];
  if (named) writeClosing(writer, session);
  let due = 0;
  if (repeatable && (plan.context || plan.begin !== undefined)) {
    const sees = plan.held === true || plan.statements.some(({ reach }) => reach === 'calls');
    due = session.residue.due(scope.root, pooled, sees);
  }
  // a transaction whose context comes later (SET TRANSACTION goes first) has no other place for the
  // cleanup
  const apart = takesTransaction(due, pooled) || (due !== 0 && !plan.context);
  if (apart) writeRemedies(writer, steps, session, due, named, true);
  const cleared = steps.length;
  if (plan.begin !== undefined) {
    writer.parse('', plan.begin).bind('', []).execute();
    steps.push(ignored);
  } else if (whole) dialect.writeBegin(writer, steps);
  if (plan.context) {
    if (due !== 0 && !apart) writeRemedies(writer, steps, session, due, named, false);
    const alone = plan.statements.length === 0 && plan.begin === undefined;
    const extras = due === 0 ? undefined : { locks: asksForLocks(due), pooled };
    context.write(writer, steps, session, scope, place, named, alone, extras);
  }
  const before = steps.length;
  for (const each of plan.statements) {
    session.residue.leave(each.reach);
    if (!each.listed) session.spent = true;
    const watch = witness?.watch(scope, each.text);
    steps.push(writeStatement(writer, session, place, each, named, watch));
  }

  const after = steps.length;
  if (whole) dialect.writeEnd(writer, steps);

  session.launch(writer.sync().bytes(), steps, (flight) => {
    const own = steps.slice(before, after) as StatementStep[];
    const inTransaction = session.status !== 'I';
    if (flight.error === undefined) {
      if (due !== 0)
        session.residue.taken(plan.context ? due : withoutLocks(due), inTransaction && !apart);
      if (!inTransaction && !repeatable) session.residue.ended(own.at(-1)?.command === 'ROLLBACK');
      const judged = (foreign?: Error, note?: () => void) =>
        foreign === undefined
          ? resolve(
              own.map((step) => step.outcome()),
              note,
            )
          : reject(foreign);
      if (witness === undefined) judged();
      else witness.judge(session, scope, own, judged);
      return;
    }
    flight.error = dialect.readError(flight.error, session);
    const { error, at } = flight;
    if (apart && at >= cleared) session.residue.taken(withoutLocks(due), false);
    if (TenantryError.is(error, 'CONTEXT_ECHO_MISMATCH')) session.lost = error;
    const stale =
      named && session.lost === undefined && forgetStale(flight, steps, session, number, settings);
    if (stale && repeatable)
      dialect.endFailed(session, () =>
        flush(session, scope, asked, settings, plan, resolve, reject),
      );
    else {
      const failed = flushError(flight, before, plan.statements.length, place, scope.schema);
      const note = witness?.failed?.(scope, own);
      if (whole) dialect.endFailed(session, () => reject(failed, note));
      else reject(failed, note);
    }
  });
}

/**
 * Marks a failed statement to be parsed again, when a schema change since its Parse may have caused the
 * error. The server keeps the types of its parameters and columns, and a type that was dropped and
 * created again is another type.
 * @returns whether nothing of the statement has run, so that it is safe to repeat it.
 */
function forgetStale(
  flight: Flight,
  steps: readonly Step[],
  session: PooledSession,
  flush: number,
  settings: FlushSettings,
): boolean {
  const { code = '', where, message } = flight.error as ServerError;
  const failed = steps[flight.at];
  if (flight.ran) {
    if (aboutTypes.test(code)) failed?.forget?.(flush);
    return false;
  }
  if (namingErrors.has(code) && failed?.prepared !== undefined) {
    if (where !== undefined) return false; // raised in a function that the planner called, not by the protocol
    const kept = !session.statements.pooled || !message.includes(failed.prepared.name);
    // somebody has closed or prepared statements on this connection only: replace the connection
    if (kept) session.spent = true;
    else {
      settings.named = false;
      session.forgetStatements();
    }
    return true;
  }
  return !notAboutTypes.test(code) && failed?.forget?.(flush) === true;
}

/** Errors that a changed type can cause in a running statement: 22P02, 22P03, class 42 and others. */
const aboutTypes = /^(0A000|22P0|42(?!501)|XX)/;
/**
 * Errors that a new Parse would not fix: cancelled, out of resources, a deadlock, a failed transaction, a
 * missing right.
 */
const notAboutTypes = /^(08|25|28|40|42501|53|55|57|58)/;
