import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { drizzle } from 'drizzle-orm/node-postgres';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { HTTPException } from 'hono/http-exception';
import { requestId } from 'hono/request-id';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { problemResponse, type TenantMiddlewareOptions, tenantMiddleware } from '../src/hono.ts';
import { TenantryError } from '../src/index.ts';
import { header, param, subdomain } from '../src/resolvers/index.ts';
import { blocked } from './support/activity.ts';
import { ada, bob, coreDatabase, tenancy } from './support/database.ts';
import { gate, until } from './support/wait.ts';

const database = await coreDatabase();
const pool = database.pool();
const names = async () =>
  (await pool.query('select name from projects order by name')).rows.map((row) => row.name);

const bySlug = header('x-organization', { by: 'slug' });
const options: TenantMiddlewareOptions = {
  resolve: bySlug,
  user: (c) => c.req.header('x-user') ?? null,
};
const asAda = { headers: { 'x-organization': 'acme', 'x-user': ada } };
const asStranger = { headers: { 'x-organization': 'acme', 'x-user': bob } };
const code = async (response: Response) => ((await response.json()) as { code: string }).code;

const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
beforeEach(() => {
  logged.mockClear();
});

function application(given: Partial<TenantMiddlewareOptions> = {}): Hono {
  const app = new Hono();
  app.use(tenantMiddleware(pool, { ...options, ...given } as TenantMiddlewareOptions));
  app.get('/projects', async (c) => c.json(await names()));
  app.get('/fails', () => {
    throw new Error('own');
  });
  app.get('/teapot', () => {
    throw new HTTPException(418, { message: 'a teapot' });
  });
  app.get('/nested', () =>
    tenancy.run('00000000-0000-4000-8000-00000000dead', () => new Response()),
  );
  app.get('/forgets', (c) => {
    pool.query('select pg_sleep(120)').catch(() => {});
    return c.json('done', 200, { 'cache-control': 'public', etag: 'x', 'set-cookie': 'a=b' });
  });
  return app;
}

describe('without app.onError', () => {
  test('answers', async () => {
    const app = application();
    const response = await app.request('/projects', asAda);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(['Anvil', 'Rocket']);
    expect((await app.request('/projects', { ...asAda, method: 'HEAD' })).status).toBe(200);
    expect((await app.request('/elsewhere', asAda)).status).toBe(404);
  });

  test('answers refusals itself, and logs none that is the fault of a client', async () => {
    const app = application();
    expect(await code(await app.request('/projects'))).toBe('TENANT_CLAIM_MISSING');
    const refused = await app.request('/projects', asStranger);
    expect([refused.status, await code(refused)]).toEqual([404, 'TENANT_NOT_FOUND']);
    expect(logged).not.toHaveBeenCalled();
  });

  test("leaves the handler's errors to Hono", async () => {
    const app = application();
    const failed = await app.request('/fails', asAda);
    expect([failed.status, await failed.text()]).toEqual([500, 'Internal Server Error']);
    const teapot = await app.request('/teapot', asAda);
    expect([teapot.status, await teapot.text()]).toEqual([418, 'a teapot']);
  });

  test('answers errors of Tenantry from handlers', async () => {
    const nested = await application().request('/nested', asAda);
    expect([nested.status, await code(nested)]).toEqual([500, 'TENANT_SWITCH_REFUSED']);
    expect(logged).toHaveBeenCalledTimes(1);
  });

  test('turns forgotten work into a 500, drops the response of the handler, and logs it', async () => {
    const response = await application().request('/forgets', asAda);
    expect([response.status, await code(response)]).toEqual([500, 'SCOPE_WORK_UNFINISHED']);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('etag')).toBeNull();
    expect(logged).toHaveBeenCalledWith(expect.objectContaining({ code: 'SCOPE_WORK_UNFINISHED' }));
  });

  test('cancels the body of a dropped response', async () => {
    const cancel = vi.fn();
    const app = application();
    app.get('/streams', () => {
      pool.query('select pg_sleep(120)').catch(() => {});
      return new Response(new ReadableStream({ cancel }));
    });
    expect((await app.request('/streams', asAda)).status).toBe(500);
    expect(cancel).toHaveBeenCalled();
  });

  test('lets a stream open a scope of its own, and not query in the ended one', async () => {
    const app = application();
    const answered = gate();
    const late: unknown[] = [];
    app.get('/export', () => {
      const { organizationId } = tenancy.current();
      const body = new ReadableStream({
        async start(controller) {
          await answered.promise;
          late.push(await names().catch((error) => error.code));
          late.push(await tenancy.run(organizationId, names));
          controller.close();
        },
      });
      return new Response(body);
    });
    const response = await app.request('/export', asAda);
    answered.resolve();
    await response.text();
    expect(late).toEqual(['TENANT_SCOPE_ENDED', ['Anvil', 'Rocket']]);
  });

  test('throws what is not an error, as Hono does', async () => {
    const app = application();
    app.get('/text', () => {
      throw 'a text';
    });
    await expect(app.request('/text', asAda)).rejects.toBe('a text');
  });
});

