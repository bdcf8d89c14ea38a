import { betterAuth } from 'better-auth';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import type { Database } from '../database.ts';
import type { Mailer } from '../mailer.ts';
import { accounts, sessions, users, verifications } from '../schema/index.ts';
import { tenancy } from '../tenancy.ts';
import { acrossTenants } from './across-tenants.ts';

/** What sign-in needs from outside. */
export interface AuthOptions extends Pick<Database, 'db'> {
  /** Where the application answers, without an organization: `http://team.localhost:3000`. */
  readonly origin: string;
  /** Signs cookies; at least 32 random characters. */
  readonly secret: string;
  readonly mailer: Mailer;
}

/**
 * better-auth knows who somebody is, by email and password; who is in which organization is for rbac to
 * know.
 *
 * @param trusts `below` gives the cookie to the origin and all hosts below it; `itself` gives it to the
 *   host that was asked, for domains of organizations
 */
export function createAuth(
  { db, origin, secret, mailer }: AuthOptions,
  trusts: 'below' | 'itself',
) {
  const { hostname, host, protocol } = new URL(origin);
  const schema = { user: users, session: sessions, account: accounts, verification: verifications };
  const auth = betterAuth({
    baseURL: origin,
    basePath: '/auth',
    secret,
    database: drizzleAdapter(db, { provider: 'pg', schema, transaction: true }),
    advanced: {
      database: { generateId: 'uuid' },
      crossSubDomainCookies: { enabled: trusts === 'below', domain: hostname },
    },
    trustedOrigins:
      trusts === 'below'
        ? [origin, `${protocol}//*.${host}`]
        : (request) => [`${protocol}//${request?.headers.get('host')}`],
    emailAndPassword: { enabled: true },
    emailVerification: {
      sendOnSignUp: true,
      sendVerificationEmail: ({ user, url }) =>
        mailer.send({ to: user.email, subject: 'Confirm your address', url }),
    },
  });
  return acrossTenants(tenancy, auth);
}

export type Auth = ReturnType<typeof createAuth>;
export type SignedInUser = Auth['$Infer']['Session']['user'];
