import { TenantryError } from '@tenantry/core';
import { toErrorResponse } from '@tenantry/core/adapter';
import type { Outcome } from '../calls.ts';
import { readEvent } from '../events/index.ts';
import type { createStore } from './store.ts';
import { type Accepts, verify } from './verify.ts';

/** The parts of a webhook handler. */
export interface WebhookParts {
  readonly accepts: Accepts;
  readonly store: ReturnType<typeof createStore>;
  /** Called after an event was stored. */
  received(outcome: Outcome): void;
  /** Called with the error of an event that could not be stored. */
  failed(error: unknown): void;
}

/**
 * Answers a webhook of Stripe. 200 means that the event is in the database; anything else makes
 * Stripe send it again.
 */
export function createWebhook({ accepts, store, received, failed }: WebhookParts) {
  return async (request: Request): Promise<Response> => {
    try {
      const event = readEvent(await verify(accepts, request));
      if (event === undefined) throw new TenantryError('WEBHOOK_MALFORMED');
      const outcome = await store(event).catch((cause: unknown) => {
        // Stripe sends it again, possibly to a process with the right key
        if (TenantryError.is(cause) && cause.code === 'BILLING_ACCOUNT_MISMATCH') throw cause;
        throw new TenantryError(isItsFault(cause) ? 'WEBHOOK_MALFORMED' : 'WEBHOOK_NOT_STORED', {
          cause,
        });
      });
      received(outcome);
      return Response.json({ received: true, outcome });
    } catch (error) {
      if (!TenantryError.is(error)) throw error;
      if (error.status >= 500) failed(error);
      const { status, headers, body } = toErrorResponse(error);
      return new Response(body, { status, headers });
    }
  };
}

/**
 * A value that the database cannot store (class 22) will be refused again, so it is not a 503, which
 * requests a retry.
 */
const isItsFault = (error: unknown): boolean =>
  /^22/.test(String((error as { code?: unknown } | null)?.code));
