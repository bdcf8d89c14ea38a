import { fromSql, TenantryError } from '../errors/index.ts';
import type { Scope } from '../scope/scope.ts';
import type { ContextWriter } from '../wire/context.ts';
import type { Flight, Step } from '../wire/flight.ts';
import { MessageWriter } from '../wire/message-writer.ts';
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
}

/** What the flushes of one pool have in common. */
export interface FlushSettings {
  readonly context: ContextWriter;
  /** Whether statements are prepared; a pooler that cannot keep them turns it off for good. */
  named: boolean;
}

/** An error of the server, as far as it is looked at. */
interface ServerError extends Error {
  readonly code?: string;
  readonly routine?: string;
  /** Where it happened; for a parameter that does not fit its type, `… parameter $1 …`. */
  readonly where?: string;
}

const ignored: Step = { onRow() {}, onComplete() {} };
const rollback = new MessageWriter(64).parse('', 'rollback').bind('', []).execute().sync().bytes();

/** Codes by which the server says that it does not know, or already has, a prepared statement. */
const namingErrors = new Set(['26000', '42P05']);

/**
 * Sends a plan as one flush: one round trip. Outside BEGIN it is one implicit transaction, so after
 * an error nothing of it happened, and it is safe to repeat it when only a prepared statement was
 * stale.
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
  const { context, named } = settings;
  const role = context.role(scope);
  const writer = new MessageWriter();
  const steps: Step[] = [];
  if (named) writeClosing(writer, session, role);
  if (plan.begin !== undefined) {
    writer.parse('', plan.begin).bind('', []).execute();
    steps.push(ignored);
  }
  if (plan.context) {
    const alone = plan.statements.length === 0 && plan.begin === undefined;
    context.write(writer, steps, session, scope, named, alone);
  }
  const before = steps.length;
  for (const each of plan.statements)
    steps.push(writeStatement(writer, session, role, each, named));

  session.launch(writer.sync().bytes(), steps, (flight) => {
    const own = steps.slice(before) as StatementStep[];
    if (flight.error === undefined) {
      resolve(own.map((step) => step.outcome()));
      return;
    }
    const { error, at } = flight;
    if (TenantryError.is(error, 'CONTEXT_ECHO_MISMATCH')) session.lost = error;
    const stale =
      named &&
      session.lost === undefined &&
      forgetStale(error, session, role, own[at - before], number, settings);
    if (stale && repeatable) {
      const again = () => flush(session, scope, settings, plan, resolve, reject);
      if (session.status === 'I') again();
      else session.launch(rollback, [ignored], again);
    } else reject(blame(flight, before, plan, role));
  });
}

/** Forgets prepared statements that the server has lost or no longer accepts; true if there are. */
function forgetStale(
  error: ServerError,
  session: Session,
  role: string,
  failed: StatementStep | undefined,
  flush: number,
  settings: FlushSettings,
): boolean {
  if (failed !== undefined && failed.prepared === undefined) return false;
  if (namingErrors.has(error.code ?? '')) {
    settings.named = false;
    session.forgetStatements();
    return true;
  }
  const prepared = failed?.prepared;
  if (failed === undefined || prepared === undefined) return false;
  if (prepared.parsedIn === flush || !mayBeStale(error)) return false;
  session.closing.push(prepared.name);
  session.cache(role).delete(failed.statement.text);
  return true;
}

/**
 * Whether a statement that was prepared earlier may fail only because a table has changed since:
 * the server keeps the types of its parameters and of its columns. A new Parse decides.
 */
function mayBeStale({ code = '', routine, where = '' }: ServerError): boolean {
  if (code === '0A000') return routine === 'RevalidateCachedQuery';
  if (code.startsWith('42')) return code !== '42501';
  return code.startsWith('22') && where.includes('$');
}

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
): Error {
  if (at < before || TenantryError.is(error)) return contextError(error as ServerError, role);
  const raised = fromSql(error as Error);
  return statements.length > 1 ? new BatchError(at - before, raised) : raised;
}

/** Says what is wrong with the database when the context itself was refused. */
function contextError(error: ServerError, role: string): Error {
  const found = error.message;
  switch (error.code) {
    case 'TN404':
      return new TenantryError('TENANT_NOT_FOUND');
    // what fails within the facts stays what it is
    case 'P0002': // enter_member has found nobody
      return /^.*tenantry\.enter_member\(/.test(error.where ?? '')
        ? new TenantryError('TENANT_NOT_FOUND')
        : error;
    case '22P02': // an id that is no uuid belongs to nobody
      return error.where?.includes('tenantry.enter')
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
