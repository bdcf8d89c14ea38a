import { tenantPlugin, webhook } from '@tenantry/core/fastify';
import { header, subdomain } from '@tenantry/core/resolvers';
import fastify, { type FastifyServerOptions } from 'fastify';
import type { BillingRuntime } from './billing.ts';
import type { Database } from './database.ts';
import { liteDocumentRoutes } from './lite/documents.ts';
import { liteProjectRoutes } from './lite/projects.ts';
import { liteTrashRoutes } from './lite/trash.ts';
import { answerProblem, notFound } from './problems.ts';
import { auditRoutes } from './routes/audit.ts';
import { billingRoutes } from './routes/billing.ts';
import { documentRoutes } from './routes/documents.ts';
import { memberRoutes, workspaceMemberRoutes } from './routes/members.ts';
import { projectRoutes } from './routes/projects.ts';
import { liteTenantRoutes, tenantRoutes, usageRoutes } from './routes/tenant.ts';
import { trashRoutes } from './routes/trash.ts';
import { workspaceRoutes } from './routes/workspaces.ts';
import { signedIn } from './session.ts';
import { tenancy } from './tenancy.ts';
import { type Api, byShape } from './validation.ts';

/** What the application needs from outside. */
export interface AppOptions extends Database {
  /** Signs the session tokens; at least 32 random characters. */
  readonly secret: string;
  /** The host below which each tenant has a subdomain: `northwind.docs.localhost`. */
  readonly rootDomain: string;
  /** Payments; without it everybody stays on the free tier. */
  readonly billing?: BillingRuntime | undefined;
  /** Which schema the database has: that of `schema/index.ts`, or of `schema/lite.ts`. Default: 'workspaces'. */
  readonly variant?: 'workspaces' | 'lite' | undefined;
  /** What Fastify takes: logger, limits, trusted proxies. */
  readonly server?: FastifyServerOptions;
}

const withWorkspaces = [
  tenantRoutes,
  workspaceRoutes,
  workspaceMemberRoutes,
  projectRoutes,
  documentRoutes,
  trashRoutes,
];
const liteRoutes = [liteTenantRoutes, liteProjectRoutes, liteDocumentRoutes, liteTrashRoutes];

/**
 * The application. `/api` is for a signed-in user inside one tenant, named by its subdomain or by the
 * header x-tenant.
 */
export function createApp({
  secret,
  rootDomain,
  billing,
  variant,
  server,
  ...database
}: AppOptions) {
  const app: Api = fastify({ ...server, frameworkErrors: answerProblem }).withTypeProvider();
  app.setValidatorCompiler(byShape);
  app.setErrorHandler(answerProblem);
  app.setNotFoundHandler(() => {
    throw notFound('page');
  });
  app.decorateRequest('userId', '');
  app.get('/health/live', async () => ({ status: 'up' }));
  app.get('/health/ready', async () => {
    await tenancy.asSystem({ reason: 'health check', actor: 'health' }, () =>
      database.pool.query('select 1'),
    );
    return { status: 'ready' };
  });
  // Stripe is no user: its signature over the raw body is what lets it in
  if (billing !== undefined) {
    app.register(webhook(billing.webhook), { prefix: '/webhooks/stripe' });
  }

  app.register(
    async (api: Api) => {
      api.addHook('onRequest', signedIn(secret));
      api.register(
        tenantPlugin(database.pool, {
          resolve: [subdomain({ root: rootDomain }), header('x-tenant', { by: 'slug' })],
          user: ({ userId }) => userId,
          requestId: ({ id }) => id,
          errors: 'throw',
        }),
      );
      api.setNotFoundHandler(() => {
        throw notFound('page');
      });
      memberRoutes(api, database);
      usageRoutes(api, database);
      auditRoutes(api, database);
      for (const add of variant === 'lite' ? liteRoutes : withWorkspaces) add(api, database);
      if (billing !== undefined) billingRoutes(api, database, billing);
    },
    { prefix: '/api' },
  );
  return app;
}
