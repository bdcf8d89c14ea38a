import { TenantryError } from '@tenantry/core';

// By structure, not by `instanceof`, because an application may have two copies of the SDK.
interface StripeLike {
  readonly statusCode?: number;
  readonly code?: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Whether Stripe says that an object does not exist. */
export const isMissing = (error: unknown): boolean => {
  const { statusCode, code } = (error ?? {}) as StripeLike;
  return statusCode === 404 && code === 'resource_missing';
};

/** What Stripe answers; undefined where it says that the object does not exist. */
export const unlessMissing = <R>(answer: Promise<R>): Promise<R | undefined> =>
  answer.catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });

/** Whether Stripe asks to slow down. The SDK does not repeat these requests by itself. */
export const isRateLimit = (error: unknown): boolean =>
  ((error ?? {}) as StripeLike).statusCode === 429;

/** Whether the failure is temporary, so that the request may succeed later. */
export function isPassing(error: unknown): boolean {
  const { statusCode, type } = (error ?? {}) as StripeLike;
  return (
    isRateLimit(error) ||
    statusCode === 409 ||
    (statusCode !== undefined && statusCode >= 500) ||
    type === 'StripeConnectionError'
  );
}

/** Whether it is an error of Stripe's library, of any copy. */
export const isStripeError = (error: unknown): boolean => {
  const { type } = (error ?? {}) as StripeLike;
  return error instanceof Error && typeof type === 'string' && type.startsWith('Stripe');
};

/**
 * Whether Stripe refused this request, because of parameters, money or rights; other requests may
 * succeed.
 */
export function isRefused(error: unknown): boolean {
  const { statusCode = 0 } = (error ?? {}) as StripeLike;
  return statusCode >= 400 && statusCode < 500 && !isPassing(error);
}

const secrets =
  /\b(?:[srp]k|rk|whsec|ek|seti|pi)_[A-Za-z0-9_*]{6,}|\b[\w.+-]+@[\w-]+\.[\w.-]+|\b\d[\d -]{11,18}\d\b/g;

/**
 * An error in one line, for an operator, without keys, email addresses and card numbers, which Stripe
 * repeats in its messages.
 */
export function describeError(error: unknown): string {
  const { statusCode, code } = (error ?? {}) as StripeLike;
  const message = error instanceof Error ? error.message : String(error);
  const prefix = [statusCode, code].filter((each) => each !== undefined).join(' ');
  return `${prefix === '' ? '' : `${prefix}: `}${message}`.replace(secrets, '…').slice(0, 500);
}

/**
 * The same as an error: errors of the library contain the request, the response and customer objects,
 * which would end up in logs. Other errors are unchanged.
 */
export function withoutSecrets(error: unknown): unknown {
  if (!isStripeError(error)) return error;
  const { type, code, statusCode, requestId } = error as StripeLike & { requestId?: string };
  const bare = new Error(describeError(error));
  bare.name = String(type);
  return Object.assign(bare, { type, code, statusCode, requestId });
}

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
