import { TenantryError } from '@tenantry/core';
import { describeError, isPassing, isStripeError, withoutSecrets } from '../sync/stripe-errors.ts';

/**
 * An error as callers get it. Those of Stripe's library carry the request, the answer and what belongs
 * to customers; they become errors of ours that say the same without it.
 */
export function toCaller(error: unknown): unknown {
  if (!isStripeError(error)) return error;
  const { type, code, requestId } = error as { type?: string; code?: string; requestId?: string };
  return new TenantryError(isPassing(error) ? 'STRIPE_UNAVAILABLE' : 'STRIPE_REFUSED', {
    found: describeError(error),
    details: { type, code, requestId },
    cause: withoutSecrets(error),
  });
}

/** Does something, and lets no error of Stripe's library out. */
export async function guarded<R>(fn: () => Promise<R>): Promise<R> {
  try {
    return await fn();
  } catch (error) {
    throw toCaller(error);
  }
}

/** The same for what is read one after the other. */
export async function* guardedEach<T>(all: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* all;
  } catch (error) {
    throw toCaller(error);
  }
}