describe('with app.onError', () => {
  const withHandler = (given: Partial<TenantMiddlewareOptions> = {}) => {
    const seen: unknown[] = [];
    const app = application(given);
    app.onError((error, c) => {
      seen.push(error);
      return TenantryError.is(error)
        ? problemResponse(error)
        : c.text(`ours: ${error.message}`, 502);
    });
    return { app, seen };
  };

  test('still answers errors of Tenantry itself', async () => {
    const { app, seen } = withHandler();
    expect((await app.request('/projects', asStranger)).status).toBe(404);
    expect(seen).toEqual([]);
    expect((await app.request('/nested', asAda)).status).toBe(500);
    expect(seen).toHaveLength(1);
  });

  test("leaves the handler's errors to it", async () => {
    const { app } = withHandler();
    const failed = await app.request('/fails', asAda);
    expect([failed.status, await failed.text()]).toEqual([502, 'ours: own']);
  });

  test('leaves all errors to it when asked to', async () => {
    const { app, seen } = withHandler({ errors: 'throw' });
    expect(await code(await app.request('/projects', asStranger))).toBe('TENANT_NOT_FOUND');
    expect(await code(await app.request('/nested', asAda))).toBe('TENANT_SWITCH_REFUSED');
    expect(await code(await app.request('/forgets', asAda))).toBe('SCOPE_WORK_UNFINISHED');
    expect(await (await app.request('/fails', asAda)).text()).toBe('ours: own');
    expect(seen).toHaveLength(4);
    expect(logged).not.toHaveBeenCalled();
  });

  test('leaves errors of a mounted application to its own handler', async () => {
    const inner = new Hono();
    inner.get('/fails', () => {
      throw new Error('inner');
    });
    inner.onError((error, c) => c.text(`inner handler: ${error.message}`, 503));
    const { app } = withHandler();
    app.route('/inner', inner);
    const failed = await app.request('/inner/fails', asAda);
    expect([failed.status, await failed.text()]).toEqual([503, 'inner handler: inner']);
  });
});

describe('beside other middleware', () => {
  test('keeps the headers that came before it, on refusals too', async () => {
    const app = new Hono();
    app.use(requestId(), cors({ origin: 'https://acme.app' }));
    app.route('/', application());
    for (const [path, init, status] of [
      ['/projects', asAda, 200],
      ['/projects', asStranger, 404],
      ['/forgets', asAda, 500],
      ['/nested', asAda, 500],
    ] as const) {
      const headers = { ...init.headers, origin: 'https://acme.app' };
      const response = await app.request(path, { headers });
      expect(response.status).toBe(status);
      expect(response.headers.get('access-control-allow-origin')).toBe('https://acme.app');
      expect(response.headers.get('x-request-id')).toBeTruthy();
    }
  });

  test('reads the parameter that the router has taken from the path', async () => {
    const app = new Hono();
    app.use(
      '/orgs/:slug/*',
      tenantMiddleware(pool, {
        ...options,
        access: 'member',
        resolve: param('slug'),
        user: () => ada,
      }),
    );
    app.get('/orgs/:slug/projects', async (c) => c.json([c.req.param('slug'), await names()]));
    const at = async (path: string) => app.request(path);
    expect(await (await at('/orgs/acme/projects')).json()).toEqual(['acme', ['Anvil', 'Rocket']]);
    expect((await at('/orgs/globex/projects')).status).toBe(404);
    expect((await at('/orgs/ac%00me/projects')).status).toBe(400);
  });

  test('hands the typed context to user', async () => {
    const app = new Hono<{ Variables: { session: { userId: string } } }>();
    app.use(async (c, next) => {
      c.set('session', { userId: ada });
      await next();
    });
    app.use(
      tenantMiddleware<{ Variables: { session: { userId: string } } }>(pool, {
        resolve: bySlug,
        user: (c) => c.get('session').userId,
        requestId: (c) => c.req.header('x-request-id'),
      }),
    );
    app.get('/', (c) => c.json(tenancy.current()));
    const response = await app.request('/', {
      headers: { 'x-organization': 'acme', 'x-request-id': 'r1' },
    });
    expect(await response.json()).toMatchObject({ user: ada, requestId: 'r1' });
  });

  test('answers a tenant that is refused by the first statement, through Drizzle', async () => {
    const db = drizzle(pool);
    const app = application({ verify: 'with-first-statement' } as Partial<TenantMiddlewareOptions>);
    app.get('/drizzle', async (c) => c.json((await db.execute('select name from projects')).rows));
    expect((await app.request('/drizzle', asAda)).status).toBe(200);
    const refused = await app.request('/drizzle', asStranger);
    expect([refused.status, await code(refused)]).toEqual([404, 'TENANT_NOT_FOUND']);
  });
});

