import type { Actor } from '../scope/actor.ts';
import type { ScopeLimits } from '../scope/run.ts';

/** Opens a scope for a request: a claim that a resolver read, and the user who is signed in. */
export interface PoolEntry extends Omit<Actor, 'user'>, ScopeLimits {
  /** What the request claims: a tenant by `id`, or by one of the claims of the directory. */
  readonly claim: { readonly by: string; readonly value: string };
  /** The signed-in user, whose membership decides; null checks only that the tenant exists. */
  readonly user: string | null;
  /**
   * When the database checks the claim: `now`, in one round trip of its own before `fn` starts, or
   * `with-first-statement`, in the round trip of the first statement. Until then the tenant is not
   * verified, so use the latter only where `fn` does nothing for a tenant but through this pool.
   */
  readonly verify?: 'now' | 'with-first-statement';
}
