import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import multipart from '@fastify/multipart';
import websocket from '@fastify/websocket';
import {
  adapterConformance,
  type ConformanceApplication,
  createConformanceWorld,
} from '@tenantry/testing/conformance';
import { testServer } from '@tenantry/testing/vitest';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import { guard, type TenantPluginOptions, tenantPlugin, webhook } from '../../src/fastify/index.ts';
import { header } from '../../src/resolvers/index.ts';

const world = await createConformanceWorld({ server: await testServer() });
const { pool } = world;
afterAll(() => world.end());

beforeAll(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
});

/** How a handler answers. */
type Style = 'a returned value' | 'reply.send from a callback' | 'the reply returned';

interface Way {
  readonly hook: NonNullable<TenantPluginOptions['hook']>;
  readonly style: Style;
}

interface Named {
  readonly Params: { readonly name: string };
}

/** What the handlers of WebSockets answer a message with; made before the reply is hijacked. */
const listeners = new WeakMap<FastifyRequest['raw'], (text: string) => Promise<unknown>>();

function application(given: ConformanceApplication, { hook, style }: Way) {
  const { handle, timeoutMs, guards, onError } = given;
  const app = fastify({ forceCloseConnections: 'idle' });
  app.register(multipart);
  app.register(websocket);
  app.register(webhook(given.webhook), { prefix: '/webhook' });
  app.register(
    tenantPlugin(pool, {
      resolve: header('x-tenant', { by: 'slug' }),
      user: (request) => request.headers['x-user'] as string | undefined,
      hook,
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(onError !== undefined && { errors: 'throw' }),
    }),
  );
  if (onError !== undefined) {
    app.setErrorHandler((error, _request, reply) => {
      const { status, text } = onError(error);
      reply.code(status).send(text);
    });
  }
  const answer = async (request: FastifyRequest<Named>) => {
    const result = await handle(request.params.name, await bodyOf(request));
    const isStream =
      typeof result === 'object' && result !== null && Symbol.asyncIterator in result;
    return isStream
      ? Readable.from(result as AsyncIterable<string>)
      : JSON.stringify(result ?? null);
  };
  const handler = (request: FastifyRequest<Named>, reply: FastifyReply) => {
    if (style === 'a returned value') return answer(request);
    const sent = answer(request).then(
      (payload) => reply.send(payload),
      (error: unknown) => reply.send(error),
    );
    return style === 'the reply returned' ? sent : undefined;
  };
  app.register(async (routes) => {
    const preHandler = guards === undefined ? [] : [guard(...guards)];
    routes.post<Named>('/:name', { preHandler }, handler);
    routes.route<Named>({
      method: 'GET',
      url: '/:name',
      preHandler: [
        ...preHandler,
        async (request) => {
          if (request.ws) listeners.set(request.raw, await given.connect(request.params.name));
        },
      ],
      handler,
      wsHandler: (socket, request) => {
        socket.on('message', async (text) => {
          socket.send(JSON.stringify(await listeners.get(request.raw)?.(String(text))));
        });
      },
    });
  });
  return app;
}

async function bodyOf(request: FastifyRequest): Promise<unknown> {
  if (!request.isMultipart()) return request.body;
  const fields: Record<string, unknown> = {};
  for await (const part of request.parts()) {
    fields[part.fieldname] = part.type === 'file' ? (await part.toBuffer()).byteLength : part.value;
  }
  return fields;
}

const ways: Way[] = [
  { hook: 'onRequest', style: 'a returned value' },
  { hook: 'onRequest', style: 'reply.send from a callback' },
  { hook: 'onRequest', style: 'the reply returned' },
  { hook: 'preHandler', style: 'a returned value' },
];

for (const way of ways) {
  adapterConformance(
    { describe, it, afterAll },
    {
      name: `Fastify (${way.hook}, ${way.style})`,
      world,
      answersAfterScope: true,
      guards: true,
      throwsErrors: true,
      webhook: true,
      webSocket: true,
      httpError: () => Object.assign(new Error('a teapot'), { statusCode: 418 }),
      async start(given) {
        const app = application(given, way);
        await app.listen({ port: 0, host: '127.0.0.1' });
        const { port } = app.server.address() as AddressInfo;
        return { url: `http://127.0.0.1:${port}`, close: () => app.close() };
      },
    },
  );
}
