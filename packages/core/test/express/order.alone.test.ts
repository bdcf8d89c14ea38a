import compression from 'compression';
import cors from 'cors';
import express, { type Express, type RequestHandler } from 'express';
import session from 'express-session';
import helmet from 'helmet';
import multer from 'multer';
// @ts-expect-error the types are those of multer itself
import oldMulter from 'multer-2.2';
import QueryStream from 'pg-query-stream';
import { beforeEach, describe, expect, expectTypeOf, test, vi } from 'vitest';
import {
  type TenantMiddlewareOptions,
  tenantErrors,
  tenantMiddleware,
} from '../../src/express/index.ts';
import { header } from '../../src/resolvers/index.ts';
import { ada, coreDatabase, tenancy } from '../support/database.ts';
import { gate as gateOf } from '../support/wait.ts';
import { listening } from './application.ts';

declare module 'express-session' {
  interface SessionData {
    userId: string;
    visits: number;
  }
}

const database = await coreDatabase();
const pool = database.pool({ max: 4 });
const bySlug = header('x-organization', { by: 'slug' });
const names = async () =>
  (await pool.query('select name from projects order by name')).rows.map((row) => row.name);

const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
beforeEach(() => {
  logged.mockClear();
});

const sessions = () => {
  const store = new session.MemoryStore();
  const saved = vi.spyOn(store, 'set');
  const options = { secret: 'of the test', resave: false, saveUninitialized: false, store };
  return { saved, middleware: session(options) };
};
const gate = tenantMiddleware(pool, {
  resolve: bySlug,
  // the type of the session comes without a type argument
  user: (request) => request.session.userId ?? null,
});
const plainGate = tenantMiddleware(pool, { resolve: bySlug, user: () => ada });
const visit: RequestHandler = (request, _response, next) => {
  request.session.visits = (request.session.visits ?? 0) + 1;
  next();
};

/** Handlers that answer well, and that forget work. */
function withHandlers(app: Express): Express {
  app.get('/projects', async (_, response) => {
    response.json([...(await names()), 'x'.repeat(5000)]);
  });
  app.get('/forgets', (_, response) => {
    pool.query('select pg_sleep(120)').catch(() => {});
    response.json('x'.repeat(5000));
  });
  app.use(tenantErrors());
  return app;
}

const asked = async (app: Express, path: string, headers: Record<string, string> = {}) => {
  const { origin } = await listening(app);
  return fetch(`${origin}${path}`, { headers: { 'x-organization': 'acme', ...headers } });
};

describe('behind helmet, cors, compression and a session', () => {
  const { saved, middleware } = sessions();
  const usual = () => {
    const app = express();
    app.use(helmet(), cors({ origin: 'https://acme.app' }), compression(), middleware);
    app.post('/sign-in', (request, response) => {
      request.session.userId = ada;
      response.end();
    });
    app.use(express.json(), visit, gate);
    return withHandlers(app);
  };

  test('every answer has their headers, and the session is saved', async () => {
    const { origin } = await listening(usual());
    const signedIn = await fetch(`${origin}/sign-in`, { method: 'POST' });
    const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] as string;
    for (const [path, tenant, status] of [
      ['/projects', 'acme', 200],
      ['/projects', 'globex', 404],
      ['/forgets', 'acme', 500],
      ['/elsewhere', 'acme', 404],
    ] as const) {
      saved.mockClear();
      const response = await fetch(`${origin}${path}`, {
        headers: { 'x-organization': tenant, cookie },
      });
      expect([path, response.status]).toEqual([path, status]);
      expect(response.headers.get('access-control-allow-origin')).toBe('https://acme.app');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('content-encoding')).toBe(status === 200 ? 'gzip' : null);
      const body = await response.text();
      if (status === 200) expect(body).toContain('Rocket');
      else if (path !== '/elsewhere') expect(JSON.parse(body).status).toBe(status);
      expect(saved, path).toHaveBeenCalledTimes(1);
    }
  });

  test('a preflight needs neither a user nor a tenant', async () => {
    const { origin } = await listening(usual());
    const response = await fetch(`${origin}/projects`, {
      method: 'OPTIONS',
      headers: { origin: 'https://acme.app', 'access-control-request-method': 'GET' },
    });
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([
      204,
      'https://acme.app',
    ]);
  });
});

