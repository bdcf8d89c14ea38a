import {
  adapterConformance,
  type ConformanceApplication,
  createConformanceWorld,
} from '@tenantry/testing/conformance';
import { testServer } from '@tenantry/testing/vitest';
import { afterAll, describe, expect, it, test } from 'vitest';
import type { EntryPool } from '../../src/adapter/index.ts';
import type { Handshake } from '../support/adapter-server.ts';
import { failures, inCallbacks } from './broken.ts';
import {
  answerError,
  callback,
  gateOf,
  handshakeOf,
  listen,
  nameOf,
  parsed,
  type Style,
  send,
  wrapped,
} from './plain-http.ts';

const server = await testServer();
const world = await createConformanceWorld({ server });
afterAll(() => world.end());
const { pool, tenancy } = world;
const [acme] = world.tenants;
const httpError = () => Object.assign(new Error('a teapot'), { status: 418 });

for (const [name, style, answersAfterScope] of [
  ['node:http, in the style of Fastify', wrapped, true],
  ['node:http, in the style of Express', callback, false],
] as const) {
  adapterConformance(
    { describe, it, afterAll },
    {
      name,
      world,
      answersAfterScope,
      guards: true,
      // wrapped reads it before the gate
      readsBodyInScope: style === callback,
      throwsErrors: true,
      webhook: true,
      webSocket: true,
      httpError,
      start: (app) => listen(style(pool, app), app),
    },
  );
}

/** The names of the cases that fail for an adapter: all of them, or those whose name has a text. */
const failed = (style: Style, only?: string, capabilities = {}) =>
  failures(world, (app) => listen(style(pool, app), app), only, capabilities);

const gate = gateOf(pool);
type Serve = ReturnType<Style>;

