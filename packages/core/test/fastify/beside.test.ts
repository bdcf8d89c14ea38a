import compress from '@fastify/compress';
import cookie from '@fastify/cookie';
import jwt from '@fastify/jwt';
import multipart from '@fastify/multipart';
import rateLimit from '@fastify/rate-limit';
import underPressure from '@fastify/under-pressure';
import websocket from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';
import { expect, test } from 'vitest';
import { type TenantPluginOptions, tenantPlugin } from '../../src/fastify/index.ts';
import { ada, tenancy } from '../support/database.ts';
import { failure, sleep } from '../support/wait.ts';
import { addressOf, ask, bare, codeOf, inAcme, inGlobex, options, world } from './app.ts';

const { forget, logger, loggedCodes, names, pool } = await world();
const plugin = (given: Partial<TenantPluginOptions> = {}) =>
  tenantPlugin(pool, { ...options, logger, ...given } as TenantPluginOptions);
const rows = '["Anvil","Rocket"]';

test('@fastify/cookie: registered before, its cookies name the user; after, nobody is signed in', async () => {
  const user: TenantPluginOptions['user'] = (request) => request.cookies?.user;
  const headers = { 'x-organization': 'acme', cookie: `user=${ada}` };
  for (const order of ['before', 'after']) {
    const app = bare();
    if (order === 'before') app.register(cookie);
    app.register(plugin({ user }));
    if (order === 'after') app.register(cookie);
    app.get('/', async (_, reply) => {
      reply.setCookie('seen', 'yes');
      return names();
    });
    const answer = await ask(app, '/', { headers });
    expect([answer.status, answer.headers['set-cookie']]).toEqual(
      order === 'before' ? [200, ['seen=yes; SameSite=Lax']] : [401, undefined],
    );
  }
});

test('@fastify/jwt: a token that is not valid is answered by Fastify, a valid one names the user', async () => {
  const app = bare();
  app.register(jwt, { secret: 'a secret of the tests' });
  app.register(
    plugin({ user: async (request) => (await request.jwtVerify<{ sub: string }>()).sub }),
  );
  app.get('/', names);
  await app.ready();
  const withToken = (token?: string) =>
    ask(app, '/', {
      headers: {
        'x-organization': 'acme',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
    });
  expect((await withToken(app.jwt.sign({ sub: ada }))).body).toBe(rows);
  const missing = await withToken();
  expect([missing.status, codeOf(missing)]).toEqual([401, 'FST_JWT_NO_AUTHORIZATION_IN_HEADER']);
  expect((await withToken('a.b.c')).status).toBe(401);
});

test.each(['onRequest', 'preHandler'] as const)(
  '@fastify/multipart: a slow upload keeps its scope, from %s',
  async (hook) => {
    const app = bare();
    app.register(multipart);
    app.register(plugin({ hook }));
    app.post('/', async (request) => {
      const seen: unknown[] = [];
      for await (const part of request.parts()) {
        if (part.type === 'file') seen.push((await part.toBuffer()).byteLength);
        seen.push(await names());
      }
      return seen;
    });
    const boundary = 'x'.repeat(20);
    const file = 'y'.repeat(100_000);
    const parts = [
      `--${boundary}\r\ncontent-disposition: form-data; name="a"; filename="a"\r\n\r\n`,
      file.slice(50_000),
      `${file.slice(0, 50_000)}\r\n--${boundary}\r\ncontent-disposition: form-data; name="b"\r\n\r\nb\r\n`,
      `--${boundary}--\r\n`,
    ];
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await sleep(5);
        const next = parts.shift();
        if (next === undefined) controller.close();
        else controller.enqueue(new TextEncoder().encode(next));
      },
    });
    const headers = { ...inAcme, 'content-type': `multipart/form-data; boundary=${boundary}` };
    const sending = { method: 'POST', headers, body, duplex: 'half' } as RequestInit;
    const answer = await fetch(await addressOf(app), sending);
    expect(await answer.json()).toEqual([100_000, ['Anvil', 'Rocket'], ['Anvil', 'Rocket']]);
  },
);

