import type { IncomingMessage, ServerResponse } from 'node:http';

// The types of Express, express-session and passport extend these two; without them they are empty. So
// this entry needs no types of Express, and `user: (request) => request.session.userId` has its type.
declare global {
  namespace Express {
    interface Request {}
    interface Response {}
  }
}

/**
 * The part of a request of Express that the adapter reads; `express.Request` fits. It has no `params`: Express
 * would take their type from it in place of the path of the route.
 */
export interface ExpressRequest extends IncomingMessage, Express.Request {
  readonly originalUrl: string;
  /** The address of the client, as the setting `trust proxy` says. */
  readonly ip?: string | undefined;
}

/** The part of a response of Express that the adapter uses; `express.Response` fits. */
export interface ExpressResponse extends ServerResponse, Express.Response {}

/** Goes on to the next handler, or with an error to the next error handler. */
export type Next = (error?: unknown) => void;

/** A middleware of Express. */
export type Middleware<Q extends ExpressRequest = ExpressRequest> = (
  request: Q,
  response: ExpressResponse,
  next: Next,
) => void;

/** An error middleware of Express, which it knows by its four parameters. */
export type ErrorMiddleware = (
  error: unknown,
  request: ExpressRequest,
  response: ExpressResponse,
  next: Next,
) => void;
