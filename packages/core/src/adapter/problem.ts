import type { ServerResponse } from 'node:http';
import { toErrorResponse } from './error-response.ts';

/**
 * Headers that describe a response which is replaced by another one; an adapter removes them. Those of
 * other middleware (CORS, cookies, a request id) stay.
 */
export const representationHeaders: readonly string[] = Object.freeze([
  'accept-ranges',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-range',
  'content-type',
  'etag',
  'expires',
  'last-modified',
  'location',
  'trailer',
  'transfer-encoding',
]);

/**
 * The problem+json response for an error of Tenantry, for the error handler of a framework with Fetch
 * responses.
 * @throws any other error unchanged.
 * @example
 * ```ts
 * app.onError((error) => (TenantryError.is(error) ? problemResponse(error) : custom(error)));
 * ```
 */
export function problemResponse(error: unknown): Response {
  const { status, headers, body } = toErrorResponse(error);
  return new Response(body, { status, headers });
}

/**
 * Sends an error of Tenantry as problem+json on a response of node:http, for the error handler of
 * Express, Koa or NestJS. Headers of a response that was begun and not sent are dropped.
 * @throws any other error unchanged.
 * @example
 * ```ts
 * app.use((error, req, res, next) => (TenantryError.is(error) ? sendProblem(res, error) : next(error)));
 * ```
 */
export function sendProblem(response: ServerResponse, error: unknown): void {
  const { status, headers, body } = toErrorResponse(error);
  for (const name of representationHeaders) response.removeHeader(name);
  response.statusCode = status;
  response.statusMessage = '';
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.setHeader('content-length', Buffer.byteLength(body));
  // not writeHead: middleware that holds the response, such as compression, has its say in end
  response.end(body);
}