describe('before them', () => {
  test.each<[string, RequestHandler[]]>([
    ['compression', [compression()]],
    ['a session', [sessions().middleware, visit]],
  ])('the gate lets %s work, and never passes forgotten work for done', async (_, middlewares) => {
    const app = withHandlers(express().use(plainGate, ...middlewares));
    expect(await (await asked(app, '/projects')).text()).toContain('Rocket');
    // these have sent a part of the answer before its end
    const forgets = asked(app, '/forgets').then(async (response) => {
      await response.text();
      return response.status;
    });
    expect(await forgets.catch(() => 'cut')).not.toBe(200);
  });
});

test('middleware behind the gate that lets a response end once does not keep the error back', async () => {
  const endsOnce: RequestHandler = (_request, response, next) => {
    const { end } = response;
    let ended = false;
    response.end = ((...args: Parameters<typeof end>) => {
      if (ended) return response;
      ended = true;
      return end.apply(response, args);
    }) as typeof end;
    next();
  };
  const response = await asked(withHandlers(express().use(plainGate, endsOnce)), '/forgets');
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({ code: 'SCOPE_WORK_UNFINISHED' });
});

describe('uploads', () => {
  /** A form whose end comes when the parser waits for it. */
  const form = (waits: Promise<void>) => {
    const start = '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n';
    async function* body() {
      yield new TextEncoder().encode(start);
      await waits;
      yield new TextEncoder().encode('of the file\r\n--b--\r\n');
    }
    return {
      method: 'POST',
      body: ReadableStream.from(body()) as ReadableStream<Uint8Array>,
      duplex: 'half',
      headers: { 'x-organization': 'acme', 'content-type': 'multipart/form-data; boundary=b' },
    } as RequestInit;
  };
  const uploading = async (...middlewares: RequestHandler[]) => {
    const parsing = gateOf();
    const app = express();
    const noted = middlewares.map<RequestHandler>((each) => (request, response, next) => {
      each(request, response, next);
      if (each !== plainGate) parsing.resolve();
    });
    app.post('/', ...noted, async (_request, response) => {
      response.json(await names());
    });
    app.use(tenantErrors());
    const { origin } = await listening(app);
    return (await fetch(origin, form(parsing.promise))).json();
  };

  test('of multer up to 2.2 lose the scope, unless it stands before the gate', async () => {
    const parse = oldMulter().any();
    expect(await uploading(plainGate, parse)).toMatchObject({ code: 'TENANT_CONTEXT_MISSING' });
    expect(await uploading(parse, plainGate)).toEqual(['Anvil', 'Rocket']);
  });

  test('of multer from 2.3 keep it on either side', async () => {
    const parse = multer().any();
    expect(await uploading(plainGate, parse)).toEqual(['Anvil', 'Rocket']);
    expect(await uploading(parse, plainGate)).toEqual(['Anvil', 'Rocket']);
  });
});

test('work that is only closing is waited for', async () => {
  const app = express().use(plainGate);
  app.get('/', async (_, response) => {
    const many = new QueryStream('select n from generate_series(1, 100000) n');
    for await (const { n } of pool.query(many)) if (n === 10) break;
    response.status(201).set('x-kept', '1').json('done');
    response.status(202).set('x-late', '1');
    expect(response.headersSent).toBe(false);
  });
  app.use(tenantErrors());
  const response = await asked(app, '/');
  expect([response.status, await response.json()]).toEqual([201, 'done']);
  expect([response.headers.get('x-kept'), response.headers.get('x-late')]).toEqual(['1', null]);
});

test('the address of a client is what "trust proxy" says', async () => {
  const app = express().set('trust proxy', 1);
  const seen: unknown[] = [];
  app.use(
    tenantMiddleware<express.Request>(pool, {
      resolve: bySlug,
      user: () => ada,
      ip: (request) => request.ip,
      requestId: (request) => request.get('x-request-id'),
    }),
  );
  app.get('/', async (_, response) => {
    seen.push(tenancy.current());
    response.end();
  });
  const response = await asked(app, '/', {
    'x-forwarded-for': '6.6.6.6, 192.0.2.7',
    'x-request-id': 'r1',
  });
  expect(response.status).toBe(200);
  expect(seen).toEqual([expect.objectContaining({ ip: '192.0.2.7', requestId: 'r1' })]);
});

test('the options take the request of Express, and what extends it', () => {
  type Options = TenantMiddlewareOptions<express.Request<{ slug: string }>>;
  expectTypeOf<Parameters<NonNullable<Options['ip']>>[0]['params']>().toEqualTypeOf<{
    slug: string;
  }>();
  expectTypeOf(gate).toExtend<RequestHandler>();
  expectTypeOf(tenantErrors()).toExtend<express.ErrorRequestHandler>();
});
