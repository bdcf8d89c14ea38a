import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TenantRequest } from '@tenantry/core/resolvers';
import Koa from 'koa';
import { afterAll, expect, test } from 'vitest';
import { guard, tenantMiddleware } from '../src/koa.ts';
import { listen } from './listen.ts';
import { frameworkWorld, resolve } from './world.ts';

const { pool, asAda } = await frameworkWorld();

/** What the resolvers and guards of Koa read of a request. */
let read: TenantRequest | undefined;
const app = new Koa();
app.use((ctx, next) => {
  // as koa-mount does
  ctx.path = ctx.path.replace(/^\/mounted/, '');
  return next();
});
app.use(tenantMiddleware(pool, { resolve, user: (ctx) => ctx.get('x-user') || null }));
app.use(
  guard({
    requires: 'nothing',
    async check(_, request) {
      const { method, path, host } = request;
      const values = Object.fromEntries(
        ['authorization', 'x-one', 'x-none'].map((name) => [name, request.header(name)]),
      );
      read = { method, path, host, header: (name) => values[name] };
      return undefined;
    },
  }),
);
app.use((ctx) => {
  ctx.body = 'done';
});
const { url, close } = await listen(app.callback());
afterAll(close);

test('headers that were sent twice stay apart, and the path is the whole one', async () => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  const lines = [
    'GET /mounted/orgs?x=1 HTTP/1.1',
    ...['host: a.app', 'host: b.app', 'authorization: one', 'authorization: two', 'x-one: 1'],
    ...Object.entries(asAda).map(([name, value]) => `${name}: ${value}`),
    'connection: close',
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  expect(await text(socket)).toMatch(/^HTTP\/1.1 200 /);
  expect(read).toMatchObject({ method: 'GET', path: '/mounted/orgs', host: ['a.app', 'b.app'] });
  expect(read?.header('authorization')).toEqual(['one', 'two']);
  expect(read?.header('x-one')).toBe('1');
  expect(read?.header('x-none')).toBeUndefined();
});
