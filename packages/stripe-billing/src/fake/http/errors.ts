/** An error of the API, in the form that Stripe's libraries read. */
export class FakeStripeError extends Error {
  readonly status: number;
  readonly type: string;
  readonly code: string | undefined;
  readonly param: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    more: { type?: string; code?: string; param?: string; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.name = 'FakeStripeError';
    this.status = status;
    this.type = more.type ?? 'invalid_request_error';
    this.code = more.code;
    this.param = more.param;
    this.headers = more.headers ?? {};
  }

  toJSON() {
    const { type, code, param, message } = this;
    return { error: { type, code, param, message } };
  }
}

export const missing = (what: string, id: string, param = 'id') =>
  new FakeStripeError(404, `No such ${what}: '${id}'`, { code: 'resource_missing', param });

export const invalid = (message: string, param?: string) =>
  new FakeStripeError(400, message, { ...(param !== undefined && { param }) });

/** The failures that a test can request. */
export function failure(status: number, message?: string): FakeStripeError {
  if (message !== undefined) return new FakeStripeError(status, message);
  if (status === 429) {
    return new FakeStripeError(429, 'Request rate limit exceeded.', { code: 'rate_limit' });
  }
  if (status === 409) {
    return new FakeStripeError(409, 'There is already a request with this idempotency key.', {
      type: 'idempotency_error',
      code: 'idempotency_key_in_use',
    });
  }
  if (status >= 500) {
    return new FakeStripeError(status, 'An unknown error occurred.', { type: 'api_error' });
  }
  return new FakeStripeError(status, `Asked to answer ${status}.`);
}
