import { describe, expect, test, vi } from 'vitest';
import type { EntryPool } from '../../src/adapter/index.ts';
import { tenantPlugin } from '../../src/fastify/index.ts';
import { bob, tenancy } from '../support/database.ts';
import { failure, gate, sleep, until } from '../support/wait.ts';
import {
  type Answer,
  addressOf,
  ask,
  bare,
  codeOf,
  inAcme,
  inGlobex,
  options,
  world,
} from './app.ts';

const { application, forget, logged, loggedCodes, logger, names, pool } = await world();

describe('an end before the reply', () => {
  test('by the time limit is a 504, whatever the handler does afterwards', async () => {
    const lines: string[] = [];
    const stream = { write: (line: string) => void lines.push(line) };
    const app = application({ timeoutMs: 300 }, { logger: { level: 'warn', stream } });
    const begun = new Set<string>();
    const after: unknown[] = [];
    app.addHook('preHandler', async (request) => void begun.add(request.url));
    app.get('/never', () => {});
    app.get('/late', async () => {
      await sleep(400);
      after.push('late');
      return 'late';
    });
    app.get('/catches', async () => {
      after.push((await forget()).code);
      return 'well';
    });
    app.get('/headers', (_, reply) => {
      reply.header('etag', 'x');
    });
    app.get('/begun', (_, reply) => {
      reply.raw.write('half');
    });
    let asked = 0;
    // a slow machine may need longer to reach the handler
    const reach = async (path: string): Promise<Answer> => {
      asked++;
      const answer = await ask(app, path);
      return begun.has(path) ? answer : reach(path);
    };
    for (const path of ['/never', '/late', '/catches', '/headers']) {
      const answer = await reach(path);
      expect([path, answer.status, codeOf(answer)]).toEqual([path, 504, 'SCOPE_TIMEOUT']);
      expect(answer.headers.etag).toBeUndefined();
    }
    const torn = await reach('/begun');
    expect([torn.body, torn.complete]).toEqual(['half', false]);
    expect(lines.filter((line) => line.includes('/begun'))).toEqual([]);
    await until(() => after.includes('late'), 'the handler goes on');
    expect(after).toContain('SCOPE_TIMEOUT');
    expect(loggedCodes()).toEqual(Array(asked).fill('SCOPE_TIMEOUT'));
  });

  test('by a client that hangs up rolls back what is under way, when asked for', async () => {
    const app = application({ cancelOnDisconnect: true });
    const begun = gate();
    let error: unknown;
    const aborted = vi.fn();
    app.get('/', async (request) => {
      request.signal.addEventListener('abort', aborted);
      const sleeping = forget();
      begun.resolve();
      error = await sleeping;
      return 'never';
    });
    const url = await addressOf(app);
    const controller = new AbortController();
    const asking = fetch(url, { headers: inAcme, signal: controller.signal });
    await begun.promise;
    controller.abort();
    await expect(asking).rejects.toThrow();
    await until(() => error !== undefined, 'the statement is cancelled');
    expect(error).toMatchObject({ code: 'SCOPE_ABORTED' });
    expect(aborted).toHaveBeenCalled();
  });

  test('by the timeout of Fastify itself rolls back what is under way', async () => {
    const app = application();
    let forgotten: Promise<{ code?: string }> | undefined;
    app.get('/', { handlerTimeout: 150 }, async () => {
      forgotten = forget();
      await forgotten;
      return 'never';
    });
    // a slow machine may need longer to reach the handler
    while (forgotten === undefined) {
      const answer = await ask(app, '/');
      expect([answer.status, codeOf(answer)]).toEqual([503, 'FST_ERR_HANDLER_TIMEOUT']);
    }
    expect(await forgotten).toMatchObject({ code: 'TENANT_SCOPE_ENDED' });
  });

  test('by the timeout of Fastify itself, before the gate has answered, runs no handler', async () => {
    const lines: string[] = [];
    const stream = { write: (line: string) => void lines.push(line) };
    const go = gate();
    const asked: Promise<unknown>[] = [];
    const app = bare({ logger: { level: 'warn', stream } });
    const gated: EntryPool = {
      tenancy,
      enter(entry, fn) {
        const entered = go.promise.then(() => pool.enter(entry, fn));
        asked.push(entered);
        return entered;
      },
    };
    app.register(tenantPlugin(gated, { ...options, logger, timeoutMs: 10_000 }));
    const handler = vi.fn(() => 'never');
    app.get('/', { handlerTimeout: 50 }, handler);
    const stranger = { ...inAcme, 'x-user': bob };
    for (const headers of [inAcme, stranger])
      expect((await ask(app, '/', { headers })).status).toBe(503);
    lines.length = 0;
    go.resolve();
    const entered = await Promise.allSettled(asked);
    expect(entered.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await sleep(5);
    expect(handler).not.toHaveBeenCalled();
    expect([lines, logged]).toEqual([[], []]);
  });

  test('by a client that is gone before the gate has let it in harms nobody', async () => {
    const app = application({
      ip: (request) => {
        request.raw.destroy();
        return '127.0.0.1';
      },
    });
    app.get('/', names);
    app.post('/', names);
    await expect(ask(app, '/')).rejects.toThrow();
    const body = { method: 'POST', headers: { ...inAcme, 'content-type': 'application/json' } };
    await expect(ask(app, '/', { ...body, body: '{}' })).rejects.toThrow();
  });
});

describe('a reply past Fastify', () => {
  test('that is hijacked ends the scope; work that was forgotten is rolled back and logged', async () => {
    const app = application();
    const seen: unknown[] = [];
    app.get('/', async (_, reply) => {
      const { organizationId } = tenancy.current();
      void forget().then((error) => seen.push(error.code));
      reply.hijack();
      await until(() => seen.length > 0, 'the forgotten work is rolled back');
      seen.push((await failure(names())).code);
      reply.raw.end(JSON.stringify(await tenancy.run(organizationId, names)));
    });
    expect((await ask(app, '/')).body).toBe('["Anvil","Rocket"]');
    expect(seen).toEqual(['TENANT_SCOPE_ENDED', 'TENANT_SCOPE_ENDED']);
    await until(() => logged.length > 0, 'it is logged');
    expect(loggedCodes()).toEqual(['SCOPE_WORK_UNFINISHED']);
    seen.length = 0;
    expect((await app.inject({ url: '/', headers: inAcme })).json()).toEqual(['Anvil', 'Rocket']);
  });

  test('that is ended on the response ends the scope with it', async () => {
    const app = application();
    let forgotten: Promise<{ code?: string }> | undefined;
    app.get('/', (_, reply) => {
      forgotten = forget();
      reply.raw.end('done');
    });
    expect((await ask(app, '/')).body).toBe('done');
    expect(await forgotten).toMatchObject({ code: 'TENANT_SCOPE_ENDED' });
    await until(() => logged.length > 0, 'it is logged');
    expect(loggedCodes()).toEqual(['SCOPE_WORK_UNFINISHED']);
  });
});

test('close() lets requests that are under way finish', async () => {
  const app = application({}, { forceCloseConnections: 'idle' });
  const begun = gate();
  const go = gate();
  app.get('/', async () => {
    begun.resolve();
    await go.promise;
    return names();
  });
  const asking = ask(app, '/', { headers: inGlobex });
  await begun.promise;
  const closing = app.close();
  await sleep(10);
  go.resolve();
  expect((await asking).body).toBe('["Reactor"]');
  await closing;
});
