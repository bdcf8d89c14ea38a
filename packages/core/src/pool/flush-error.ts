import { TenantryError } from '../errors/index.ts';
import type { Place } from '../placement/placement.ts';
import type { Flight } from '../wire/flight.ts';
import { statementError } from './server-error.ts';

/** The fields of a server error that are read here. */
export interface ServerError extends Error {
  readonly code?: string;
  /** Where it happened. */
  readonly where?: string;
}

/** The failed statement of a batch; the batch gives each caller its own error. */
export class BatchError extends Error {
  readonly index: number;
  override readonly cause: Error;

  constructor(index: number, cause: Error) {
    super(cause.message);
    this.index = index;
    this.cause = cause;
  }
}

/**
 * What a failed flush is reported as.
 * @param before the number of steps before the caller's own statements
 * @param count the number of these statements
 */
export function flushError(
  { error, at }: Flight,
  before: number,
  count: number,
  { role, fence }: Place,
  schema: string,
): Error {
  if (at < before || TenantryError.is(error)) {
    return fence?.refusal(error as Error) ?? contextError(error as ServerError, role, schema);
  }
  const raised = statementError(error as Error);
  const index = at - before;
  // an error at COMMIT is that of no statement
  return count > 1 && index < count ? new BatchError(index, raised) : raised;
}

/** Explains what is wrong with the database when it refused the context itself. */
function contextError(error: ServerError, role: string, schema: string): Error {
  const found = error.message;
  switch (error.code) {
    case 'TN404':
      return new TenantryError('TENANT_NOT_FOUND');
    // an error within the facts stays unchanged
    case 'P0002': // enter_member has found nobody
      return error.where?.split('\n', 1)[0]?.includes(`${schema}.enter_member(`)
        ? new TenantryError('TENANT_NOT_FOUND')
        : error;
    case '22P02': // an id that is no uuid, or no number of its type, belongs to nobody
    case '22003':
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