test('@fastify/compress: compresses answers, and the 500 that takes the place of one', async () => {
  const app = bare();
  app.register(plugin());
  await app.register(compress, { threshold: 0 });
  app.get('/', names);
  app.get('/forgets', async () => {
    void forget();
    return { done: true };
  });
  const url = await addressOf(app);
  const get = async (path: string) => {
    const answer = await fetch(url + path, { headers: { ...inAcme, 'accept-encoding': 'gzip' } });
    return [answer.status, answer.headers.get('content-encoding'), await answer.text()];
  };
  expect(await get('/')).toEqual([200, 'gzip', rows]);
  expect(await get('/forgets')).toEqual([
    500,
    'gzip',
    expect.stringContaining('SCOPE_WORK_UNFINISHED'),
  ]);
});

test('@fastify/rate-limit: as a hook before the plugin counts refusals too', async () => {
  const app = bare();
  await app.register(rateLimit, { global: false });
  app.addHook('onRequest', app.rateLimit({ max: 2, timeWindow: 60_000 }));
  app.register(plugin());
  app.get('/', names);
  expect((await ask(app, '/')).headers['x-ratelimit-remaining']).toBe('1');
  const refused = await ask(app, '/', { headers: { ...inGlobex, 'x-organization': 'acme' } });
  expect([refused.status, refused.headers['x-ratelimit-remaining']]).toEqual([404, '0']);
  expect((await ask(app, '/')).status).toBe(429);
});

test('@fastify/rate-limit: its own hooks stand on routes, behind the gate, and can count by tenant', async () => {
  const app = bare();
  app.register(plugin());
  await app.register(rateLimit, {
    max: 1,
    timeWindow: 60_000,
    keyGenerator: () => tenancy.current().organizationId,
  });
  app.get('/', names);
  expect((await ask(app, '/')).status).toBe(200);
  expect((await ask(app, '/')).status).toBe(429);
  expect((await ask(app, '/', { headers: inGlobex })).status).toBe(200);
});

test('@fastify/under-pressure: its 503 comes before the gate', async () => {
  const app = bare();
  let isHealthy = true;
  app.register(underPressure, {
    healthCheck: async () => isHealthy,
    healthCheckInterval: 5,
  });
  app.register(plugin());
  app.get('/', names);
  expect((await ask(app, '/')).body).toBe(rows);
  isHealthy = false;
  await expect.poll(async () => (await ask(app, '/')).status).toBe(503);
});

test('@fastify/websocket: the handshake has a scope, a message opens its own', async () => {
  const app = bare();
  app.register(websocket);
  app.register(plugin());
  app.register(async (routes) => {
    routes.get('/', { websocket: true }, (socket) => {
      const { organizationId } = tenancy.current();
      socket.on('message', async (text) => {
        const bare = (await failure(names())).code;
        const own = await tenancy.run(organizationId, names);
        socket.send(JSON.stringify([String(text), bare, own]));
      });
    });
  });
  await app.ready();
  const refused = app.injectWS('/', { headers: { 'x-organization': 'acme' } });
  await expect(refused).rejects.toThrow('401');
  const socket = await app.injectWS('/', { headers: inGlobex });
  const answer = new Promise((resolve) => socket.once('message', (data) => resolve(String(data))));
  socket.send('hello');
  expect(JSON.parse(String(await answer))).toEqual([
    'hello',
    expect.stringMatching(/^TENANT_(?:CONTEXT_MISSING|SCOPE_ENDED)$/),
    ['Reactor'],
  ]);
  socket.terminate();
  expect(loggedCodes()).toEqual([]);
});

test('a handler of callbacks behind preSerialization, preParsing and onResponse hooks', async () => {
  const app: FastifyInstance = bare();
  app.register(plugin());
  const seen: unknown[] = [];
  const note = (where: string) => async () =>
    void seen.push(where, await names().catch((error: { code: string }) => error.code));
  app.addHook('preParsing', note('preParsing'));
  app.addHook('preValidation', note('preValidation'));
  app.addHook('preSerialization', async (_request, _reply, payload) => {
    await note('preSerialization')();
    return payload;
  });
  app.addHook('onResponse', note('onResponse'));
  app.get('/', (_, reply) => {
    setTimeout(async () => reply.send({ rows: await names() }), 5);
  });
  expect((await ask(app, '/')).body).toBe(`{"rows":${rows}}`);
  await expect.poll(() => seen.length).toBe(8);
  expect(seen).toEqual([
    'preParsing',
    ['Anvil', 'Rocket'],
    'preValidation',
    ['Anvil', 'Rocket'],
    'preSerialization',
    ['Anvil', 'Rocket'],
    'onResponse',
    expect.stringMatching(/^TENANT_(?:CONTEXT_MISSING|SCOPE_ENDED)$/),
  ]);
});