describe('the suite fails an adapter that', () => {
  test('believes the claim', async () => {
    const ids = new Map(world.tenants.map(({ claim, id }) => [claim, id]));
    const broken: Style =
      (_, { handle }) =>
      async (incoming, response) => {
        const id = ids.get(String(incoming.headers['x-tenant'])) ?? acme.id;
        await tenancy
          .run(id, () => handle(nameOf(incoming)))
          .then((result) => send(response, result))
          .catch((error) => answerError(response, error));
      };
    expect(await failed(broken, '400, 401 and 404')).toHaveLength(1);
    expect(await failed(broken, 'foreign')).toEqual([
      'answers an unknown tenant and a foreign one with the same bytes',
      'refuses an upload to a foreign tenant',
    ]);
  });

  test('keeps one tenant for everybody', async () => {
    const fixed: EntryPool = {
      tenancy,
      enter: (entry, fn) =>
        pool.enter({ ...entry, claim: { by: 'id', value: acme.id }, user: acme.user }, fn),
    };
    const names = await failed((_, app) => wrapped(fixed, app));
    expect(names).toContain('runs the handler in the scope of the tenant');
    expect(names).toContain('never mixes concurrent requests of two tenants');
    expect(names).toContain('captures the scope of a request for a job that runs later');
  });

  test('answers before the scope has ended', async () => {
    expect(await failed(callback, 'forgot')).toHaveLength(1);
    expect(await failed(callback, 'HEAD')).toHaveLength(1);
  });

  test('does not tell the gate that the handler failed', async () => {
    const broken: Style =
      (_, { handle }) =>
      async (incoming, response) => {
        let result: unknown;
        let failure: unknown;
        const run = async () => {
          result = await handle(nameOf(incoming)).catch((error) => {
            failure = error;
          });
        };
        try {
          await gate(incoming, run);
          if (failure !== undefined) answerError(response, failure);
          else await send(response, result);
        } catch (error) {
          answerError(response, error);
        }
      };
    expect(await failed(broken, 'leaves the errors of a handler')).toHaveLength(1);
  });

  test('does not pass on the time limit', async () => {
    const names = await failed((_, { timeoutMs, ...rest }) => wrapped(pool, rest));
    expect(names).toEqual(['answers 504 when the time limit is reached, and ends the scope']);
  });

  test('forgets the guards', async () => {
    const names = await failed((_, { guards, ...rest }) => wrapped(pool, rest), 'guard');
    expect(names).toEqual([
      'checks guards one after the other, in the scope, before the handler',
      'answers the error of a guard as problem+json, and does not run the handler',
      'leaves other errors of a guard to the framework',
    ]);
  });

  test('lets HEAD pass the gate', async () => {
    const broken: Style = (_, app) => async (incoming, response) => {
      if (incoming.method !== 'HEAD') return wrapped(pool, app)(incoming, response);
      await app.handle(nameOf(incoming)).catch((error) => answerError(response, error));
      response.end();
    };
    expect(await failed(broken, 'HEAD')).toHaveLength(1);
  });

  test('runs handlers for OPTIONS', async () => {
    const broken: Style = (_, app) => async (incoming, response) => {
      if (incoming.method === 'OPTIONS') incoming.method = 'GET';
      return wrapped(pool, app)(incoming, response);
    };
    expect(await failed(broken, 'OPTIONS')).toHaveLength(1);
  });

  /** A parser between the gate and the handler, which calls it back from the socket. */
  const parsing =
    (end: 'end' | 'close'): Style =>
    (_, { handle }) =>
    async (incoming, response) => {
      const answered = () =>
        new Promise<void>((resolve, reject) => {
          inCallbacks(incoming, end, (body) => {
            handle(nameOf(incoming), body)
              .then((result) => send(response, result))
              .then(resolve, reject);
          });
        });
      await gate(incoming, answered).catch((error) => answerError(response, error));
    };

  test('loses the scope in a body parser', async () => {
    const names = await failed(parsing('end'), 'runs the handler in the scope of the tenant after');
    expect(names).toHaveLength(2);
  });

  test('takes half an upload for a whole one', async () => {
    expect(await failed(parsing('close'), 'aborted')).toHaveLength(1);
  });

  test('keeps the scope of an aborted upload open', async () => {
    const broken: Style = (_, app) => {
      const { guards, ...rest } = app;
      const whole = wrapped(pool, rest);
      return async (incoming, response) => {
        if (guards === undefined) return whole(incoming, response);
        void gate(incoming, async () => {
          await guards[0]?.check(pool, {} as never);
          await new Promise<void>(() => void parsed(incoming).catch(() => {}));
        });
      };
    };
    expect(await failed(broken, 'aborted', { readsBodyInScope: true })).toHaveLength(1);
  });

  test('opens no scope for an upload, although it says so', async () => {
    const broken: Style = (_, { guards, ...app }) => wrapped(pool, app);
    const inScope = { readsBodyInScope: true };
    expect(await failed(broken, 'aborted', inScope)).toHaveLength(1);
  });

  test('sends streams in the scope of whoever came first', async () => {
    const broken: Style =
      (_, { handle }) =>
      async (incoming, response) => {
        const result = await gate(incoming, () => handle(nameOf(incoming)));
        await tenancy.run(acme.id, () => send(response, result)).catch(() => response.destroy());
      };
    expect(await failed(broken, 'scope of its own')).toHaveLength(1);
  });

  test('hides an error after the first byte', async () => {
    const broken: Style =
      (_, { handle }) =>
      async (incoming, response) => {
        const result = await gate(incoming, () => handle(nameOf(incoming)));
        await send(response, result).catch(() => response.end());
      };
    expect(await failed(broken, 'after its first byte')).toHaveLength(1);
  });

  test('holds a connection for each request', async () => {
    const own = await createConformanceWorld({ server, pool: { connectionTimeoutMillis: 300 } });
    const broken = (app: ConformanceApplication) => {
      const handle = (name: string) => own.pool.transaction(() => app.handle(name));
      return listen(wrapped(own.pool, { ...app, handle }));
    };
    expect(await failures(own, broken, 'a hundred requests')).toHaveLength(1);
    await own.end();
  });

  test('cuts the requests that are under way when it is closed', async () => {
    const broken = async (app: ConformanceApplication) => {
      const serve: Serve = wrapped(pool, app);
      const sockets = new Set<{ destroy(): void }>();
      const running = await listen(async (incoming, response) => {
        sockets.add(incoming.socket);
        return serve(incoming, response);
      });
      const close = () => {
        for (const socket of sockets) socket.destroy();
        return running.close();
      };
      return { ...running, close };
    };
    expect(await failures(world, broken, 'when it is closed')).toHaveLength(1);
  });

  test('answers errors that it was told to throw', async () => {
    const broken: Style = (_, { onError, ...app }) => wrapped(pool, app);
    expect(await failed(broken, 'throw', { throwsErrors: true })).toHaveLength(1);
  });

  test('gives a webhook what a JSON parser has left', async () => {
    const broken: Style = (_, app) =>
      wrapped(pool, {
        ...app,
        webhook: async (request) => {
          const body = JSON.stringify(await request.json());
          return app.webhook(new Request(request, { body }));
        },
      });
    expect(await failed(broken, 'webhook', { webhook: true })).toHaveLength(1);
  });

  test('opens WebSockets outside the gate', async () => {
    const open: Serve = Object.assign(async () => {}, {
      handshake: (...[, response, accept]: Parameters<Handshake>) =>
        accept().catch((error) => answerError(response, error)),
    });
    expect(await failed(() => open, 'WebSocket', { webSocket: true })).toHaveLength(2);
  });

  test('keeps the scope of a WebSocket open', async () => {
    const forEver: Serve = Object.assign(async () => {}, {
      handshake: (...[incoming, response, accept]: Parameters<Handshake>) =>
        handshakeOf(pool)(incoming, response, async () => {
          await accept();
          await new Promise(() => {});
        }),
    });
    expect(await failed(() => forEver, 'each message', { webSocket: true })).toHaveLength(1);
  });
});
