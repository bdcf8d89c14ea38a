import { STATUS_CODES } from 'node:http';
import type { TenantryError } from '@tenantry/core';
import { databaseErrorOf } from '@tenantry/core/adapter';
import { sendProblem } from '@tenantry/core/fastify';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';

/** An answer that is not a success, as problem+json (RFC 9457), with a code for programs. */
export class Problem extends Error {
  readonly statusCode: number;
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    statusCode: number,
    code: string,
    title: string,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(title);
    this.statusCode = statusCode;
    this.code = code;
    this.details = details;
  }
}

/** The answer to a row that does not exist, or that belongs to somebody else: nobody can tell. */
export const notFound = (what: string): Problem =>
  new Problem(404, 'NOT_FOUND', `There is no such ${what}`);

/** What a unique constraint is about, for people. */
const taken: Readonly<Record<string, string>> = {
  workspaces_slug_key: 'A workspace with that slug exists',
  projects_name_key: 'This workspace has a project of that name',
  documents_title_key: 'This project has a document of that title',
  users_email_key: 'Somebody with that address is a member already',
};

/** Answers everything that a hook or a handler can throw. */
export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const problem = problemOf(error);
  const status = problem instanceof Problem ? problem.statusCode : problem.status;
  // ROW_FORBIDDEN: a policy refused what the code did not ask about, which is worth a line in the log
  if (status >= 500 || problem.code === 'ROW_FORBIDDEN') request.log.error(error);
  if (!(problem instanceof Problem)) return sendProblem(reply, problem);
  const { code, message: title, details } = problem;
  return reply
    .code(status)
    .headers({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' })
    .send(Buffer.from(JSON.stringify({ ...details, title, status, code })));
}

function problemOf(error: unknown): Problem | TenantryError {
  if (error instanceof Problem) return error;
  const known = databaseErrorOf(error);
  if (known?.code === 'ROW_EXISTS') {
    // PostgreSQL names the index of the partition: documents_p3_tenant_id_project_id_title_idx
    const constraint = String(known.details.constraint);
    const title =
      taken[/^documents_p\d+_.*title/.test(constraint) ? 'documents_title_key' : constraint];
    if (title !== undefined) return new Problem(409, 'ROW_EXISTS', title);
  }
  if (known !== undefined) return known;
  // Fastify's own: a body that is no JSON, or too large; its message may repeat what was sent
  const { statusCode = 500, code } = error as Partial<FastifyError>;
  if (statusCode < 500 && code?.startsWith('FST_ERR_')) {
    return new Problem(statusCode, code.replace('FST_ERR_', ''), `${STATUS_CODES[statusCode]}`);
  }
  return new Problem(500, 'SERVER_FAILED', 'The server failed to answer this request');
}
