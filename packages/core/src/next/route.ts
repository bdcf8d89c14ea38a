import type { NextRequest } from 'next/server.js';
import {
  type AnswerOptions,
  errorToAnswer,
  type GuardCheck,
  problemResponse,
  type TenantGate,
  withHeaders,
} from '../adapter/index.ts';
import { outcomeOf, settle } from './control.ts';
import { type NextClaim, ofRoute } from './request.ts';

/** A route handler: `C` is the context of its folder, `RouteContext<'/projects/[id]'>`. */
export type TenantRoute<C> = (
  request: NextRequest,
  context: C,
) => Response | undefined | Promise<Response | undefined>;

/** How handlers are answered. */
export interface RouteSettings {
  readonly gate: TenantGate<NextClaim>;
  readonly answering: Required<AnswerOptions>;
}

/** Makes one route handler. Its response is sent after the scope has ended. */
export function routeHandler<C>(
  { gate, answering }: RouteSettings,
  check: GuardCheck | undefined,
  handler: TenantRoute<C>,
): (request: NextRequest, context: C) => Promise<Response> {
  return async (request, context) => {
    const claim = await ofRoute(request, context);
    const signal = answering.cancelOnDisconnect ? request.signal : undefined;
    const run = () =>
      outcomeOf(async () => {
        const headers = await check?.(claim.read);
        const response = await handler(request, context);
        // Next says what it thinks of a handler that returns none
        if (headers === undefined || !(response instanceof Response)) return response;
        return withHeaders(response, headers);
      });
    try {
      return settle(await gate(claim, run, { signal })) as Response;
    } catch (error) {
      const known = errorToAnswer(error, answering);
      if (known === undefined) throw error;
      return problemResponse(known);
    }
  };
}
