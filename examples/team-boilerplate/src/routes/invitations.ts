import { TenantryError } from '@tenantry/core';
import { sendInvitation } from '@tenantry/rbac';
import { eq } from 'drizzle-orm';
import { Router } from 'express';
import { z } from 'zod';
import type { Database } from '../database.ts';
import type { Mailer } from '../mailer.ts';
import { rbac } from '../rbac.ts';
import { organizations, roles } from '../schema/index.ts';
import type { SignedInUser } from '../sign-in/auth.ts';
import { pageQuery, readBody, readQuery, text } from '../validation.ts';

const newInvitation = z.strictObject({ email: text(320), role: text(63).optional() });
type Sent = Awaited<ReturnType<typeof rbac.invitations.create>>;

/** What these routes know besides the database. */
export interface InvitationOptions extends Database {
  readonly origin: string;
  readonly mailer: Mailer;
}

/** The invitations of the organization. The database refuses whoever may not invite. */
export function invitationRoutes({ db, pool, origin, mailer }: InvitationOptions): Router {
  const routes = Router();

  const send = async (invitation: Sent) => {
    const sends = ({ to, url }: { to: string; url: string }) =>
      mailer.send({ to, subject: 'You are invited', url });
    // behind a #, which no server logs
    await sendInvitation(
      { sendInvitation: sends },
      invitation,
      (token) => `${origin}/join#${token}`,
    );
    const { token: _, ...shown } = invitation; // it is for the one who is invited
    return shown;
  };

  routes.get('/', async (request, response) => {
    const { after = null, limit } = readQuery(request, pageQuery);
    response.json(await rbac.invitations.list(pool, { after, limit }));
  });

  routes.post('/', async (request, response) => {
    const { email, role = await defaultRole({ db }) } = readBody(request, newInvitation);
    response.status(201).json(await send(await rbac.invitations.create(pool, { email, role })));
  });

  routes.post('/:id/resend', async ({ params: { id } }, response) => {
    response.json(await send(await rbac.invitations.resend(pool, { id })));
  });

  routes.delete('/:id', async ({ params: { id } }, response) => {
    await rbac.invitations.revoke(pool, { id });
    response.sendStatus(204);
  });

  return routes;
}

/** The role of an invitation that names none: the organization's own choice, or `member`. */
async function defaultRole({ db }: Pick<Database, 'db'>): Promise<string> {
  const [chosen] = await db.select({ key: roles.key }).from(roles).where(eq(roles.isDefault, true));
  return chosen?.key ?? 'member';
}

/** Makes a user a member, and says of which organization. */
export async function acceptInvitation(
  { db, pool }: Database,
  { id: user, email, emailVerified }: SignedInUser,
  token: string,
) {
  // an address that nobody has confirmed proves nothing
  if (!emailVerified) throw new TenantryError('INVITATION_EMAIL_MISMATCH');
  const { organizationId: value } = await rbac.invitations.accept(pool, { token, user, email });
  return pool.enter({ claim: { by: 'id', value }, user }, async () => {
    const [own] = await db.select({ slug: organizations.slug }).from(organizations);
    return { organization: own?.slug };
  });
}
