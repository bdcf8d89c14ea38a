// By structure, and not by `instanceof`: an application may have two copies of the SDK.
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

/** Whether Stripe asks to slow down. The SDK does not repeat these requests by itself. */
export const isRateLimit = (error: unknown): boolean =>
  ((error ?? {}) as StripeLike).statusCode === 429;

/** Whether the reason lies outside of the request: it may well succeed later. */
export function isPassing(error: unknown): boolean {
  const { statusCode, type } = (error ?? {}) as StripeLike;
  return (
    isRateLimit(error) ||
    statusCode === 409 ||
    (statusCode !== undefined && statusCode >= 500) ||
    type === 'StripeConnectionError'
  );
}

/** An error in one line, for an operator; never a key. */
export function describeError(error: unknown): string {
  const { statusCode, code } = (error ?? {}) as StripeLike;
  const message = error instanceof Error ? error.message : String(error);
  const prefix = [statusCode, code].filter((each) => each !== undefined).join(' ');
  return `${prefix === '' ? '' : `${prefix}: `}${message}`.slice(0, 500);
}
