import { TenantryError } from '../errors/index.ts';
import type { Scope } from '../scope/scope.ts';
import type { ContextWriter } from '../wire/context.ts';
import type { Flight, Step } from '../wire/flight.ts';
import { MessageWriter } from '../wire/message-writer.ts';
import { writeRemedies } from '../wire/remedies.ts';
import { asksForLocks, takesTransaction, withoutLocks } from '../wire/residue.ts';
import { asTold } from '../wire/server-error.ts';
import type { Session } from '../wire/session.ts';
import type { Statement } from './statement.ts';
import {
  type Outcome,
  type StatementStep,
  writeClosing,
  writeStatement,
} from './wire-statement.ts';

/** What goes into one flush, in this order. */
export interface FlushPlan {
  /** The text of a BEGIN that was held back until now. */
  readonly begin?: string | undefined;
  /** Whether the context goes in front of the statements; inside a transaction it is there already. */
  readonly context: boolean;
  readonly statements: readonly Statement[];
  /** Whether a caller holds the client, and may ask it more. */
  readonly held?: boolean;
}

/** What the flushes of one pool have in common. */
export interface FlushSettings {
  readonly context: ContextWriter;
  /** Whether statements are prepared; a pooler that cannot keep them turns it off for good, and nothing else. */
  named: boolean;
  /** How long a statement may take that says nothing itself, in milliseconds. */
  readonly queryTimeoutMs: number | undefined;
}

/** An error of the server, as far as it is looked at. */
interface ServerError extends Error {
  readonly code?: string;
  /** Where it happened. */
  readonly where?: string;
}

const ignored: Step = { onRow() {}, onComplete() {} };
const rollback = new MessageWriter(64).parse('', 'rollback').bind('', []).execute().sync().bytes();

/** Codes by which the server says that it does not know, or already has, a prepared statement. */
const namingErrors = new Set(['26000', '42P05']);

/**
 * Sends a plan as one flush: one round trip. Outside BEGIN it is one implicit transaction, so after
 * an error nothing of it happened, and it is safe to repeat it when only a prepared statement was
 * stale and had not begun to run.
 */
export function flush(
  session: Session,
  scope: Scope,
  settings: FlushSettings,
  plan: FlushPlan,
  resolve: (outcomes: Outcome[]) => void,
  reject: (error: unknown) => void,
): void {
  const repeatable = session.status === 'I';
  const number = session.flown;
  const { context } = settings;
  const named = settings.named && !session.spent;
  const { pooled } = session.statements;
  const role = context.role(scope);
  const writer = new MessageWriter();
  const steps: Step[] = [];
  if (named) writeClosing(writer, session, role);
  let due = 0;
  if (repeatable && (plan.context || plan.begin !== undefined)) {
    const sees = plan.held === true || plan.statements.some(({ reach }) => reach === 'calls');
    due = session.residue.due(scope.root, pooled, sees);
  }
  // a transaction whose context comes later (SET TRANSACTION goes first) has no other place for it
  const apart = takesTransaction(due, pooled) || (due !== 0 && !plan.context);
  if (apart) writeRemedies(writer, steps, session, due, named, true);
  const cleared = steps.length;
  if (plan.begin !== undefined) {
    writer.parse('', plan.begin).bind('', []).execute();
    steps.push(ignored);
  }
  if (plan.context) {
    if (due !== 0 && !apart) writeRemedies(writer, steps, session, due, named, false);
    const alone = plan.statements.length === 0 && plan.begin === undefined;
    const extras = due === 0 ? undefined : { locks: asksForLocks(due), pooled };
    context.write(writer, steps, session, scope, named, alone, extras);
  }
  const before = steps.length;
  for (const each of plan.statements) {
    session.residue.leave(each.reach);
    if (!each.listed) session.spent = true;
    steps.push(writeStatement(writer, session, role, each, named));
  }

  session.launch(writer.sync().bytes(), steps, (flight) => {
    const own = steps.slice(before) as StatementStep[];
    const inTransaction = session.status !== 'I';
    if (flight.error === undefined) {
      if (due !== 0)
        session.residue.taken(plan.context ? due : withoutLocks(due), inTransaction && !apart);
      if (!inTransaction && !repeatable) session.residue.ended(own.at(-1)?.command === 'ROLLBACK');
      resolve(own.map((step) => step.outcome()));
      return;
    }
    const { error, at } = flight;
    if (apart && at >= cleared) session.residue.taken(withoutLocks(due), false);
    if (TenantryError.is(error, 'CONTEXT_ECHO_MISMATCH')) session.lost = error;
    const stale =
      named && session.lost === undefined && forgetStale(flight, steps, session, number, settings);
    if (stale && repeatable) {
      const again = () => flush(session, scope, settings, plan, resolve, reject);
      if (session.status === 'I') again();
      else session.launch(rollback, [ignored], again);
    } else reject(blame(flight, before, plan, role, scope.schema));
  });
}

