import { type InvitationMailer, type SentInvitation, sendInvitation } from '@tenantry/rbac';
import { Hono } from 'hono';
import { z } from 'zod';
import type { Database } from '../database.ts';
import { pageQuery } from '../paging.ts';
import { rbac } from '../rbac.ts';
import type { ApiEnv } from '../session.ts';
import { readBody, readQuery, text } from '../validation.ts';

export const newInvitation = z.strictObject({
  email: text(320),
  role: text(63).default('member'),
});

/** What the routes of invitations need: who sends mail, and where the page of an invitation is. */
export interface InvitationOptions {
  readonly mailer: InvitationMailer;
  readonly invitationUrl: (token: string) => string;
}

/** Invitations into the organization. Accepting one is in `/account`: who accepts is no member yet. */
export function invitationRoutes({ pool }: Database, { mailer, invitationUrl }: InvitationOptions) {
  const routes = new Hono<ApiEnv>();

  const send = async (invitation: SentInvitation) => {
    await sendInvitation(mailer, invitation, invitationUrl);
    const { token: _, ...shown } = invitation; // it is for the one who is invited
    return shown;
  };

  routes.get('/', async (c) => {
    const { after = null, limit } = readQuery(c, pageQuery);
    return c.json(await rbac.invitations.list(pool, { after, limit }));
  });

  routes.post('/', async (c) => {
    const { email, role } = await readBody(c, newInvitation);
    return c.json(await send(await rbac.invitations.create(pool, { email, role })), 201);
  });

  routes.post('/:id/resend', async (c) =>
    c.json(await send(await rbac.invitations.resend(pool, { id: c.req.param('id') }))),
  );

  routes.delete('/:id', async (c) => {
    await rbac.invitations.revoke(pool, { id: c.req.param('id') });
    return c.body(null, 204);
  });

  return routes;
}
