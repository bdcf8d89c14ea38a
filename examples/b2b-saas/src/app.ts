import { tenantMiddleware } from '@tenantry/core/hono';
import { header, subdomain } from '@tenantry/core/resolvers';
import { consumes } from '@tenantry/plan-limits/hono';
import { Hono } from 'hono';
import type { BillingRuntime } from './billing.ts';
import type { Database } from './database.ts';
import { limits } from './limits.ts';
import { notFound, toProblem } from './problems.ts';
import { accountRoutes } from './routes/account.ts';
import { auditRoutes } from './routes/audit.ts';
import { billingRoutes } from './routes/billing.ts';
import { type InvitationOptions, invitationRoutes } from './routes/invitations.ts';
import { memberRoutes } from './routes/members.ts';
import { organizationRoutes } from './routes/organization.ts';
import { projectRoutes } from './routes/projects.ts';
import { permissionRoutes, roleRoutes } from './routes/roles.ts';
import { type SessionEnv, signedIn } from './session.ts';

/** What the application needs from outside. */
export interface AppOptions extends Database, InvitationOptions {
  /** Signs the session tokens; at least 32 random characters. */
  readonly secret: string;
  /** The host below which each organization has a subdomain: `acme.b2b.localhost`. */
  readonly rootDomain: string;
  /** Payments; without it everybody stays on the free plan. */
  readonly billing?: BillingRuntime | undefined;
}

/**
 * The application, in two areas: `/account` is for a signed-in user, `/api` for a signed-in user
 * inside one organization, named by its subdomain or by the header x-organization.
 */
export function createApp(options: AppOptions) {
  const { secret, rootDomain, mailer, invitationUrl, billing, ...database } = options;
  const app = new Hono<SessionEnv>();
  app.onError(toProblem);
  app.notFound((c) => toProblem(notFound('page'), c));

  // Stripe is no user: its signature over the raw body is what lets it in
  if (billing !== undefined) app.post('/webhooks/stripe', (c) => billing.webhook(c.req.raw));

  app.use('/account/*', signedIn(secret));
  app.route('/account', accountRoutes(database));

  app.use('/api/*', signedIn(secret));
  app.use(
    '/api/*',
    tenantMiddleware<SessionEnv>(database.pool, {
      resolve: [subdomain({ root: rootDomain }), header('x-organization', { by: 'slug' })],
      user: (c) => c.var.userId,
    }),
  );
  // calls that change something count; reading is free
  app.on(['POST', 'PUT', 'PATCH', 'DELETE'], '/api/*', consumes(limits, database.db, 'apiCalls'));
  app.route('/api/organization', organizationRoutes(database));
  app.route('/api/members', memberRoutes(database));
  app.route('/api/roles', roleRoutes(database));
  app.route('/api/permissions', permissionRoutes(database));
  app.route('/api/invitations', invitationRoutes(database, { mailer, invitationUrl }));
  app.route('/api/projects', projectRoutes(database));
  app.route('/api/audit', auditRoutes(database));
  if (billing !== undefined) app.route('/api/billing', billingRoutes(database, billing));
  return app;
}
