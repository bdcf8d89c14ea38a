import { guard, tenantMiddleware } from '@tenantry/core/hono';
import { adapterConformance, type ConformanceApplication } from '@tenantry/testing/conformance';
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type FetchHandler, guarded, withTenant } from '../src/fetch.ts';
import { bodyOf, listenFetch, responseOf } from './listen.ts';
import { frameworkWorld, resolve } from './world.ts';

const { pool, world, asAda } = await frameworkWorld();

beforeAll(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
});

const nameOf = (request: Request) => new URL(request.url).pathname.slice(1);

/** A server without a framework. */
function plain(given: ConformanceApplication): FetchHandler {
  const { handle, timeoutMs, guards, onError, webhook } = given;
  const tenant = withTenant(pool, {
    resolve,
    user: (request) => request.headers.get('x-user'),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(onError !== undefined && { errors: 'throw' }),
  });
  const handler: FetchHandler = async (request) =>
    responseOf(await handle(nameOf(request), await bodyOf(request)));
  const served = tenant(guards === undefined ? handler : guarded(handler, ...guards));
  return async (request) => {
    if (nameOf(request) === 'webhook') return webhook(request);
    if (request.method === 'OPTIONS') return new Response(null, { status: 204 });
    if (onError === undefined) return served(request);
    return served(request).catch((error) => {
      const { status, text } = onError(error);
      return new Response(text, { status });
    });
  };
}

/** Hono without an adapter for Node, as Bun and Deno run it. */
function hono(given: ConformanceApplication): FetchHandler {
  const { handle, timeoutMs, guards, onError, webhook } = given;
  const app = new Hono();
  app.post('/webhook', (c) => webhook(c.req.raw));
  app.use(
    tenantMiddleware(pool, {
      resolve,
      user: (c) => c.req.header('x-user') ?? null,
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(onError !== undefined && { errors: 'throw' }),
    }),
  );
  if (guards !== undefined) app.use(guard(...guards));
  if (onError !== undefined) {
    app.onError((error) => {
      const { status, text } = onError(error);
      return new Response(text, { status });
    });
  }
  app.on(['GET', 'POST'], '/:name', async (c) =>
    responseOf(await handle(c.req.param('name'), await bodyOf(c.req.raw))),
  );
  return app.fetch;
}

for (const [name, application, httpError] of [
  ['a fetch server', plain, () => Object.assign(new Error('a teapot'), { status: 418 })],
  ['Hono on a fetch server', hono, () => new HTTPException(418, { message: 'a teapot' })],
] as const) {
  adapterConformance(
    { describe, it, afterAll },
    {
      name,
      world,
      answersAfterScope: true,
      guards: true,
      readsBodyInScope: true,
      throwsErrors: true,
      webhook: true,
      httpError,
      start: (given) => listenFetch(application(given)),
    },
  );
}

it('adds the headers of guards to a redirect, whose headers cannot be changed', async () => {
  const limited = { requires: 'nothing', check: async () => ({ ratelimit: '"calls";r=1' }) };
  const tenant = withTenant(pool, { resolve, user: (request) => request.headers.get('x-user') });
  const serve = tenant(guarded(() => Response.redirect('http://a.app/next', 303), limited));
  const { status, headers } = await serve(new Request('http://a.app/', { headers: asAda }));
  expect([status, headers.get('location'), headers.get('ratelimit')]).toEqual([
    303,
    'http://a.app/next',
    '"calls";r=1',
  ]);
});
