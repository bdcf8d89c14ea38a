import { TenantryError } from '@tenantry/core';
import { problemResponse, tenantMiddleware } from '@tenantry/core/hono';
import type { Resolver } from '@tenantry/core/resolvers';
import { Hono, type MiddlewareHandler } from 'hono';
import { contextStorage, getContext } from 'hono/context-storage';
import { HTTPException } from 'hono/http-exception';
import type { Auth } from './auth.ts';
import type { Database } from './database.ts';
import { projects, user } from './schema.ts';
import { tenancy } from './tenancy.ts';

/** What the handlers behind {@link signedIn} know. */
interface AuthEnv {
  Variables: { session: Auth['$Infer']['Session'] };
}

/** Reads the session; without one the answer is 401. */
const signedIn =
  (auth: Auth): MiddlewareHandler<AuthEnv> =>
  async (c, next) => {
    const session = await auth.api.getSession({ headers: c.req.raw.headers });
    if (session === null) throw new TenantryError('NOT_AUTHENTICATED');
    c.set('session', session);
    await next();
  };

/** The organization that the user has switched to. The membership is checked nevertheless. */
const activeOrganization: Resolver = () => {
  const { activeOrganizationId } = getContext<AuthEnv>().var.session.session;
  return activeOrganizationId ? { by: 'id', value: activeOrganizationId } : undefined;
};

/** Asks better-auth for a permission of its organization plugin, inside the scope of the tenant. */
const permitted =
  (auth: Auth, permissions: Record<string, string[]>): MiddlewareHandler<AuthEnv> =>
  async (c, next) => {
    const { organizationId } = tenancy.current();
    const body = { organizationId, permissions } as never;
    const { success } = await auth.api.hasPermission({ headers: c.req.raw.headers, body });
    if (!success) throw new HTTPException(403);
    await next();
  };

export function createApp({ db, pool }: Database, auth: Auth) {
  const app = new Hono<AuthEnv>();
  app.onError((error) => {
    if (error instanceof HTTPException) return error.getResponse();
    return problemResponse(error);
  });
  app.on(['GET', 'POST'], '/api/auth/*', (c) => auth.handler(c.req.raw));

  app.use('/app/*', contextStorage(), signedIn(auth));
  app.use(
    '/app/*',
    tenantMiddleware<AuthEnv>(pool, {
      resolve: activeOrganization,
      user: (c) => c.var.session.user.id,
    }),
  );
  app.get('/app/me', async (c) => {
    // a look-up inside the scope of the tenant, as a library may do it
    const found = await auth.api.getSession({ headers: c.req.raw.headers });
    return c.json({ ...tenancy.current(), email: found?.user.email });
  });
  app.get('/app/people', async (c) => c.json(await db.select({ email: user.email }).from(user)));
  app.get('/app/projects', async (c) => c.json(await db.select().from(projects)));
  app.post('/app/projects', async (c) => {
    const { name } = await c.req.json();
    const createdBy = c.var.session.user.id;
    return c.json(await db.insert(projects).values({ name, createdBy }).returning(), 201);
  });
  app.delete('/app/projects', permitted(auth, { organization: ['delete'] }), async (c) => {
    await db.delete(projects);
    return c.body(null, 204);
  });
  return app;
}
