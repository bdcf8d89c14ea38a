import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { adapterConformance, type ConformanceApplication } from '@tenantry/testing/conformance';
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import { guard, tenantMiddleware } from '../src/hono.ts';
import { header } from '../src/resolvers/index.ts';
import { conformanceWorld } from './support/conformance-world.ts';
import { coreDatabase } from './support/database.ts';

const database = await coreDatabase();
const pool = database.pool();

beforeAll(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
});

function application({ handle, timeoutMs, guards }: ConformanceApplication): Hono {
  const app = new Hono();
  app.use(
    tenantMiddleware(pool, {
      resolve: header('x-tenant', { by: 'slug' }),
      user: (c) => c.req.header('x-user') ?? null,
      ...(timeoutMs !== undefined && { timeoutMs }),
    }),
  );
  if (guards !== undefined) app.use(guard(...guards));
  app.get('/:name', async (c) => {
    const result = await handle(c.req.param('name'));
    if (result === null || typeof result !== 'object' || !(Symbol.asyncIterator in result)) {
      return c.json(result as object);
    }
    const texts = ReadableStream.from(result as AsyncIterable<string>);
    return new Response(texts.pipeThrough(new TextEncoderStream()));
  });
  return app;
}

adapterConformance(
  { describe, it, afterAll },
  {
    name: 'Hono',
    world: conformanceWorld(database, pool),
    answersAfterScope: true,
    guards: true,
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
