import type { Server } from 'node:http';
import { Readable } from 'node:stream';
import { sendResponse, toFetchRequest } from '@tenantry/core/adapter';
import { adapterConformance, type ConformanceApplication } from '@tenantry/testing/conformance';
import Koa, { type Context } from 'koa';
import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import { guard, tenantMiddleware } from '../src/koa.ts';
import { serveSockets } from '../src/sockets.ts';
import { bodyOf, listen } from './listen.ts';
import { frameworkWorld, resolve } from './world.ts';

const { pool, world } = await frameworkWorld();

beforeAll(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
});

function application(given: ConformanceApplication): Koa {
  const { handle, timeoutMs, guards, onError, webhook } = given;
  const app = new Koa();
  app.silent = true;
  if (onError !== undefined) {
    app.use(async (ctx, next) => {
      try {
        await next();
      } catch (error) {
        const { status, text } = onError(error);
        ctx.status = status;
        ctx.body = text;
      }
    });
  }
  app.use(async (ctx, next) => {
    if (ctx.path !== '/webhook') return next();
    ctx.respond = false;
    await sendResponse(await webhook(await toFetchRequest(ctx.req)), ctx.res);
  });
  app.use(
    tenantMiddleware(pool, {
      resolve,
      user: (ctx) => ctx.get('x-user') || null,
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(onError !== undefined && { errors: 'throw' }),
    }),
  );
  if (guards !== undefined) app.use(guard(...guards));
  app.use(async (ctx) => {
    if (ctx.method === 'OPTIONS') return;
    const result = await handle(ctx.path.slice(1), await body(ctx));
    const isStream =
      result !== null && typeof result === 'object' && Symbol.asyncIterator in result;
    ctx.body = isStream
      ? Readable.from(result as AsyncIterable<string>)
      : JSON.stringify(result ?? null);
  });
  return app;
}

const sockets = (server: Server, { connect }: ConformanceApplication) =>
  serveSockets(server, pool, {
    resolve,
    user: ({ headers }) => headers['x-user'] as string | undefined,
    open: async ({ url = '/' }) => {
      const answer = await connect(url.slice(1));
      return async (text, socket) => socket.send(JSON.stringify(await answer(text)));
    },
  });

const body = (ctx: Context) => {
  const type = ctx.get('content-type');
  if (type === '') return undefined;
  const stream = Readable.toWeb(ctx.req) as ConstructorParameters<typeof Response>[0];
  return bodyOf(new Response(stream, { headers: { 'content-type': type } }));
};

adapterConformance(
  { describe, it, afterAll },
  {
    name: 'Koa',
    world,
    answersAfterScope: true,
    guards: true,
    readsBodyInScope: true,
    throwsErrors: true,
    webhook: true,
    webSocket: true,
    httpError: () => Object.assign(new Error('a teapot'), { status: 418, expose: true }),
    start: (given) => listen(application(given).callback(), (server) => sockets(server, given)),
  },
);
