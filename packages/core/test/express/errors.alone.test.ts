import { drizzle } from 'drizzle-orm/node-postgres';
import express from 'express';
import { describe, expect, test } from 'vitest';
import {
  guard,
  type TenantMiddlewareOptions,
  tenantMiddleware,
  webhook,
} from '../../src/express/index.ts';
import { TenantryError } from '../../src/index.ts';
import { listening } from './application.ts';
import {
  asAda,
  asStranger,
  code,
  type Handler,
  logged,
  options,
  pool,
  serving,
  slowly,
} from './world.ts';

describe('errors', () => {
  test('of the gate are answered, and logged only when the server is at fault', async () => {
    const { ask } = await serving(() => {});
    const refused = await ask(asStranger);
    expect([refused.status, await code(refused)]).toEqual([404, 'TENANT_NOT_FOUND']);
    expect(await code(await ask({ headers: {} }))).toBe('TENANT_CLAIM_MISSING');
    expect(logged).not.toHaveBeenCalled();
    const user = () => {
      throw new TypeError('a bug');
    };
    const failing = await serving(() => {}, { user } as Partial<TenantMiddlewareOptions>);
    const failed = await failing.ask();
    expect([failed.status, failed.headers.get('content-type')]).toEqual([
      500,
      'text/html; charset=utf-8',
    ]);
  });

  test.each<[string, Handler]>([
    ['thrown', () => Promise.reject(new TenantryError('ROW_FORBIDDEN'))],
    ['passed on', (_, __, next) => next(new TenantryError('ROW_FORBIDDEN'))],
    [
      'passed on from a callback',
      (_, __, next) => void setTimeout(() => next(new TenantryError('ROW_FORBIDDEN')), 5),
    ],
  ])('of Tenantry in handlers are answered when %s', async (_, handler) => {
    const { ask } = await serving((request, response, next) => {
      slowly().catch(() => {}); // does not hide the error
      response.set('etag', 'x').type('text');
      return handler(request, response, next);
    });
    const response = await ask();
    expect([response.status, await code(response)]).toEqual([403, 'ROW_FORBIDDEN']);
    expect(response.headers.get('etag')).toBeNull();
    expect(logged).not.toHaveBeenCalled();
  });

  test('in the wrapping of Drizzle are answered', async () => {
    const db = drizzle(pool);
    const { ask } = await serving(
      async (_, response) => response.json((await db.execute('select 1')).rows),
      { verify: 'with-first-statement' },
    );
    expect(await code(await ask(asStranger))).toBe('TENANT_NOT_FOUND');
  });

  test.each([
    ['an error', new Error('own'), 500],
    ['an error with a status', Object.assign(new Error('own'), { status: 418 }), 418],
    ['a text', 'own', 500],
    ['null', null, 500],
    ['undefined', undefined, 500],
    ['an object', { message: 1, cause: {} }, 500],
  ])('of the application are left to Express: %s', async (_, error, status) => {
    let read: Promise<unknown> | undefined;
    const { ask } = await serving(async () => {
      read = slowly();
      read.catch(() => {});
      throw error;
    });
    const response = await ask();
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    await expect(read).rejects.toMatchObject({ code: 'TENANT_SCOPE_ENDED' });
  });

  test('that were passed on are not disturbed by what the handler still sends', async () => {
    const { ask } = await serving(async (_, response, next) => {
      next(new Error('own'));
      response.set('etag', 'late').write('late');
      response.end('late');
    });
    const response = await ask();
    expect([response.status, response.headers.get('etag')]).toEqual([500, null]);
    expect(await response.text()).not.toContain('late');
  });

  test('after the answer do not touch it', async () => {
    for (const error of [new Error('own'), new TenantryError('ROW_FORBIDDEN')]) {
      const { ask } = await serving(async (_, response) => {
        response.json('done');
        throw error;
      });
      expect(await (await ask()).json()).toBe('done');
    }
  });

  test('after the first byte cut the answer and end the scope', async () => {
    for (const error of [new Error('own'), new TenantryError('ROW_FORBIDDEN')]) {
      let ended: Promise<unknown> | undefined;
      const { ask } = await serving(async (_, response) => {
        response.write('begun;');
        ended = slowly();
        ended.catch(() => {});
        throw error;
      });
      await expect(ask().then((response) => response.text())).rejects.toThrow();
      await expect(ended).rejects.toMatchObject({ code: 'TENANT_SCOPE_ENDED' });
    }
  });

  test('without tenantErrors keep their status, and the scope ends', async () => {
    const app = express();
    app.set('env', 'test');
    app.use(tenantMiddleware(pool, options));
    let work: Promise<unknown> | undefined;
    app.get('/', async () => {
      work = slowly();
      work.catch(() => {});
      throw new Error('own');
    });
    app.get('/known', async () => {
      throw new TenantryError('ROW_FORBIDDEN');
    });
    const { origin } = await listening(app);
    expect((await fetch(origin, asAda)).status).toBe(500);
    await expect(work).rejects.toMatchObject({ code: 'TENANT_SCOPE_ENDED' });
    expect((await fetch(`${origin}/known`, asAda)).status).toBe(403);
  });
});

describe('guards', () => {
  const refusing = {
    requires: 'luck',
    check: () => Promise.reject(new TenantryError('ROW_FORBIDDEN')),
  };

  test('refuse without tenantErrors too', async () => {
    const app = express();
    app.use(tenantMiddleware(pool, options));
    app.get('/', guard(refusing), (_request, response) => {
      response.send('in');
    });
    const { origin } = await listening(app);
    expect(await code(await fetch(origin, asAda))).toBe('ROW_FORBIDDEN');
  });

  test('outside a gate are a mistake that says so', async () => {
    const app = express();
    app.get('/', guard(refusing));
    const { origin } = await listening(app);
    const response = await fetch(origin, asAda);
    expect([response.status, await code(response)]).toEqual([500, 'CONFIG_INVALID']);
    expect(logged).toHaveBeenCalledTimes(1);
  });
});

describe('webhooks', () => {
  const echo = async (request: globalThis.Request) => new Response(await request.text());
  const posted = (body: string) =>
    ({ method: 'POST', body, headers: { 'content-type': 'application/json' } }) as const;

  test('behind express.json() are a mistake that says so; behind express.raw() they work', async () => {
    const app = express();
    app.post('/raw', express.raw({ type: '*/*' }), webhook(echo));
    app.use(express.json());
    app.post('/json', webhook(echo));
    const { origin } = await listening(app);
    expect(await (await fetch(`${origin}/raw`, posted('{ "a":1.0}'))).text()).toBe('{ "a":1.0}');
    const response = await fetch(`${origin}/json`, posted('{"a":1}'));
    expect([response.status, await code(response)]).toEqual([500, 'CONFIG_INVALID']);
    expect(logged).toHaveBeenCalledTimes(1);
  });

  test('refuse what is too large, and leave errors of the handler to Express', async () => {
    const app = express();
    app.set('env', 'test');
    app.post('/', webhook(echo, { maxBytes: 10 }));
    app.post(
      '/fails',
      webhook(() => Promise.reject(new Error('own'))),
    );
    const { origin } = await listening(app);
    const large = await fetch(origin, posted('x'.repeat(11)));
    expect([large.status, await code(large)]).toEqual([413, 'BODY_TOO_LARGE']);
    expect((await fetch(`${origin}/fails`, posted('{}'))).status).toBe(500);
  });
});
