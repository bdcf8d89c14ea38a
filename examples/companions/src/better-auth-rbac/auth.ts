import { betterAuth } from 'better-auth';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { acrossTenants } from '../better-auth/across-tenants.ts';
import { tenancy } from './rbac.ts';
import { accounts, sessions, users, verifications } from './schema.ts';

/** What the sign-in needs from outside. */
export interface AuthOptions {
  readonly db: Parameters<typeof drizzleAdapter>[0];
  readonly baseURL: string;
  readonly secret: string;
  readonly mail: (to: string, url: string) => Promise<void>;
}

/** better-auth for users and sessions; who is in which organization is for rbac to know. */
export function createAuth({ db, baseURL, secret, mail }: AuthOptions) {
  const schema = { user: users, session: sessions, account: accounts, verification: verifications };
  const auth = betterAuth({
    baseURL,
    secret,
    database: drizzleAdapter(db, { provider: 'pg', schema, transaction: true }),
    advanced: { database: { generateId: 'uuid' } },
    emailAndPassword: { enabled: true },
    emailVerification: {
      sendOnSignUp: true,
      sendVerificationEmail: ({ user, url }) => mail(user.email, url),
    },
  });
  return acrossTenants(tenancy, auth);
}

export type Auth = ReturnType<typeof createAuth>;
