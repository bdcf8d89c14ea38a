import type { SyncParts } from '../sync/parts.ts';
import { isPassing, isRateLimit } from './errors.ts';
import { backOffMs } from './rate-limit.ts';

/** How often a request is repeated after a temporary failure. */
const tries = 5;

/**
 * Calls Stripe, waits when Stripe asks to slow down, and repeats after temporary failures, so that one
 * failed response does not end a long reconciliation.
 */
export async function patiently<R>(
  { gate, retryMs }: Pick<SyncParts, 'gate' | 'retryMs'>,
  ask: () => Promise<R>,
): Promise<R> {
  for (let failed = 0; ; ) {
    await gate.wait();
    try {
      const answer = await ask();
      gate.succeeded();
      return answer;
    } catch (error) {
      if (isRateLimit(error)) gate.slowDown();
      else if (!isPassing(error) || ++failed >= tries) throw error;
      else await new Promise((resolve) => setTimeout(resolve, backOffMs(failed, retryMs)));
    }
  }
}

/** How Stripe is asked for the page after an object; for the first one without `starting_after`. */
export interface From {
  readonly limit: number;
  readonly starting_after?: string;
}

/** Asks for a page. */
export type Page<T> = (from: From) => Promise<{ data: T[]; has_more: boolean }>;

/** The pages of a list, with retries for each request. */
export async function* pages<T extends { id: string }>(
  parts: Pick<SyncParts, 'gate' | 'retryMs'>,
  page: Page<T>,
): AsyncGenerator<T[]> {
  for (let from: From = { limit: 100 }; ; ) {
    const { data, has_more } = await patiently(parts, () => page(from));
    yield data;
    const last = data.at(-1);
    if (!has_more || last === undefined) return;
    from = { limit: 100, starting_after: last.id };
  }
}
