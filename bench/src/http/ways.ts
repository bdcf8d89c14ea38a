import type { PoolEntry, TenantPool } from '@tenantry/core';
import { tenancy } from '../scoped/schema.ts';

/**
 * How a handler comes to its scope: from a header that nobody checks, by `pool.enter` in the handler, or
 * through the adapter, which may check the membership in a round trip of its own.
 */
export const ways = ['trusting', 'by-hand', 'adapter', 'adapter-now'] as const;
export type Way = (typeof ways)[number];

/** The headers that name the tenant and the user. */
export const tenantHeader = 'x-organization';
export const userHeader = 'x-user';

/** The options of every adapter, but for who the user is. */
export const verifyOf = (way: Way) => (way === 'adapter-now' ? 'now' : 'with-first-statement');

const point = 'select id, name, stars, done_at, created_at from projects where id = $1';

/** The one query of a request. */
export type Query = (id: string) => Promise<unknown>;

export const queryOf =
  (pool: TenantPool): Query =>
  async (id) =>
    (await pool.query(point, [id])).rows[0];

/** What a handler without an adapter does; undefined where the adapter opens the scope. */
export type Enter = (organization: string, user: string, id: string) => Promise<unknown>;

export function enterOf(pool: TenantPool, way: Way): Enter | undefined {
  const query = queryOf(pool);
  if (way === 'trusting') {
    return (organization, _user, id) => tenancy.run(organization, () => query(id));
  }
  if (way !== 'by-hand') return undefined;
  return (organization, user, id) => {
    const claim = { by: 'id', value: organization };
    const entry: PoolEntry = { claim, user, verify: 'with-first-statement' };
    return pool.enter(entry, () => query(id));
  };
}
