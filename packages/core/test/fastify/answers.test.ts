import { PassThrough, Readable } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { tenantPlugin } from '../../src/fastify/index.ts';
import { tenancy } from '../support/database.ts';
import { failure, sleep } from '../support/wait.ts';
import { ask, bare, codeOf, inAcme, options, world } from './app.ts';

const { application, forget, loggedCodes, names, pool } = await world();

describe('what a handler answers', () => {
  test('a value and a Response arrive', async () => {
    const app = application();
    app.get('/', names);
    app.get('/response', async () => Response.json(await names(), { headers: { 'x-own': 'yes' } }));
    const answer = await ask(app, '/');
    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, ['Anvil', 'Rocket']]);
    const response = await ask(app, '/response');
    expect([response.headers['x-own'], response.body]).toEqual(['yes', answer.body]);
    const head = await ask(app, '/', { method: 'HEAD' });
    expect([head.status, head.body]).toEqual([200, '']);
    expect((await app.inject({ url: '/', headers: inAcme })).json()).toEqual(['Anvil', 'Rocket']);
  });

  test('a redirect, a 204, a 304 and an answer of callNotFound arrive', async () => {
    const app = application();
    app.get('/moved', (_, reply) => reply.redirect('/elsewhere'));
    app.get('/empty', (_, reply) => reply.code(204).send());
    app.get('/same', (_, reply) => reply.header('etag', '"x"').code(304).send());
    app.get('/unknown', (_, reply) => reply.callNotFound());
    expect((await ask(app, '/moved')).headers.location).toBe('/elsewhere');
    expect((await ask(app, '/empty')).status).toBe(204);
    expect((await ask(app, '/same')).headers.etag).toBe('"x"');
    expect((await ask(app, '/unknown')).status).toBe(404);
  });

  test('a refused HEAD has the status and no body', async () => {
    const app = application();
    app.get('/', names);
    const head = await ask(app, '/', { method: 'HEAD', headers: {} });
    expect([head.status, head.body, head.headers['content-type']]).toEqual([
      400,
      '',
      'application/problem+json',
    ]);
  });

  test('work that is not over makes the answer a 500, without its headers and its body', async () => {
    const app = application();
    const body = new PassThrough();
    const cancelled = vi.fn();
    const web = new ReadableStream({ cancel: cancelled });
    const payloads: Record<string, unknown> = {
      text: 'done',
      json: { done: true },
      buffer: Buffer.from('done'),
      stream: body,
      web,
      response: new Response('done', { status: 201, headers: { etag: 'x' } }),
      nothing: undefined,
    };
    app.get<{ Params: { kind: string } }>('/:kind', (request, reply) => {
      void forget();
      reply.headers({
        'cache-control': 'public',
        'content-length': '4',
        'content-type': 'text/plain',
        etag: 'x',
        'x-request-id': '7',
      });
      reply.trailer('etag', (_reply, _payload, done) => done(null, 'trailing'));
      reply.send(payloads[request.params.kind]);
    });
    for (const kind of Object.keys(payloads)) {
      const answer = await ask(app, `/${kind}`);
      expect([kind, answer.status, codeOf(answer)]).toEqual([kind, 500, 'SCOPE_WORK_UNFINISHED']);
      expect(answer.headers).toMatchObject({
        'content-type': 'application/problem+json',
        'cache-control': 'no-store',
        'x-request-id': '7',
      });
      expect(answer.headers.etag).toBeUndefined();
    }
    expect(body.destroyed).toBe(true);
    expect(cancelled).toHaveBeenCalled();
    expect(loggedCodes()).toEqual(Object.keys(payloads).map(() => 'SCOPE_WORK_UNFINISHED'));
  });

  test('what nobody has seen goes to the log of the request, without an option logger', async () => {
    const lines: string[] = [];
    const app = bare({
      logger: { level: 'error', stream: { write: (line: string) => void lines.push(line) } },
    });
    app.register(tenantPlugin(pool, options));
    app.get('/', async () => {
      void forget();
      return 'done';
    });
    expect((await ask(app, '/')).status).toBe(500);
    expect(JSON.parse(lines.join(''))).toMatchObject({
      level: 50,
      reqId: expect.any(String),
      err: { code: 'SCOPE_WORK_UNFINISHED' },
    });
  });
});

describe('a handler that replies more than once', () => {
  // with a timeout the answer waits for the gate; with forgotten work for the database too
  test.each([[{}], [{ timeoutMs: 60_000 }]])('sends the first answer, with %o', async (given) => {
    const lines: string[] = [];
    const app = application(given, {
      logger: { level: 'warn', stream: { write: (line: string) => void lines.push(line) } },
    });
    app.get('/nothing-returned', async (_, reply) => {
      reply.code(201).send(await names());
    });
    app.get('/twice', (_, reply) => {
      reply.send('first');
      reply.send('second');
    });
    app.get('/and-returns', async (_, reply) => {
      reply.send('first');
      return 'second';
    });
    app.get('/and-throws', async (_, reply) => {
      reply.send('first');
      throw new Error('late');
    });
    const plain = await ask(app, '/nothing-returned');
    expect([plain.status, JSON.parse(plain.body)]).toEqual([201, ['Anvil', 'Rocket']]);
    expect(lines).toEqual([]);
    for (const path of ['/twice', '/and-returns', '/and-throws']) {
      const answer = await ask(app, path);
      expect([path, answer.status, answer.body]).toEqual([path, 200, 'first']);
      expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    }
    expect(lines.map((line) => JSON.parse(line).err.code ?? JSON.parse(line).err.message)).toEqual([
      'FST_ERR_REP_ALREADY_SENT',
      'FST_ERR_REP_ALREADY_SENT',
      'late',
    ]);
  });

  test('sends the 500 of the work that it forgot, once', async () => {
    const app = application();
    app.get('/', async (_, reply) => {
      void forget();
      reply.send('first');
      await sleep(5);
      return 'second';
    });
    const answer = await ask(app, '/');
    expect([answer.status, codeOf(answer)]).toEqual([500, 'SCOPE_WORK_UNFINISHED']);
  });
});

describe('streams', () => {
  test('open a scope of their own, and cannot query in the ended one', async () => {
    const app = application();
    app.get('/', async () => {
      const { organizationId } = tenancy.current();
      async function* body() {
        yield `${(await failure(names())).code};`;
        yield JSON.stringify(await tenancy.run(organizationId, names));
      }
      return Readable.from(body());
    });
    expect((await ask(app, '/')).body).toBe('TENANT_SCOPE_ENDED;["Anvil","Rocket"]');
  });

  test('that fail are a 500 before the first byte, and a cut connection after it', async () => {
    const app = application();
    const failing = (first: string[]) =>
      Readable.from(
        (async function* () {
          yield* first;
          await sleep(5);
          throw new Error('torn');
        })(),
      );
    app.get('/before', async () => failing([]));
    app.get('/after', async () => failing(['half']));
    expect((await ask(app, '/before')).status).toBe(500);
    const torn = await ask(app, '/after');
    expect([torn.status, torn.body, torn.complete]).toEqual([200, 'half', false]);
  });

  test('that fail while the answer waits for the end of the scope do not end the process', async () => {
    const app = application();
    const body = new PassThrough();
    app.get('/', async () => {
      void forget();
      setImmediate(() => body.destroy(new Error('early')));
      return body;
    });
    // otherwise Vitest reports an uncaught exception
    expect((await ask(app, '/')).status).toBe(500);
  });
});
