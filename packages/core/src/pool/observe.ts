import { channel } from 'node:diagnostics_channel';
import type { Scope } from '../scope/scope.ts';

/** One round trip of a pool, as its observers see it: the same object when it starts and when it ends. */
export interface ObservedFlush {
  readonly pool: object;
  readonly scope: Pick<Scope, 'kind' | 'tenant' | 'actor' | 'actorSetting'>;
  /** The texts, without parameters; none where only a claim is checked. A cursor has '' at the start. */
  readonly statements: readonly { readonly text: string }[];
  /** Why it failed, at the end. */
  error?: unknown;
}

/** Published before and after each round trip. A channel without subscribers costs nothing. */
export const flushStart = channel('tenantry:flush:start');
const flushEnd = channel('tenantry:flush:end');

/**
 * Tells the observers of work that is running. It is awaited here, so that the frames of the caller stay
 * on its error.
 */
export async function observed<T>(flush: ObservedFlush, running: Promise<T>): Promise<T> {
  flushStart.publish(flush);
  try {
    return await running;
  } catch (error) {
    flush.error = error;
    throw error;
  } finally {
    flushEnd.publish(flush);
  }
}
