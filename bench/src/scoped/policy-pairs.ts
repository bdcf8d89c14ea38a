import type { Operation } from '../lib/window.ts';

/** An operation under policies, and the same by a login that no policy binds. */
export interface PolicyPair {
  readonly base: Operation;
  readonly variant: Operation;
}

/** The pairs of a kind, by operation, and what closes their connections. */
export interface PolicyPairs {
  readonly pairs: Readonly<Record<string, PolicyPair>>;
  end(): Promise<unknown>;
}
