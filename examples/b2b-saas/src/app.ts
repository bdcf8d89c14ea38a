import { guard, tenantMiddleware } from '@tenantry/core/hono';
import { header, subdomain } from '@tenantry/core/resolvers';
import { type Context, Hono } from 'hono';
import { except } from 'hono/combine';
import { requestId } from 'hono/request-id';
import { hasKey, keys } from './api-keys.ts';
import type { BillingRuntime } from './billing.ts';
import type { Database } from './database.ts';
import { clientAddress } from './http/client-address.ts';
import { healthRoutes } from './http/health.ts';
import { openApiDocument } from './http/openapi.ts';
import { allowOrigins, limitBody, limitRate, securityHeaders } from './http/protect.ts';
import { type RequestLine, requestLog } from './http/request-log.ts';
import { limits } from './limits.ts';
import { notFound, toProblem } from './problems.ts';
import { rbac } from './rbac.ts';
import { accountRoutes } from './routes/account.ts';
import { auditRoutes } from './routes/audit.ts';
import { billingRoutes } from './routes/billing.ts';
import { type InvitationOptions, invitationRoutes } from './routes/invitations.ts';
import { keyRoutes } from './routes/keys.ts';
import { memberRoutes } from './routes/members.ts';
import { organizationRoutes } from './routes/organization.ts';
import { projectRoutes } from './routes/projects.ts';
import { permissionRoutes, roleRoutes } from './routes/roles.ts';
import { type ApiEnv, type SessionEnv, signedIn } from './session.ts';

/** What the application needs from outside. */
export interface AppOptions extends Database, InvitationOptions {
  /** Signs the session tokens; at least 32 random characters. */
  readonly secret: string;
  /** The host below which each organization has a subdomain: `acme.b2b.localhost`. */
  readonly rootDomain: string;
  /** Payments; without it everybody stays on the free plan. */
  readonly billing?: BillingRuntime | undefined;
  readonly http?: HttpOptions;
}

/** How the application meets the network. */
export interface HttpOptions {
  /** Origins whose pages may call the API. Default: none. */
  readonly allowedOrigins?: readonly string[];
  /** The largest body, in bytes. Default: 1,048,576. */
  readonly maxBodyBytes?: number;
  /** How many requests a user may send in a minute; an address ten times as many. Default: 600. */
  readonly requestsPerMinute?: number;
  /** How many proxies of ours append to `X-Forwarded-For`. Default: 0. */
  readonly trustedProxies?: number;
  /** Writes a line for each request. Default: nothing is written. */
  readonly log?: (line: RequestLine) => void;
  /** Whether the server is shutting down. */
  readonly isDraining?: () => boolean;
}

/**
 * The application, in two areas: `/account` is for a signed-in user, `/api` for a signed-in user
 * inside one organization, named by its subdomain or by the header x-organization.
 */
export function createApp(options: AppOptions) {
  const { secret, rootDomain, mailer, invitationUrl, billing, http = {}, ...database } = options;
  const { allowedOrigins = [], maxBodyBytes = 1_048_576, requestsPerMinute = 600 } = http;
  const { trustedProxies = 0, log = () => {}, isDraining = () => false } = http;
  const address = (c: Context) => clientAddress(c, trustedProxies);

  const app = new Hono<SessionEnv>();
  app.onError(toProblem);
  app.notFound((c) => toProblem(notFound('page'), c));
  app.use(requestId(), requestLog(log), securityHeaders(), limitBody(maxBodyBytes));
  app.route('/health', healthRoutes(database, { isDraining }));
  app.get('/openapi.json', (c) => c.json(openApiDocument()));

  // Stripe is no user: its signature over the raw body is what lets it in
  if (billing !== undefined) app.post('/webhooks/stripe', (c) => billing.webhook(c.req.raw));

  app.use(
    allowOrigins(allowedOrigins),
    limitRate(requestsPerMinute * 10, (c) => address(c) ?? 'nobody'),
  );
  const ofUser = limitRate(requestsPerMinute, (c) => c.var.userId);
  app.use('/account/*', signedIn(secret), ofUser);
  app.route('/account', accountRoutes(database));

  // a script has a key of its organization instead of a session; the gate checks it
  const isScript = (c: Context) => hasKey(c.req.header('authorization'));
  app.use(
    '/api/*',
    except(isScript, signedIn(secret), ofUser),
    tenantMiddleware<ApiEnv>(database.pool, {
      resolve: [
        keys.resolver,
        subdomain({ root: rootDomain }),
        header('x-organization', { by: 'slug' }),
      ],
      user: [keys.user(database.pool), (c) => c.var.userId],
      ip: address,
      requestId: (c) => c.var.requestId,
    }),
    // by the key, not by its text: every secret and spelling of it share one budget, and a wrong one has
    // that of its address
    except(
      (c) => !isScript(c),
      limitRate(requestsPerMinute, () => rbac.snapshot().user ?? 'nobody'),
    ),
  );
  // calls that change something count; reading is free
  app.on(['POST', 'PUT', 'PATCH', 'DELETE'], '/api/*', guard(limits.consumes('apiCalls')));
  app.route('/api/organization', organizationRoutes(database));
  app.route('/api/members', memberRoutes(database));
  app.route('/api/roles', roleRoutes(database));
  app.route('/api/keys', keyRoutes(database));
  app.route('/api/permissions', permissionRoutes(database));
  app.route('/api/invitations', invitationRoutes(database, { mailer, invitationUrl }));
  app.route('/api/projects', projectRoutes(database));
  app.route('/api/audit', auditRoutes(database));
  if (billing !== undefined) app.route('/api/billing', billingRoutes(database, billing));
  return app;
}
