import { createServer } from 'node:http';
import fastify, { type FastifyInstance, type FastifyPluginCallback } from 'fastify';
import fastify4 from 'fastify-4';
import { describe, expect, test, vi } from 'vitest';
import { type TenantPluginOptions, tenantPlugin } from '../../src/fastify/index.ts';
import { header, param } from '../../src/resolvers/index.ts';
import { ada, tenancy } from '../support/database.ts';
import { ask, bare, codeOf, inAcme, inGlobex, options, world } from './app.ts';

const { logger, names, pool } = await world();
const plugin = (given: Partial<TenantPluginOptions> = {}) =>
  tenantPlugin(pool, { ...options, logger, ...given } as TenantPluginOptions);

describe('a plugin', () => {
  test('guards the context that registers it and its children, not its parent and siblings', async () => {
    const app = bare();
    app.get('/health', async () => 'up');
    app.get('/forgotten', names);
    app.register(
      async (api) => {
        api.register(plugin());
        api.get('/projects', names);
        api.register(async (child) => {
          child.get('/child', names);
        });
      },
      { prefix: '/api' },
    );
    app.register(async (sibling) => {
      sibling.get('/sibling', async () => 'open');
    });
    for (const path of ['/api/projects', '/api/child']) {
      expect((await ask(app, path)).body).toBe('["Anvil","Rocket"]');
      expect((await ask(app, path, { headers: {} })).status).toBe(400);
    }
    expect((await ask(app, '/health', { headers: {} })).body).toBe('up');
    expect((await ask(app, '/sibling', { headers: {} })).body).toBe('open');
    // a route that forgets it reaches no row
    expect(codeOf(await ask(app, '/forgotten'))).toBe('TENANT_CONTEXT_MISSING');
    // 404s of the prefix belong to the root until the context has a handler of its own
    expect((await ask(app, '/api/nowhere', { headers: {} })).status).toBe(404);
  });

  test('guards the 404s of a context that has a handler for them', async () => {
    const app = bare();
    app.register(
      async (api) => {
        api.register(plugin());
        api.setNotFoundHandler(async (_, reply) => reply.code(404).send(await names()));
      },
      { prefix: '/api' },
    );
    const found = await ask(app, '/api/nowhere');
    expect([found.status, found.body]).toEqual([404, '["Anvil","Rocket"]']);
    expect(codeOf(await ask(app, '/api/nowhere', { headers: {} }))).toBe('TENANT_CLAIM_MISSING');
  });

  test.each(['onRequest', 'preHandler'] as const)(
    'that is registered without await guards the routes before and after it, in %s',
    async (hook) => {
      const app = bare();
      app.get('/before', names);
      app.register(plugin({ hook }));
      app.get('/after', names);
      app.route({ method: ['GET', 'POST'], url: '/route', handler: names });
      for (const path of ['/before', '/after', '/route']) {
        expect((await ask(app, path)).body).toBe('["Anvil","Rocket"]');
        expect((await ask(app, path, { headers: {} })).status).toBe(400);
      }
    },
  );

  test('in onRequest refuses before the body is read, in preHandler after it was validated', async () => {
    const schema = { body: { type: 'object', required: ['name'] } };
    const post = async (app: FastifyInstance) =>
      (
        await ask(app, '/', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{',
        })
      ).body;
    for (const hook of ['onRequest', 'preHandler'] as const) {
      const app = guarded({ hook });
      app.post('/', { schema }, names);
      expect(JSON.parse(await post(app)).code).toBe(
        hook === 'onRequest' ? 'TENANT_CLAIM_MISSING' : 'FST_ERR_CTP_INVALID_JSON_BODY',
      );
    }
  });

  test('can take the user from the body, in preHandler', async () => {
    const app = guarded({
      hook: 'preHandler',
      user: (request) => (request.body as { user: string }).user,
    });
    app.post('/', names);
    const answer = await ask(app, '/', {
      method: 'POST',
      headers: { ...inAcme, 'content-type': 'application/json' },
      body: JSON.stringify({ user: ada }),
    });
    expect(answer.body).toBe('["Anvil","Rocket"]');
  });

  test('that is registered again by a child, or by the same context, asks once', async () => {
    const user = vi.fn(options.user);
    const once = plugin({ user });
    const app = bare();
    app.register(once);
    app.register(once);
    app.register(async (child) => {
      child.register(once);
      child.get('/', names);
    });
    expect((await ask(app, '/')).body).toBe('["Anvil","Rocket"]');
    expect(user).toHaveBeenCalledTimes(1);
  });

  test('stands beside one of another pool, and not inside of it', async () => {
    const other = (await world()).pool;
    const app = bare();
    app.decorateRequest('tenant', null);
    app.register(async (first) => {
      first.register(plugin());
      first.get('/first', names);
      first.register(async (inner) => {
        inner.register(tenantPlugin(other, { ...options, logger }));
        inner.get('/inner', async () => 'never');
      });
    });
    app.register(async (second) => {
      second.register(tenantPlugin(other, { ...options, logger }));
      second.get('/second', async () => (await other.query('select name from projects')).rows);
    });
    expect((await ask(app, '/first')).body).toBe('["Anvil","Rocket"]');
    expect((await ask(app, '/second', { headers: inGlobex })).body).toBe('[{"name":"Reactor"}]');
    expect(codeOf(await ask(app, '/inner'))).toBe('TENANT_SWITCH_REFUSED');
  });

  test('lets a route pass without a tenant', async () => {
    const app = guarded();
    app.get('/health', { config: { tenant: false } }, async () => 'up');
    app.get('/rows', { config: { tenant: false } }, names);
    expect((await ask(app, '/health', { headers: {} })).body).toBe('up');
    expect(codeOf(await ask(app, '/rows'))).toBe('TENANT_CONTEXT_MISSING');
  });

  test('is refused by Fastify 4', async () => {
    const app = fastify4();
    app.register(plugin() as unknown as Parameters<typeof app.register>[0]);
    await expect(app.ready()).rejects.toMatchObject({ code: 'FST_ERR_PLUGIN_VERSION_MISMATCH' });
    expect(() => plugin({ hook: 'onSend' as 'onRequest' })).toThrow('CONFIG_INVALID');
    expect(() => plugin({ resolve: undefined as never })).toThrow();
  });

  test('can be named as a dependency', async () => {
    const app = bare();
    const needs: FastifyPluginCallback = (_, __, done) => done();
    Object.assign(needs, {
      [Symbol.for('plugin-meta')]: { name: 'needs', dependencies: ['@tenantry/core/fastify'] },
    });
    await app.register(plugin());
    await app.register(needs);
    await app.ready();
  });
});

