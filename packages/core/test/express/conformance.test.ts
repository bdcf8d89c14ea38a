import {
  adapterConformance,
  type ConformanceApplication,
  createConformanceWorld,
} from '@tenantry/testing/conformance';
import { testServer } from '@tenantry/testing/vitest';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import multer from 'multer';
import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import { guard, tenantErrors, tenantMiddleware, webhook } from '../../src/express/index.ts';
import { header } from '../../src/resolvers/index.ts';
import { handshakeOf } from '../adapter/plain-http.ts';
import { listenOnLoopback } from '../support/adapter-server.ts';
import { sendResult, uploaded } from './application.ts';

const world = await createConformanceWorld({ server: await testServer() });
const { pool } = world;
afterAll(() => world.end());

beforeAll(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
});

/** The body parsers stand before the gate or behind it. */
function application(given: ConformanceApplication, parsersFirst: boolean): Express {
  const { handle, timeoutMs, guards, onError } = given;
  const app = express();
  const tenant = tenantMiddleware(pool, {
    resolve: header('x-tenant', { by: 'slug' }),
    user: ({ headers }) => (headers['x-user'] as string | undefined) ?? null,
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(onError !== undefined && { errors: 'throw' }),
  });
  const parsers: RequestHandler[] = [express.json(), multer().any(), uploaded];
  app.post('/webhook', webhook(given.webhook));
  const gate = guards === undefined ? [tenant] : [tenant, guard(...guards)];
  app.use(parsersFirst ? [...parsers, ...gate] : [...gate, ...parsers]);
  app.all('/:name', async (request, response, next) => {
    if (request.method === 'OPTIONS') return next();
    await sendResult(response, await handle(request.params.name, request.body));
  });
  app.use(tenantErrors());
  const ownErrors: ErrorRequestHandler = (error, _request, response, next) => {
    if (onError === undefined || response.headersSent) return next(error);
    const { status, text } = onError(error);
    response.status(status).send(text);
  };
  app.use(ownErrors);
  return app;
}

for (const parsersFirst of [true, false]) {
  adapterConformance(
    { describe, it, afterAll },
    {
      name: `Express, with body parsers ${parsersFirst ? 'before' : 'behind'} the gate,`,
      world,
      answersAfterScope: true,
      guards: true,
      readsBodyInScope: !parsersFirst,
      throwsErrors: true,
      webhook: true,
      webSocket: true,
      httpError: () => Object.assign(new Error('a teapot'), { status: 418 }),
      start: (given) =>
        listenOnLoopback(application(given, parsersFirst), given, handshakeOf(pool)),
    },
  );
}
