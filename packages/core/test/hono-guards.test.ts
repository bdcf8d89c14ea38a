import { Hono } from 'hono';
import { describe, expect, test, vi } from 'vitest';
import type { Guard } from '../src/adapter/index.ts';
import { guard, tenantMiddleware } from '../src/hono.ts';
import { TenantryError } from '../src/index.ts';
import { header } from '../src/resolvers/index.ts';
import { runStatement, statement } from '../src/sql/index.ts';
import { acme, ada, bob, coreDatabase, tenancy } from './support/database.ts';

const database = await coreDatabase();
const pool = database.pool();
vi.spyOn(console, 'error').mockImplementation(() => {});

const inTenant = tenantMiddleware(pool, {
  resolve: header('x-organization', { by: 'slug' }),
  user: (c) => c.req.header('x-user') ?? null,
});
const asAda = { headers: { 'x-organization': 'acme', 'x-user': ada } };
const asBob = { headers: { 'x-organization': 'globex', 'x-user': bob } };

/** Lets everybody pass who has a project with this name, and tells how many they have. */
const owns = (name: string): Guard => ({
  requires: `a project ${name}`,
  async check(db, request) {
    const projects = await runStatement<{ name: string }>(db, statement`select name from projects`);
    if (!projects.some((each) => each.name === name)) {
      throw new TenantryError('ROW_FORBIDDEN', {
        found: `no project ${name}, in ${request.method} ${request.path}`,
        headers: { 'retry-after': '7' },
      });
    }
    return { 'x-projects': String(projects.length) };
  },
});
const silent: Guard = { requires: 'nothing', check: async () => undefined };

const application = () => {
  const app = new Hono();
  app.use(inTenant);
  app.get('/rockets', guard(owns('Rocket')), (c) => c.json(tenancy.current().organizationId));
  return app;
};

describe('guard', () => {
  test('lets a request pass in the scope of its tenant, and adds its headers', async () => {
    const answer = await application().request('/rockets', asAda);
    expect([answer.status, await answer.json()]).toEqual([200, acme]);
    expect(answer.headers.get('x-projects')).toBe('2');
  });

  test('refuses without a stack trace in the log of an application that has no onError', async () => {
    const logged = vi.mocked(console.error);
    logged.mockClear();
    expect((await application().request('/rockets', asBob)).status).toBe(403);
    expect(logged).not.toHaveBeenCalled();
    // a mistake of the application stays visible
    const app = new Hono();
    app.get('/rockets', guard(owns('Rocket')), (c) => c.text('never'));
    expect((await app.request('/rockets')).status).toBe(500);
    expect(logged).toHaveBeenCalled();
  });

  test('refuses again with the same error', async () => {
    const error = new TenantryError('ROW_FORBIDDEN');
    const app = new Hono();
    app.use(inTenant);
    const never: Guard = { requires: 'the impossible', check: () => Promise.reject(error) };
    app.get('/never', guard(never), (c) => c.text('never'));
    expect((await app.request('/never', asAda)).status).toBe(403);
    expect((await app.request('/never', asAda)).status).toBe(403);
  });

  test('leaves the error of a refusal to onError', async () => {
    const app = application();
    const seen: unknown[] = [];
    app.onError((error, c) => {
      seen.push(error);
      return c.text('mine', 418);
    });
    await app.request('/rockets', asBob);
    expect(seen).toEqual([expect.objectContaining({ code: 'ROW_FORBIDDEN' })]);
  });

  test('refuses through problem+json, with the headers of the refusal', async () => {
    const answer = await application().request('/rockets', asBob);
    expect(answer.status).toBe(403);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.get('retry-after')).toBe('7');
    expect(await answer.json()).toMatchObject({
      code: 'ROW_FORBIDDEN',
      detail: 'no project Rocket, in GET /rockets',
    });
  });

  test('checks one after the other, and runs neither the next one nor the handler after a refusal', async () => {
    const handler = vi.fn(() => new Response());
    const last = vi.fn(async () => ({ 'x-last': 'yes' }));
    const app = new Hono();
    app.use(inTenant);
    const guards = [silent, owns('Rocket'), { requires: 'last', check: last }];
    app.get('/', guard(...guards), handler);
    expect((await app.request('/', asBob)).status).toBe(403);
    expect(last).not.toHaveBeenCalled();
    expect(handler).not.toHaveBeenCalled();
    const passed = await app.request('/', asAda);
    expect([passed.headers.get('x-projects'), passed.headers.get('x-last')]).toEqual(['2', 'yes']);
  });

  test('adds its headers to a Response that the handler has made itself', async () => {
    const app = new Hono();
    app.use(inTenant, guard(owns('Rocket')));
    app.get('/', () => new Response('own', { headers: { etag: 'x' } }));
    const answer = await app.request('/', asAda);
    expect([answer.headers.get('x-projects'), answer.headers.get('etag')]).toEqual(['2', 'x']);
  });

  test('leaves an error of its own to the framework', async () => {
    const app = new Hono();
    app.use(inTenant);
    const broken: Guard = { requires: 'luck', check: () => Promise.reject(new Error('own')) };
    app.get('/', guard(broken), () => new Response());
    const answer = await app.request('/', asAda);
    expect([answer.status, await answer.text()]).toEqual([500, 'Internal Server Error']);
  });

  test.each(['route', 'mount', 'basePath'] as const)('works behind %s', async (way) => {
    const inner = new Hono();
    inner.get('/rockets', guard(owns('Rocket')), (c) => c.text('ok'));
    const app = new Hono();
    app.use('/api/*', inTenant);
    if (way === 'route') app.route('/api', inner);
    else if (way === 'mount') app.mount('/api', inner.fetch);
    else app.basePath('/api').get('/rockets', guard(owns('Rocket')), (c) => c.text('ok'));
    const passed = await app.request('/api/rockets', asAda);
    expect([passed.status, passed.headers.get('x-projects')]).toEqual([200, '2']);
    expect((await app.request('/api/rockets', asBob)).status).not.toBe(200);
  });

  test('reads the parameters of the route', async () => {
    const seen: unknown[] = [];
    const app = new Hono();
    app.use(inTenant);
    const reads: Guard = {
      requires: 'a parameter',
      async check(_, request) {
        seen.push(request.param?.('id'), request.path, await request.header('x-organization'));
        return undefined;
      },
    };
    app.get('/projects/:id', guard(reads), () => new Response());
    await app.request('/projects/7', asAda);
    expect(seen).toEqual(['7', '/projects/7', 'acme']);
  });

  test('before tenantMiddleware is a mistake in the application', async () => {
    const app = new Hono();
    const errors: unknown[] = [];
    app.onError((error, c) => {
      errors.push(error);
      return c.text('failed', 500);
    });
    app.get('/early', guard(silent), inTenant, () => new Response());
    app.get('/never', guard(silent), () => new Response());
    for (const path of ['/early', '/never']) {
      expect((await app.request(path, asAda)).status).toBe(500);
      // in a scope that no gate has opened there is no pool either
      expect((await tenancy.run(acme, async () => app.request(path, asAda))).status).toBe(500);
    }
    expect(errors).toHaveLength(4);
    for (const error of errors) {
      expect(error).toMatchObject({
        code: 'CONFIG_INVALID',
        found: 'a guard on a route that no tenant gate serves',
      });
    }
  });

  test.each([
    ['nothing', []],
    ['a text', ['projects:create']],
    ['undefined', [undefined]],
  ])('refuses %s when the route is made', (_, given) => {
    expect(() => guard(...(given as unknown as Guard[]))).toThrow('CONFIG_INVALID');
  });
});
