import type { Tenancy } from '@tenantry/core';

interface Auth {
  handler(request: Request): Promise<Response>;
  readonly api: object;
}
type Call = (...args: unknown[]) => unknown;

/**
 * Runs everything that better-auth does as the system role. A user, a session and the list of somebody's
 * organizations belong to no tenant, so no tenant scope could read them. Inside the scope of a request
 * its calls open a system scope of their own, and the request stays in its tenant.
 */
export function acrossTenants<A extends Auth>(tenancy: Tenancy, auth: A): A {
  const entry = { reason: 'users, sessions and organizations', actor: 'better-auth', write: true };
  const inSystem =
    (call: Call): Call =>
    (...args) =>
      tenancy.asSystem(entry, () => call(...args));
  const calls = Object.entries(auth.api).map(([name, call]) => [
    name,
    typeof call === 'function' ? Object.assign(inSystem(call as Call), call) : call,
  ]);
  const handler = inSystem(auth.handler as Call);
  return { ...auth, handler, fetch: handler, api: Object.fromEntries(calls) } as A;
}
