import { getToken } from '@auth/core/jwt';
import type { Tenancy } from '@tenantry/core';
import type { Context } from 'hono';

/** The user of a request, by the session token of Auth.js; the tenant comes from your own resolvers. */
export const authjs = ({ secret, secure }: { secret: string; secure: boolean }) => ({
  user: async (c: Context) =>
    (await getToken({ req: c.req.raw, secret, secureCookie: secure }))?.sub ?? null,
});

type Call = (...args: unknown[]) => unknown;

/** Runs the calls of a database adapter of Auth.js as the system role: users and sessions have no tenant. */
export function acrossTenants<A extends object>(tenancy: Tenancy, adapter: A): A {
  const entry = { reason: 'users and sessions', actor: 'Auth.js', write: true };
  const calls = Object.entries(adapter).map(([name, call]) => [
    name,
    (...args: unknown[]) => tenancy.asSystem(entry, () => (call as Call)(...args)),
  ]);
  return Object.fromEntries(calls) as A;
}
