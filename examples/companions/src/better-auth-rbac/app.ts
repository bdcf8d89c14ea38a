import { type TenantPool, TenantryError } from '@tenantry/core';
import { guard, problemResponse, tenantMiddleware } from '@tenantry/core/hono';
import { header } from '@tenantry/core/resolvers';
import { drizzle } from 'drizzle-orm/node-postgres';
import { Hono } from 'hono';
import type { Auth } from './auth.ts';
import { rbac, tenancy } from './rbac.ts';
import { organizations, projects, users } from './schema.ts';

interface AuthEnv {
  Variables: { user: Auth['$Infer']['Session']['user'] };
}

export function createApp(
  pool: TenantPool,
  auth: Auth,
  mail: (to: string, token: string) => Promise<void>,
) {
  const db = drizzle({ client: pool });
  const app = new Hono<AuthEnv>();
  app.onError((error) => problemResponse(error));
  app.on(['GET', 'POST'], '/api/auth/*', (c) => auth.handler(c.req.raw));
  app.use(async (c, next) => {
    const session = await auth.api.getSession({ headers: c.req.raw.headers });
    if (session === null) throw new TenantryError('NOT_AUTHENTICATED');
    c.set('user', session.user);
    await next();
  });

  // before a user is in an organization
  app.post('/account/organizations', async (c) => {
    const { name } = await c.req.json();
    const user = c.var.user.id;
    const entry = { reason: 'create an organization', actor: user, write: true };
    const made = await tenancy.asSystem(entry, () =>
      db.transaction(async (tx) => {
        const [organization] = await tx.insert(organizations).values({ name }).returning();
        const organizationId = organization?.id as string;
        await rbac.members.add(tx, { organizationId, user, role: 'owner' });
        return organization;
      }),
    );
    return c.json(made, 201);
  });
  app.post('/account/invitations/accept', async (c) => {
    const { token } = await c.req.json();
    const { id, email, emailVerified } = c.var.user;
    // an address that nobody has confirmed proves nothing
    if (!emailVerified) throw new TenantryError('INVITATION_EMAIL_MISMATCH');
    return c.json(await rbac.invitations.accept(pool, { token, user: id, email }));
  });

  app.use(
    '/app/*',
    tenantMiddleware<AuthEnv>(pool, {
      resolve: header('x-organization'),
      user: (c) => c.var.user.id,
    }),
  );
  app.post('/app/invitations', async (c) => {
    const { email, role } = await c.req.json();
    const { token } = await rbac.invitations.create(pool, { email, role });
    await mail(email, token);
    return c.json({}, 201);
  });
  app.get('/app/people', async (c) => c.json(await db.select({ email: users.email }).from(users)));
  app.get('/app/projects', async (c) => c.json(await db.select().from(projects)));
  app.post('/app/projects', guard(rbac.requires('projects:create')), async (c) => {
    const { name } = await c.req.json();
    return c.json(await db.insert(projects).values({ name }).returning(), 201);
  });
  return app;
}