describe('over HTTP', () => {
  const servers: ReturnType<typeof createAdaptorServer>[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });
  const listen = async (app: Hono) => {
    const server = createAdaptorServer({ fetch: app.fetch });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  /** Sends bytes as they are, which no HTTP client would. */
  const raw = async (port: number, ...lines: string[]) => {
    const socket = connect(port, '127.0.0.1');
    socket.write(`${lines.join('\r\n')}\r\nconnection: close\r\n\r\n`);
    let text = '';
    for await (const chunk of socket) text += chunk;
    return text;
  };

  test('refuses two Host headers, lists, and an address that differs from Host', async () => {
    const app = new Hono();
    app.use(tenantMiddleware(pool, { resolve: subdomain({ root: 'acme.app' }), user: () => ada }));
    app.get('/', async (c) => c.json(await names()));
    const port = await listen(app);
    expect(await raw(port, 'GET / HTTP/1.1', 'host: acme.acme.app')).toMatch(/ 200 .*Rocket/s);
    for (const lines of [
      ['GET / HTTP/1.1', 'host: acme.acme.app', 'host: globex.acme.app'],
      ['GET / HTTP/1.1', 'host: acme.acme.app, globex.acme.app'],
      ['GET / HTTP/1.1', 'host: acme.acme.app@globex.acme.app'],
      ['GET / HTTP/1.1', 'host:'],
    ]) {
      expect(await raw(port, ...lines)).toMatch(/^HTTP\/1.1 400 /);
    }
    const forwarded = await raw(
      port,
      'GET / HTTP/1.1',
      'host: acme.acme.app',
      'x-forwarded-host: globex.acme.app',
    );
    expect(forwarded).toMatch(/Rocket/);
  });

  test.each([
    [true, 'SCOPE_ABORTED'],
    [false, undefined],
  ])(
    'a client that goes away ends the scope only when asked to: %s',
    async (cancelOnDisconnect, expected) => {
      const app = application({ cancelOnDisconnect });
      const holder = new pg.Client({ connectionString: database.url });
      await holder.connect();
      await holder.query(`begin; select from projects where name = 'Rocket' for update`);
      const left = gate();
      const ended = new Promise<string | undefined>((resolve) => {
        app.get('/slow', async (c) => {
          const { incoming } = c.env as { incoming: IncomingMessage };
          incoming.socket.once('close', left.resolve);
          const update = `update projects set stars = 0 where name = 'Rocket'`;
          await pool.query(update).then(
            () => resolve(undefined),
            (error) => resolve(error.code),
          );
          return c.json(null);
        });
      });
      const port = await listen(app);
      const controller = new AbortController();
      const asked = fetch(`http://127.0.0.1:${port}/slow`, { ...asAda, signal: controller.signal });
      const gaveUp = expect(asked).rejects.toThrow();
      await until(async () => (await blocked(database)) === 1, 'the handler waits');
      controller.abort();
      await gaveUp;
      await left.promise;
      // a cancellation would have come meanwhile
      for (let i = 0; i < 30; i++) await holder.query('select 1');
      if (expected === undefined) await holder.query('rollback');
      expect(await ended).toBe(expected);
      await holder.end();
      expect((await fetch(`http://127.0.0.1:${port}/projects`, asAda)).status).toBe(200);
    },
  );
});