/**
 * Has a statement parsed anew that failed perhaps only because something has changed since it was
 * parsed: the server keeps the types of its parameters and of its columns, and a type that was
 * dropped and made again is another one.
 * @returns whether nothing of the statement has run, so that it is safe to repeat it.
 */
function forgetStale(
  flight: Flight,
  steps: readonly Step[],
  session: Session,
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
    if (where !== undefined) return false; // of a function that the planner called, and not of the protocol
    const kept = !session.statements.pooled || !message.includes(failed.prepared.name);
    // somebody has closed or made statements on this connection alone: it prepares no more, and is replaced
    if (kept) session.spent = true;
    else {
      settings.named = false;
      session.forgetStatements();
    }
    return true;
  }
  return !notAboutTypes.test(code) && failed?.forget?.(flush) === true;
}

/** What a changed type can end in when the statement runs already: 22P02, 22P03 and class 42, say. */
const aboutTypes = /^(0A000|22P0|42(?!501)|XX)/;
/** What a Parse would not mend: cancelled, out of resources, a deadlock, a failed transaction, a right. */
const notAboutTypes = /^(08|25|28|40|42501|53|55|57|58)/;

/** The failed statement of a batch; the batch tells each caller its own part. */
export class BatchError extends Error {
  readonly index: number;
  override readonly cause: Error;

  constructor(index: number, cause: Error) {
    super(cause.message);
    this.index = index;
    this.cause = cause;
  }
}

function blame(
  { error, at }: Flight,
  before: number,
  { statements }: FlushPlan,
  role: string,
  schema: string,
): Error {
  if (at < before || TenantryError.is(error))
    return contextError(error as ServerError, role, schema);
  const raised = asTold(error as Error);
  return statements.length > 1 ? new BatchError(at - before, raised) : raised;
}

/** Says what is wrong with the database when the context itself was refused. */
function contextError(error: ServerError, role: string, schema: string): Error {
  const found = error.message;
  switch (error.code) {
    case 'TN404':
      return new TenantryError('TENANT_NOT_FOUND');
    // what fails within the facts stays what it is
    case 'P0002': // enter_member has found nobody
      return error.where?.split('\n', 1)[0]?.includes(`${schema}.enter_member(`)
        ? new TenantryError('TENANT_NOT_FOUND')
        : error;
    case '22P02': // an id that is no uuid belongs to nobody
      return error.where?.includes(`${schema}.enter`)
        ? error
        : new TenantryError('TENANT_NOT_FOUND');
    case '22023': // the role of set_config does not exist
    case '42501':
      return new TenantryError('ROLE_MISSING', {
        found,
        fix: `Run: grant ${role} to the login of this pool; system work can have a login of its own: system: { connectionString }.`,
        cause: error,
      });
    case '42883':
    case '3F000':
    case '28000':
      return new TenantryError('DATABASE_NOT_PREPARED', { found, cause: error });
    default:
      return error;
  }
}
