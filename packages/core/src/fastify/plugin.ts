import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import {
  type AdapterOptions,
  createTenantGate,
  disconnectSignal,
  type EntryPool,
  readAdapterOptions,
} from '../adapter/index.ts';
import { check } from '../errors/index.ts';
import { readRequest } from './fastify-request.ts';
import { Visit, type VisitRules } from './visit.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `false` lets requests of this route pass without a tenant: a health check, a webhook. */
    tenant?: false;
  }
}

/** The options of {@link tenantPlugin}; `user`, `ip` and `requestId` receive Fastify's request. */
export type TenantPluginOptions = AdapterOptions<FastifyRequest> & {
  /**
   * When the scope opens. `onRequest` refuses before the body is read; hooks that sign the user in must be
   * registered before. `preHandler` comes after the body and its validation, for sign-in that needs them.
   * Default: 'onRequest'.
   */
  readonly hook?: 'onRequest' | 'preHandler';
};

/**
 * Runs each request in the scope of its tenant: resolves the claim, checks the membership of the signed-in
 * user in one round trip, and runs the later hooks and the handler in that scope. The scope ends when the
 * handler replies, before the answer is sent, or hijacks the reply.
 *
 * It guards the context in which it is registered, with its children: every route there, and its 404s.
 * Errors of Tenantry are sent as problem+json unless `errors` is `throw`; those that nobody has seen are
 * given to `logger`. Default: the log of the request.
 *
 * @param pool the tenant pool
 * @example
 * ```ts
 * app.register(async (api) => {
 *   api.register(tenantPlugin(pool, {
 *     resolve: [subdomain({ root: 'acme.app' }), header('x-organization', { by: 'slug' })],
 *     user: async (request) => (await request.jwtVerify<{ sub: string }>()).sub,
 *   }));
 *   api.get('/projects', () => db.select().from(projects));
 * }, { prefix: '/api' });
 * ```
 * @throws TenantryError `CONFIG_INVALID`; requests get 400, 401 and 404 as described at
 *   `createTenantGate`
 */
export function tenantPlugin(pool: EntryPool, options: TenantPluginOptions): FastifyPluginCallback {
  const { cancelOnDisconnect, errors } = readAdapterOptions(options, { hook: 'any' });
  const { hook = 'onRequest', logger } = options;
  check(
    hook === 'onRequest' || hook === 'preHandler',
    'option hook',
    "Use 'onRequest' or 'preHandler'.",
  );
  const rules: VisitRules = {
    gate: createTenantGate<FastifyRequest>(pool, readRequest, options),
    errors,
    mayEndEarly: cancelOnDisconnect || options.timeoutMs !== undefined,
    logger,
  };
  const slot = Symbol('@tenantry/core/fastify');
  type Visited = FastifyRequest & { [slot]?: Visit | null };

  const plugin: FastifyPluginCallback = (app, _, ready) => {
    // a child of a context that it guards
    if (app.hasRequestDecorator(slot)) return ready();
    app.decorateRequest(slot, null);
    app.addHook(hook, (request: Visited, reply: FastifyReply, next: (error?: Error) => void) => {
      if (request.routeOptions.config.tenant === false) return next();
      const visit = new Visit(request, reply, rules);
      request[slot] = visit;
      visit.open(cancelOnDisconnect ? disconnectSignal(reply.raw) : undefined, next);
    });
    app.addHook('onError', (request: Visited, _reply, error, next) => {
      request[slot]?.fail(error);
      next();
    });
    app.addHook('onSend', (request: Visited, _reply, payload, send) => {
      const visit = request[slot];
      return visit == null ? send(null, payload) : visit.answer(payload, send);
    });
    ready();
  };
  return Object.assign(plugin, pluginMeta);
}

/** What fastify-plugin would add: the hooks are those of the context that registers, not of a child. */
const pluginMeta = {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: '@tenantry/core/fastify',
  [Symbol.for('plugin-meta')]: { name: '@tenantry/core/fastify', fastify: '5.x' },
};
