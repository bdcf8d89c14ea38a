import type { RequestHandler } from 'express';
import { Problem } from './problems.ts';

/** Headers for pages that load only what this server serves, and that no other page frames. */
export const securityHeaders: RequestHandler = (_request, response, next) => {
  response.set({
    'content-security-policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
      "img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  next();
};

/**
 * Refuses a change that a page of another host asks for. The cookie goes to every host below the root, so
 * a page of one organization could otherwise act at another with the cookie of its visitor.
 */
export const sameOrigin: RequestHandler = ({ method, headers }, _response, next) => {
  const { origin, host } = headers;
  const reads = method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
  if (reads || origin === undefined || hostOf(origin) === host?.toLowerCase()) next();
  else throw new Problem(403, 'ORIGIN_REFUSED', 'A page of another host sent this request');
};

const hostOf = (origin: string) => (URL.canParse(origin) ? new URL(origin).host : undefined);
