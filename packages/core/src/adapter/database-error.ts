import { type ErrorCode, TenantryError } from '../errors/index.ts';
import { tenantryErrorOf } from './error-response.ts';

/** The fields of a PostgreSQL error, as pg returns them. */
interface ServerError extends Error {
  readonly code?: unknown;
  readonly constraint?: string;
  readonly column?: string;
  readonly hint?: string;
}

/**
 * SQLSTATE → code. Of class 22 only the errors that a client's value causes; a division by zero is a
 * fault of the server. https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const codes: Readonly<Record<string, ErrorCode>> = {
  '22001': 'VALUE_REFUSED', // too long
  '22003': 'VALUE_REFUSED', // out of range
  '22007': 'VALUE_REFUSED', // no date
  '22008': 'VALUE_REFUSED', // a date out of range
  '22009': 'VALUE_REFUSED', // an offset out of range
  '22015': 'VALUE_REFUSED', // an interval out of range
  '22021': 'VALUE_REFUSED', // NUL and bytes that are no UTF-8
  '22026': 'VALUE_REFUSED', // bits of another length
  '2200M': 'VALUE_REFUSED', // no XML document
  '2200N': 'VALUE_REFUSED', // no XML content
  '22P02': 'VALUE_REFUSED', // no uuid, no number, no value of the enum
  '22P03': 'VALUE_REFUSED', // malformed binary
  '22P05': 'VALUE_REFUSED', // \u0000 in jsonb
  '23505': 'ROW_EXISTS',
  '23P01': 'ROW_EXISTS',
  '23503': 'REFERENCE_CONFLICT',
  '23001': 'REFERENCE_CONFLICT',
  '23502': 'ROW_REFUSED',
  '23514': 'ROW_REFUSED',
  '42501': 'ROW_FORBIDDEN',
  '40001': 'TRANSACTION_CONFLICT',
  '40P01': 'TRANSACTION_CONFLICT',
  '55P03': 'TRANSACTION_CONFLICT',
  '57014': 'STATEMENT_TIMEOUT',
};

/** The text by which policies of uuid tenancies refuse a missing tenant; it is not a value of a client. */
const noTenant = 'no tenant in this transaction';

/**
 * The beginning of the message of the trigger that `generate` writes; its hint says what to do with the
 * column.
 */
const fixedColumn = 'permission denied to change column';

/**
 * Maps a database error to a code of Tenantry and an HTTP status, for handlers that would otherwise
 * answer 500 for a client's mistake: a duplicate name is `ROW_EXISTS` (409); a NUL character, a date out
 * of range or a malformed id is `VALUE_REFUSED` (400). Errors of Tenantry are returned unchanged, also
 * when Drizzle has wrapped them.
 *
 * The error names the constraint and the column, never a value of a row. PostgreSQL's own detail stays in
 * `cause`.
 *
 * @returns undefined for an error that the client did not cause: a fault in SQL, a lost connection.
 * @example
 * ```ts
 * app.onError((error) => {
 *   const known = databaseErrorOf(error);
 *   if (known === undefined) throw error;
 *   return problemResponse(known);
 * });
 * ```
 */
export function databaseErrorOf(error: unknown): TenantryError | undefined {
  const known = tenantryErrorOf(error);
  if (known !== undefined) return known;
  const server = serverErrorOf(error);
  if (server === undefined || server.message.includes(noTenant)) return undefined;
  const code = codes[String(server.code)];
  if (code === undefined) return undefined;
  const { constraint, column, hint, message } = server;
  const where = constraint ?? column;
  return new TenantryError(code, {
    cause: error,
    details: {
      ...(constraint !== undefined && { constraint }),
      ...(column !== undefined && { column }),
    },
    ...(where !== undefined && {
      found: `${constraint === undefined ? 'column' : 'constraint'} ${where}`,
    }),
    ...(hint !== undefined && message.startsWith(fixedColumn) && { fix: hint }),
    ...(code === 'TRANSACTION_CONFLICT' && { headers: { 'retry-after': '1' } }),
  });
}

/** The error of PostgreSQL, directly or as the cause of an ORM's error, no deeper than an ORM wraps. */
function serverErrorOf(error: unknown): ServerError | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 3; at = at.cause, depth++) {
    const { code, severity } = at as { code?: unknown; severity?: unknown };
    if (typeof code === 'string' && typeof severity === 'string' && /^[0-9A-Z]{5}$/.test(code)) {
      return at as ServerError;
    }
  }
  return undefined;
}
