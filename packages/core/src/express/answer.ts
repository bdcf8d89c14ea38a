import type { ServerResponse } from 'node:http';
import {
  type AnswerOptions,
  errorToAnswer,
  readAdapterOptions,
  sendProblem,
  tenantryErrorOf,
} from '../adapter/index.ts';
import type { HeldResponse } from './held-response.ts';
import type { Next } from './types.ts';

/** How the errors of a request are answered. */
export type Answering = Required<AnswerOptions>;

/** On routes without a gate. */
const byDefault: Answering = readAdapterOptions({});

interface Served {
  readonly held: HeldResponse;
  readonly answering: Answering;
}

/** By name, because several copies of this package may be loaded. */
const slot = Symbol.for('@tenantry/core/express@1');

// a property: a WeakMap of all responses costs the garbage collector more than the rest of this adapter
type Response = ServerResponse & { [slot]?: Served };

/** Notes the gate that serves a response: the outermost one. */
export function serve(response: Response, served: Served): void {
  response[slot] ??= served;
}

/** Answers an error of Tenantry; leaves all others, and those that it is told to throw, to the framework. */
export function answer(
  response: ServerResponse,
  error: unknown,
  next: Next,
  answering: Answering,
): void {
  const known = errorToAnswer(error, answering);
  if (known === undefined) {
    next(error);
    return;
  }
  if (response.destroyed || response.writableEnded) return;
  // a cut answer is not taken for a whole one
  if (response.headersSent) response.destroy();
  else sendProblem(response, known);
}

/** Ends the scope of a request with the error of a handler or a guard, then answers it. */
export function refuse(
  response: Response,
  error: unknown,
  next: Next,
  fallback: Answering = byDefault,
): void {
  const { held, answering } = response[slot] ?? { answering: fallback };
  const send = (ended: unknown) => answer(response, ended, next, answering);
  if (held?.fail(error, send)) return;
  if (held === undefined || answering.errors === 'throw') send(error);
  else afterwards(response, error, next, answering);
}

/** An error after the answer: of a timeout that the client knows, or of work that was left behind. */
function afterwards(
  response: ServerResponse,
  error: unknown,
  next: Next,
  { logger }: Answering,
): void {
  if (tenantryErrorOf(error) === undefined) next(error);
  else if (!response.destroyed) logger.error(error);
}

/**
 * Makes what a handler still does to an answered response have no effect: a callback that answers after
 * the time limit would otherwise throw where nobody catches, and end the process.
 */
export function silence(response: ServerResponse): void {
  if (!response.writableEnded) return;
  const self = () => response;
  const nothing = () => {};
  Object.assign(response, {
    setHeader: self,
    setHeaders: self,
    appendHeader: self,
    removeHeader: nothing,
    flushHeaders: nothing,
    writeHead: self,
    write: () => true,
    end: self,
  });
}
