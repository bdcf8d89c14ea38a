import { nodeRequest } from '@tenantry/core/adapter';
import {
  type TenantMiddlewareOptions,
  tenantErrors,
  tenantMiddleware,
} from '@tenantry/core/express';
import express, { type Express, type Request, Router } from 'express';
import { assetRoutes } from './assets.ts';
import type { Database } from './database.ts';
import type { Mailer } from './mailer.ts';
import { notFound, problems } from './problems.ts';
import { sameOrigin, securityHeaders } from './protect.ts';
import { accountRoutes } from './routes/account.ts';
import { invitationRoutes } from './routes/invitations.ts';
import { memberRoutes } from './routes/members.ts';
import { organizationRoutes } from './routes/organization.ts';
import { pageRoutes } from './routes/pages.ts';
import { projectRoutes } from './routes/projects.ts';
import { permissionRoutes, roleRoutes } from './routes/roles.ts';
import { taskRoutes } from './routes/tasks.ts';
import { openSignIn, signedIn } from './sign-in/session.ts';
import { openTokens } from './sign-in/token.ts';
import { defaultWays, tenantFrom, type Way } from './tenant-from.ts';

/** What the application needs from outside. */
export interface AppOptions extends Database {
  /** Where it answers, without an organization: `http://team.localhost:3000`. */
  readonly origin: string;
  /** Signs cookies and tokens; at least 32 random characters. */
  readonly secret: string;
  readonly mailer: Mailer;
  /** How requests name their organization. Default: `defaultWays`. */
  readonly ways?: readonly Way[];
}

/**
 * The application: `/auth` is for everybody, `/account` for a signed-in user, `/api` for a signed-in user
 * inside one organization.
 */
export function createApp(options: AppOptions): Express {
  const { pool, origin, ways = defaultWays } = options;
  const tokens = openTokens(options);
  const signIn = openSignIn(options);
  const { resolve, bases } = tenantFrom(ways, { rootDomain: new URL(origin).hostname, tokens });
  const gateOptions: TenantMiddlewareOptions<Request> = {
    resolve,
    user: async (request) =>
      (ways.includes('token') ? await tokens.user(nodeRequest(request)) : null) ??
      (await signIn.userOf(request))?.id,
  };
  const gate = tenantMiddleware(pool, gateOptions);
  const pages = pageRoutes({
    ...options,
    ways,
    signIn,
    gate: tenantMiddleware(pool, { ...gateOptions, errors: 'throw' }),
  });

  const app = express();
  app.disable('x-powered-by');
  app.use(securityHeaders);
  app.all('/auth/*path', signIn.routes);
  app.use(sameOrigin);
  app.use('/account', signedIn(signIn), json, accountRoutes({ ...options, ways, tokens }));
  app.use('/assets', assetRoutes());
  app.get('/favicon.ico', (_request, response) => void response.sendStatus(204));
  for (const base of bases) {
    app.use(`${base}/api`, gate, json, apiRoutes(options));
    app.use(`${base}/`, pages);
  }
  app.use(() => {
    throw notFound('page');
  });
  app.use(tenantErrors(), problems);
  return app;
}

const json = express.json({ limit: '1mb' });

/** Everything inside an organization. */
function apiRoutes(options: AppOptions): Router {
  const routes = Router();
  routes.use('/organization', organizationRoutes(options));
  routes.use('/members', memberRoutes(options));
  routes.use('/roles', roleRoutes(options));
  routes.use('/permissions', permissionRoutes(options));
  routes.use('/invitations', invitationRoutes(options));
  routes.use('/projects', projectRoutes(options));
  routes.use('/tasks', taskRoutes(options));
  return routes;
}
