import type pg from 'pg';
import { TenantryError } from '../errors/index.ts';
import type { Scope } from '../scope/scope.ts';
import type { ContextWriter } from '../wire/context.ts';
import type { Step } from '../wire/flight.ts';
import { MessageWriter } from '../wire/message-writer.ts';
import type { Session } from '../wire/session.ts';
import type { Statement } from './statement.ts';
import { type StatementStep, writeClosing, writeStatement } from './wire-statement.ts';

/** What goes into one flush, in this order. */
export interface FlushPlan {
  /** The text of a BEGIN that was held back until now. */
  readonly begin?: string | undefined;
  /** Whether the context goes in front of the statements; inside a transaction it is there already. */
  readonly context: boolean;
  readonly statements: readonly Statement[];
}

/** Whether prepared statements are used; a pooler that cannot keep them turns it off for good. */
export interface Naming {
  on: boolean;
}

const ignored: Step = { onRow() {}, onComplete() {} };

/** Codes by which the server says that it does not know, or already has, a prepared statement. */
const namingErrors = new Set(['26000', '42P05']);

/** An error of the server, as far as it is looked at. */
interface ServerError extends Error {
  readonly code?: string;
  readonly routine?: string;
}

/**
 * Sends a plan as one flush: one round trip. Outside a transaction it is one implicit transaction,
 * so after an error nothing of it happened, and it is safe to repeat it.
 *
 * @returns one result a statement.
 */
export async function flush(
  session: Session,
  scope: Scope,
  context: ContextWriter,
  naming: Naming,
  plan: FlushPlan,
): Promise<pg.QueryResult[]> {
  const repeatable = session.status === 'I';
  const named = naming.on;
  const writer = new MessageWriter();
  const steps: Step[] = [];
  const role = context.role(scope);
  if (named) writeClosing(writer, session, role);
  if (plan.begin !== undefined) {
    writer.parse('', plan.begin).bind('', []).execute();
    steps.push(ignored);
  }
  if (plan.context) steps.push(...context.write(writer, session, scope, named));
  const before = steps.length;
  const results = plan.statements.map((each) => writeStatement(writer, session, role, each, named));
  steps.push(...results);

  const { error, at } = await session.fly(writer.sync().bytes(), steps);
  if (error === undefined) return results.map((step) => step.result());
  if (TenantryError.is(error, 'CONTEXT_ECHO_MISMATCH')) session.lost = error;
  if (
    session.lost === undefined &&
    named &&
    forgetStale(error, session, role, results[at - before], naming)
  ) {
    if (repeatable) {
      if (session.status !== 'I') await session.fly(rollback, [ignored]);
      return flush(session, scope, context, naming, plan);
    }
  }
  if (at < before) throw contextError(error);
  if (plan.statements.length > 1) throw new BatchError(at - before, error);
  throw error;
}

const rollback = new MessageWriter(64).parse('', 'rollback').bind('', []).execute().sync().bytes();

/** Forgets prepared statements that the server has lost or no longer accepts; true if there are. */
function forgetStale(
  error: ServerError,
  session: Session,
  role: string,
  failed: StatementStep | undefined,
  naming: Naming,
): boolean {
  if (namingErrors.has(error.code ?? '')) {
    naming.on = false;
    session.forgetStatements();
    return true;
  }
  const changed = error.code === '0A000' && error.routine === 'RevalidateCachedQuery';
  if (!changed || failed?.prepared === undefined) return false;
  session.closing.push(failed.prepared.name);
  session.cache(role).delete(failed.statement.text);
  return true;
}

/** The failed statement of a batch; the pool tells each caller its own part. */
export class BatchError extends Error {
  readonly index: number;
  override readonly cause: Error;

  constructor(index: number, cause: Error) {
    super(cause.message);
    this.index = index;
    this.cause = cause;
  }
}

/** Says what is wrong with the database when the context itself was refused. */
function contextError(error: ServerError): Error {
  const found = error.message;
  switch (error.code) {
    case 'TN404':
      return new TenantryError('TENANT_NOT_FOUND');
    case '22023': // invalid_parameter_value: role does not exist
    case '42704':
    case '42501':
      return new TenantryError('ROLE_MISSING', { found, cause: error });
    case '42883':
    case '3F000':
    case '28000':
      return new TenantryError('DATABASE_NOT_PREPARED', { found, cause: error });
    default:
      return error;
  }
}
