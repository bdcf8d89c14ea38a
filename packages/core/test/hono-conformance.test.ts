import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import {
  adapterConformance,
  type ConformanceApplication,
  createConformanceWorld,
} from '@tenantry/testing/conformance';
import { testServer } from '@tenantry/testing/vitest';
import { type Context, Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import { guard, tenantMiddleware } from '../src/hono.ts';
import { header } from '../src/resolvers/index.ts';

const world = await createConformanceWorld({ server: await testServer() });
const { pool } = world;
afterAll(() => world.end());

beforeAll(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
});

function application(given: ConformanceApplication): Hono {
  const { handle, timeoutMs, guards, onError, webhook } = given;
  const app = new Hono();
  app.post('/webhook', (c) => webhook(c.req.raw));
  app.use(
    tenantMiddleware(pool, {
      resolve: header('x-tenant', { by: 'slug' }),
      user: (c) => c.req.header('x-user') ?? null,
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(onError !== undefined && { errors: 'throw' }),
    }),
  );
  if (guards !== undefined) app.use(guard(...guards));
  if (onError !== undefined) {
    app.onError((error, c) => {
      const { status, text } = onError(error);
      return c.text(text, status as ContentfulStatusCode);
    });
  }
  app.on(['GET', 'POST'], '/:name', async (c) => {
    const result = await handle(c.req.param('name'), await bodyOf(c));
    if (result === null || typeof result !== 'object' || !(Symbol.asyncIterator in result)) {
      return c.json(result as object);
    }
    const texts = ReadableStream.from(result as AsyncIterable<string>);
    return new Response(texts.pipeThrough(new TextEncoderStream()));
  });
  return app;
}

async function bodyOf(c: Context): Promise<unknown> {
  const type = c.req.header('content-type');
  if (type?.startsWith('application/json')) return c.req.json();
  if (type === undefined) return undefined;
  const form = Object.entries(await c.req.parseBody());
  return Object.fromEntries(
    form.map(([name, value]) => [name, typeof value === 'string' ? value : (value as File).size]),
  );
}

adapterConformance(
  { describe, it, afterAll },
  {
    name: 'Hono',
    world,
    answersAfterScope: true,
    guards: true,
    readsBodyInScope: true,
    throwsErrors: true,
    webhook: true,
    httpError: () => new HTTPException(418, { message: 'a teapot' }),
    async start(given) {
      const server = createAdaptorServer({ fetch: application(given).fetch });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        close: () => new Promise((resolve) => server.close(() => resolve())),
      };
    },
  },
);
