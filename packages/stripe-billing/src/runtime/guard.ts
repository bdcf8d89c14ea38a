import { TenantryError } from '@tenantry/core';
import { describeError, isPassing, isStripeError, withoutSecrets } from '../sync/stripe-errors.ts';

/**
 * Converts errors for callers. Errors of Stripe's library contain the request, the response and customer
 * data; they are replaced by our errors without these.
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

/** Runs a function and converts errors of Stripe's library. */
export async function guarded<R>(fn: () => Promise<R>): Promise<R> {
  try {
    return await fn();
  } catch (error) {
    throw toCaller(error);
  }
}

/** The same for an async iterable. */
export async function* guardedEach<T>(all: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* all;
  } catch (error) {
    throw toCaller(error);
  }
}
