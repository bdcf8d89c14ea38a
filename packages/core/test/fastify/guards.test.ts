import type { FastifyInstance } from 'fastify';
import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import type { Guard } from '../../src/adapter/index.ts';
import { guard, tenantPlugin } from '../../src/fastify/index.ts';
import { TenantryError } from '../../src/index.ts';
import { runStatement, statement } from '../../src/sql/index.ts';
import { acme, tenancy } from '../support/database.ts';
import { ask, bare, codeOf, inAcme, inGlobex, options, world } from './app.ts';

const { application, logged, names, pool } = await world();

/** Lets everybody pass who has a project with this name, and tells how many they have. */
const owns = (name: string): Guard => ({
  requires: `a project ${name}`,
  async check(db, request) {
    const projects = await runStatement<{ name: string }>(db, statement`select name from projects`);
    if (!projects.some((each) => each.name === name)) {
      throw new TenantryError('ROW_FORBIDDEN', {
        found: `no project ${name}, in ${request.method} ${request.path} of ${request.param?.('id')}`,
        headers: { 'retry-after': '7' },
      });
    }
    return { 'x-projects': String(projects.length) };
  },
});

const asGlobex = { headers: inGlobex };

async function expectGuarded(app: FastifyInstance, path: string): Promise<void> {
  const passed = await ask(app, path);
  expect([passed.status, passed.headers['x-projects']]).toEqual([200, '2']);
  const refused = await ask(app, path, asGlobex);
  expect([refused.status, codeOf(refused), refused.headers['retry-after']]).toEqual([
    403,
    'ROW_FORBIDDEN',
    '7',
  ]);
}

describe('guard', () => {
  test('stands on a route, as a preHandler among others', async () => {
    const app = application();
    const order: string[] = [];
    const before = async () => void order.push('before');
    const preHandler = [before, guard(owns('Rocket'))];
    app.get('/:id', { preHandler }, async () => {
      order.push('handler');
      return tenancy.current().organizationId;
    });
    await expectGuarded(app, '/7');
    expect(order).toEqual(['before', 'handler', 'before']);
    expect((await ask(app, '/7')).body).toBe(acme);
    expect(JSON.parse((await ask(app, '/7', asGlobex)).body).detail).toBe(
      'no project Rocket, in GET /7 of 7',
    );
    expect((await ask(app, '/7', { method: 'HEAD', ...asGlobex })).status).toBe(403);
  });

  test('stands on a plugin, and binds its children and its 404s', async () => {
    const app = application();
    app.get('/open', names);
    app.register(
      async (api) => {
        api.addHook('preHandler', guard(owns('Rocket')));
        api.get('/projects', names);
        api.register(async (child) => {
          child.get('/child', names);
        });
        api.setNotFoundHandler(async () => 'not here');
      },
      { prefix: '/api' },
    );
    for (const path of ['/api/projects', '/api/child', '/api/nowhere'])
      await expectGuarded(app, path);
    expect((await ask(app, '/open', asGlobex)).status).toBe(200);
  });

  test('stands behind the gate when both are preHandlers', async () => {
    const app = application({ hook: 'preHandler' });
    app.get('/route', { preHandler: guard(owns('Rocket')) }, names);
    await expectGuarded(app, '/route');
    const plugin = application({ hook: 'preHandler' });
    plugin.addHook('preHandler', guard(owns('Rocket')));
    plugin.get('/plugin', names);
    await expectGuarded(plugin, '/plugin');
  });

  test('keeps its headers on the error of a handler', async () => {
    const app = application();
    app.get('/', { preHandler: guard(owns('Rocket')) }, async () => {
      throw new TenantryError('ROW_EXISTS');
    });
    const answer = await ask(app, '/');
    expect([answer.status, answer.headers['x-projects']]).toEqual([409, '2']);
  });

  test('runs neither the next one nor the handler after a refusal', async () => {
    const handler = vi.fn(() => 'never');
    const last = vi.fn(async () => undefined);
    const app = application();
    const both = guard(owns('Rocket'), { requires: 'last', check: last });
    app.get('/', { preHandler: both }, handler);
    expect((await ask(app, '/', asGlobex)).status).toBe(403);
    expect([last, handler].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
  });

  test('leaves a refusal to the error handler of the application, with errors: throw', async () => {
    const app = application({ errors: 'throw' });
    app.setErrorHandler((error, _, reply) => {
      reply.code(418).send((error as { code: string }).code);
    });
    app.get('/', { preHandler: guard(owns('Rocket')) }, names);
    expect((await ask(app, '/', asGlobex)).body).toBe('ROW_FORBIDDEN');
    expect(logged).toEqual([]);
  });

  test('before the plugin, and without it, is a mistake in the application', async () => {
    const app = bare();
    app.get('/never', { preHandler: guard(owns('Rocket')) }, names);
    const without = await ask(app, '/never');
    expect([without.status, codeOf(without)]).toEqual([500, 'CONFIG_INVALID']);
    const late = bare();
    late.addHook('preHandler', guard(owns('Rocket')));
    late.register(tenantPlugin(pool, { ...options, hook: 'preHandler' }));
    late.get('/', names);
    expect(codeOf(await ask(late, '/'))).toBe('CONFIG_INVALID');
  });

  test.each([
    ['nothing', []],
    ['a text', ['projects:create']],
  ])('refuses %s when the route is made', (_, given) => {
    expect(() => guard(...(given as unknown as Guard[]))).toThrow('CONFIG_INVALID');
  });

  test('fits routes of every type', async () => {
    const app = application();
    app.post<{ Body: { name: string }; Reply: { 201: { id: number } } }>(
      '/',
      { preHandler: [guard(owns('Rocket'))], onRequest: guard(owns('Rocket')) },
      async (request, reply) => {
        expectTypeOf(request.body).toEqualTypeOf<{ name: string }>();
        return reply.code(201).send({ id: request.body.name.length });
      },
    );
    const json = { 'content-type': 'application/json' };
    const made = await ask(app, '/', {
      method: 'POST',
      headers: { ...inAcme, ...json },
      body: '{"name":"abc"}',
    });
    expect([made.status, made.body]).toEqual([201, '{"id":3}']);
  });
});
