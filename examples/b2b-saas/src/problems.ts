import { tenantryErrorOf } from '@tenantry/core/adapter';
import { problemResponse } from '@tenantry/core/hono';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** An answer that is not a success, as problem+json (RFC 9457). */
export class Problem extends Error {
  readonly status: ContentfulStatusCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    status: ContentfulStatusCode,
    title: string,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(title);
    this.status = status;
    this.details = details;
  }
}

/** The answer to a row that does not exist, or that belongs to somebody else: nobody can tell. */
export const notFound = (what: string): Problem => new Problem(404, `There is no such ${what}`);

/** What the database says, by SQLSTATE; the name of a constraint says what it is about. */
const taken: Readonly<Record<string, string>> = {
  projects_name_key: 'This organization has a project of that name',
  organizations_slug_key: 'An organization with that slug exists',
};

/** Turns everything that a handler can throw into problem+json. */
export function toProblem(error: Error, c: Context): Response {
  const known = tenantryErrorOf(error);
  const problem = known ?? problemOf(error);
  if (problem.status >= 500 || isRefusal(error)) console.error(problem === known ? known : error);
  if (!(problem instanceof Problem)) return problemResponse(error);
  const { status, message: title, details } = problem;
  return c.body(JSON.stringify({ title, status, ...details }), status, {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
  });
}

function problemOf(error: Error): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof HTTPException) {
    return new Problem(error.status as ContentfulStatusCode, error.message);
  }
  const { code, constraint = '' } = databaseError(error);
  if (code === '23505') return new Problem(409, taken[constraint] ?? 'It exists already');
  if (code === '23503') return new Problem(422, 'It refers to something that does not exist here');
  if (isRefusal(error)) return new Problem(403, 'The database refuses this');
  return new Problem(500, 'The server failed to answer this request');
}

/**
 * Row-level security or a missing grant. A client gets there only when a handler lets it choose what
 * to write, so it is worth a line in the log.
 */
const isRefusal = (error: Error): boolean => databaseError(error).code === '42501';

/** The error of PostgreSQL, which Drizzle wraps. */
function databaseError(error: Error): { readonly code?: string; readonly constraint?: string } {
  return (error.cause ?? error) as { code?: string; constraint?: string };
}
