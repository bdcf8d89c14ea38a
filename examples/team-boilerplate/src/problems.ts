import { databaseErrorOf, sendProblem, tenantryErrorOf } from '@tenantry/core/adapter';
import type { ErrorRequestHandler, Response } from 'express';

/** An answer that is not a success, as problem+json (RFC 9457), with a code for programs. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
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
};

/** Answers everything that a handler can throw. Mount it last, after `tenantErrors()`. */
export const problems: ErrorRequestHandler = (error, _request, response, _next) => {
  const known = problemOf(error);
  if (!(known instanceof Problem)) {
    // ROW_FORBIDDEN: a handler let a client choose what to write, which is worth a line in the log
    if (known.status >= 500 || known.code === 'ROW_FORBIDDEN') console.error(known);
    sendProblem(response, known);
    return;
  }
  if (known.status >= 500) console.error(error);
  send(response, known);
};

function send(response: Response, { status, code, message: title, details }: Problem): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response
    .status(status)
    .set({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' })
    .send(JSON.stringify({ ...details, title, status, code }));
}

function problemOf(error: unknown) {
  if (error instanceof Problem) return error;
  const known = tenantryErrorOf(error) ?? databaseErrorOf(error);
  const name = known?.code === 'ROW_EXISTS' ? taken[String(known.details.constraint)] : undefined;
  if (name !== undefined) return new Problem(409, 'ROW_EXISTS', name);
  return known ?? ofExpress(error) ?? new Problem(500, 'SERVER_FAILED', 'The server failed');
}

/** What Express and its body parsers refuse: their messages may quote the request, so none is sent. */
function ofExpress(error: unknown): Problem | undefined {
  const { status } = error as { status?: unknown };
  if (!(error instanceof Error) || typeof status !== 'number' || status < 400 || status > 499)
    return;
  if (status === 413) return new Problem(413, 'BODY_TOO_LARGE', 'The body is too large');
  return new Problem(status, 'REQUEST_REFUSED', 'The request cannot be read');
}
