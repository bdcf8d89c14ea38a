import type { FastifyReply } from 'fastify';
import { representationHeaders, toErrorResponse } from '../adapter/index.ts';

/**
 * Sends an error of Tenantry as problem+json, for an error handler of the application where the plugin has
 * `errors: 'throw'`. Headers of the answer that was begun are dropped.
 * @throws any other error unchanged.
 * @example
 * ```ts
 * app.setErrorHandler((error, request, reply) =>
 *   TenantryError.is(error) ? sendProblem(reply, error) : reply.send(error));
 * ```
 */
export function sendProblem(reply: FastifyReply, error: unknown): FastifyReply {
  // bytes: Fastify adds a charset to the type of a text
  return reply.send(Buffer.from(putProblem(reply, error)));
}

/** Gives the answer the status and the headers of an error, and returns its body. */
export function putProblem(reply: FastifyReply, error: unknown): string {
  const { status, headers, body } = toErrorResponse(error);
  for (const name of representationHeaders) reply.removeHeader(name);
  reply.code(status).headers(headers);
  return body;
}