test('resolvers read the parameters of the route, the path as it was sent, and repeated headers', async () => {
  const paths: unknown[] = [];
  const app = bare({
    rewriteUrl: (request) => String(request.url).replace('/v1', ''),
  });
  app.register(
    plugin({
      resolve: [
        param('organization', { by: 'slug' }),
        (request) => {
          paths.push(request.path, request.host, request.header('x-twice'));
          return undefined;
        },
      ],
    }),
  );
  app.get('/o/:organization/projects', names);
  const url = '/v1/o/acme/projects?x=1';
  const headers = { ...inAcme, 'x-twice': ['a', 'b'] };
  const answer = await ask(app, url, { headers: headers as unknown as Record<string, string> });
  expect(answer.body).toBe('["Anvil","Rocket"]');
  expect(paths).toEqual(['/v1/o/acme/projects', expect.stringMatching(/^127/), ['a', 'b']]);
  expect((await app.inject({ url, headers: inAcme })).statusCode).toBe(200);
  expect((await ask(app, '/v1/o/constructor/projects')).status).toBe(404);
});

test('the types of a route are those of the application', async () => {
  const app = fastify({ serverFactory: (handler) => createServer(handler) });
  app.register(plugin());
  app.get('/a', { config: { tenant: false } }, async () => 'ok');
  // @ts-expect-error only false: every other route has a tenant anyway
  app.get('/b', { config: { tenant: true } }, async () => 'ok');
  app.register(
    tenantPlugin(pool, { resolve: header('x-organization'), user: (request) => request.ip }),
  );
  expect(tenancy.property).toBe('organizationId');
  await app.close();
});

function guarded(given: Partial<TenantPluginOptions> = {}) {
  const app = bare();
  app.register(plugin(given));
  return app;
}
