import type { Actor } from '../scope/actor.ts';
import type { ScopeLimits } from '../scope/run.ts';

/** Opens a scope for a request: a claim that a resolver read, and the user who is signed in. */
export interface PoolEntry extends Omit<Actor, 'user'>, ScopeLimits {
  /**
   * What the request claims: a tenant by `id`, or by one of the claims of the directory. An id may be a
   * number or a bigint.
   */
  readonly claim: { readonly by: string; readonly value: string | number | bigint };
  /** The signed-in user, whose membership decides; null checks only that the tenant exists. */
  readonly user: string | null;
  /**
   * When the database checks the claim. `now`: before `fn` starts, in a round trip of its own.
   * `with-first-statement`: in the round trip of the first statement; until then the tenant is not
   * verified, so use it only when everything that `fn` does for the tenant goes through this pool.
   * Default: 'now'.
   */
  readonly verify?: 'now' | 'with-first-statement';
}
