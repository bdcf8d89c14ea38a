import { databaseErrorOf, tenantryErrorOf } from '@tenantry/core/adapter';
import { problemResponse } from '@tenantry/core/hono';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** An answer that is not a success, as problem+json (RFC 9457), with a code for programs. */
export class Problem extends Error {
  readonly status: ContentfulStatusCode;
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    status: ContentfulStatusCode,
    code: string,
    title: string,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(title);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** The answer to a row that does not exist, or that belongs to somebody else: nobody can tell. */
export const notFound = (what: string): Problem =>
  new Problem(404, 'NOT_FOUND', `There is no such ${what}`);

/** What a unique constraint is about, for people. */
const taken: Readonly<Record<string, string>> = {
  projects_name_key: 'This organization has a project of that name',
  organizations_slug_key: 'An organization with that slug exists',
  organization_slugs_pkey: 'An organization with that slug exists',
};

/** Turns everything that a handler can throw into problem+json. */
export function toProblem(error: Error, c: Context): Response {
  const problem = problemOf(error);
  if (!(problem instanceof Problem)) {
    const known = tenantryErrorOf(problem);
    // ROW_FORBIDDEN: a handler let a client choose what to write, which is worth a line in the log
    if (known === undefined || known.status >= 500 || known.code === 'ROW_FORBIDDEN') {
      console.error(problem);
    }
    return problemResponse(problem);
  }
  if (problem.status >= 500) console.error(error);
  const { status, code, message: title, details } = problem;
  return c.body(JSON.stringify({ ...details, title, status, code }), status, {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
  });
}

function problemOf(error: Error): Error {
  if (error instanceof Problem) return error;
  if (error instanceof HTTPException) {
    return new Problem(error.status as ContentfulStatusCode, 'REQUEST_REFUSED', error.message);
  }
  const known = databaseErrorOf(error);
  const name = known?.code === 'ROW_EXISTS' ? taken[String(known.details.constraint)] : undefined;
  if (name !== undefined) return new Problem(409, 'ROW_EXISTS', name);
  return known ?? new Problem(500, 'SERVER_FAILED', 'The server failed to answer this request');
}
