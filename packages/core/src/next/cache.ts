import { check } from '../errors/index.ts';
import { leaveScope } from '../scope/bind.ts';
import type { KeyPart } from '../tenancy/cache-key.ts';
import type { Tenancy } from '../tenancy/tenancy.ts';

/** What a cached function takes besides its key. */
export interface TenantCacheOptions {
  /**
   * Tags to drop entries by. Each belongs to the tenant: `updateTag(tenancy.key('projects'))` drops
   * `projects` of the tenant that runs, `updateTag(tenancy.key())` everything of it. Default: none.
   */
  readonly tags?: readonly string[];
  /** The age in seconds after which an entry is made anew, or false for never. Default: false. */
  readonly revalidate?: number | false;
  /**
   * Who shares an entry. `tenant`: all members, so the function runs without a user, and policies and
   * permissions that ask for one do not hold in it. `user`: only the user who runs. Default: 'tenant'.
   */
  readonly per?: 'tenant' | 'user';
}

/** Makes a cached function of a tenancy; see `TenantNext.tenantCache`. */
export function cachedFunction<A extends unknown[], R>(
  tenancy: Tenancy,
  fn: (...given: A) => Promise<R>,
  keys: readonly KeyPart[],
  { tags = [], revalidate = false, per = 'tenant' }: TenantCacheOptions,
): (...given: A) => Promise<R> {
  check(
    Array.isArray(keys) && keys.length > 0,
    'tenantCache without a key',
    "Name what is cached: tenantCache(fn, ['projects']).",
  );
  check(per === 'tenant' || per === 'user', 'option per', "Use 'tenant' or 'user'.");
  return async (...given) => {
    const { unstable_cache: cached } = await import('next/cache.js');
    const { user, onBehalfOf, [tenancy.property]: id } = tenancy.current();
    const actor = per === 'user' && { user, onBehalfOf };
    const whose = per === 'user' ? ['of', JSON.stringify([user, onBehalfOf])] : ['of all'];
    // Outside of the scope, in one of its own: Next makes a stale entry anew after the answer.
    const load = (...args: A): Promise<R> =>
      leaveScope(() => tenancy.run({ [tenancy.property]: id, ...actor }, () => fn(...args)));
    // Next tells functions apart by their text, and this one is always `load`
    const parts = [tenancy.key(...whose, ...keys), String(fn)];
    const all = [tenancy.key(), ...tags.map((tag) => tenancy.key(tag))];
    return cached(load, parts, { tags: all, revalidate })(...given);
  };
}
