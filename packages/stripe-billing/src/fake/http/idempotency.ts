import { FakeStripeError, failure } from './errors.ts';

/** An answer, as it is kept under an idempotency key. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Kept {
  readonly request: string;
  readonly at: number;
  answer: Answer | undefined;
}

const day = 24 * 3600;

/**
 * Answers a repeated key with the first answer for 24 hours. It refuses the key with other parameters
 * (400) and while the first request is running (409).
 */
export function createIdempotency(now: () => number) {
  const kept = new Map<string, Kept>();
  return {
    async run(
      key: string | undefined,
      request: string,
      execute: () => Promise<Answer>,
    ): Promise<Answer> {
      if (key === undefined) return execute();
      const known = kept.get(key);
      if (known !== undefined && now() - known.at < day) {
        if (known.request !== request) {
          throw new FakeStripeError(
            400,
            'Keys for idempotent requests can only be used with the same parameters they were first used with.',
            { type: 'idempotency_error' },
          );
        }
        if (known.answer === undefined) throw failure(409);
        return { ...known.answer, headers: { 'idempotent-replayed': 'true' } };
      }
      const entry: Kept = { request, at: now(), answer: undefined };
      kept.set(key, entry);
      try {
        const answer = await execute();
        // Stripe stores results of executed requests, including failures, but not of requests refused
        // before
        if (answer.status === 409 || answer.status === 429) kept.delete(key);
        else entry.answer = answer;
        return answer;
      } catch (error) {
        kept.delete(key);
        throw error;
      }
    },
  };
}
