import { betterAuth } from 'better-auth';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { organization } from 'better-auth/plugins';
import { acrossTenants } from './across-tenants.ts';
import type { Database } from './database.ts';
import * as schema from './schema.ts';
import { tenancy } from './tenancy.ts';

/** What the sign-in needs from outside. */
export interface AuthOptions extends Pick<Database, 'db'> {
  readonly baseURL: string;
  readonly secret: string;
  /** Sends a mail with a link to confirm an address, or with the id of an invitation. */
  readonly mail: (to: string, content: { url?: string; invitation?: string }) => Promise<void>;
}

/** better-auth on the tenant pool, with its organization plugin as the source of the members. */
export function createAuth({ db, baseURL, secret, mail }: AuthOptions) {
  const auth = betterAuth({
    baseURL,
    secret,
    database: drizzleAdapter(db, { provider: 'pg', schema, transaction: true }),
    emailAndPassword: { enabled: true },
    emailVerification: {
      sendOnSignUp: true,
      sendVerificationEmail: ({ user, url }) => mail(user.email, { url }),
    },
    plugins: [
      organization({
        // else whoever signs up with somebody's address accepts their invitations
        requireEmailVerificationOnInvitation: true,
        sendInvitationEmail: ({ email, id }) => mail(email, { invitation: id }),
      }),
    ],
  });
  return acrossTenants(tenancy, auth);
}

export type Auth = ReturnType<typeof createAuth>;
