import { describe, expect, test } from 'vitest';
import { tenancy } from '../support/database.ts';
import { gate, until } from '../support/wait.ts';
import { adaLines, code, type Handler, logged, names, pool, serving, slowly } from './world.ts';

describe('the response', () => {
  test('is sent by the handler itself, when all work is done', async () => {
    let sent: boolean | undefined;
    const { ask } = await serving(async (_, response) => {
      response.json(await names());
      sent = response.headersSent && response.writableEnded;
    });
    const response = await ask();
    expect([response.status, await response.json()]).toEqual([200, ['Anvil', 'Rocket']]);
    expect(sent).toBe(true);
  });

  test('of a handler that is synchronous', async () => {
    const { ask } = await serving((_, response) => response.send(tenancy.current().organizationId));
    expect(await (await ask()).text()).toMatch(/ac3e$/);
  });

  test('becomes a 500 when work was forgotten, and loses what described it', async () => {
    const { ask } = await serving((_, response) => {
      slowly().catch(() => {});
      response.cookie('kept', '1').set({ 'cache-control': 'public', 'content-language': 'de' });
      response.status(201).send('done');
    }, {});
    const response = await ask();
    expect([response.status, response.statusText]).toEqual([500, 'Internal Server Error']);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('etag')).toBeNull();
    expect(response.headers.get('content-language')).toBeNull();
    expect(response.headers.getSetCookie()).toHaveLength(1);
    expect(await code(response)).toBe('SCOPE_WORK_UNFINISHED');
    expect(logged).toHaveBeenCalledWith(expect.objectContaining({ code: 'SCOPE_WORK_UNFINISHED' }));
  });

  test.each<[string, Handler]>([
    [
      'written before',
      (_, response) => {
        response.write('begun;');
        response.end('done');
      },
    ],
    ['with its head written', (_, response) => response.writeHead(200).end('done')],
  ])('is cut when work was forgotten and it was %s', async (_, handler) => {
    const { ask } = await serving((request, response, next) => {
      slowly().catch(() => {});
      handler(request, response, next);
    });
    await expect(ask().then((response) => response.text())).rejects.toThrow();
    await until(() => logged.mock.calls.length === 1, 'it was logged');
  });

  test('stays as it is when it says itself that the server failed', async () => {
    let work: Promise<unknown> | undefined;
    const { ask } = await serving((_, response) => {
      work = slowly();
      work.catch(() => {});
      response.status(503).send('later');
    });
    const response = await ask();
    expect([response.status, await response.text()]).toEqual([503, 'later']);
    await expect(work).rejects.toMatchObject({ code: 'TENANT_SCOPE_ENDED' });
  });

  test('waits for work that is closing, and is sent as the handler left it', async () => {
    const { ask } = await serving(async (_, response) => {
      const client = await pool.connect();
      const closing = client.query('select pg_sleep(0.05)').then(() => client.release());
      response.status(201).json('first');
      response.status(202).set('x-late', '1').json('second');
      await closing.catch(() => {});
    });
    const response = await ask();
    // a client that was not released is forgotten work
    expect([response.status, await code(response)]).toEqual([500, 'SCOPE_WORK_UNFINISHED']);
    expect(response.headers.get('x-late')).toBeNull();
  });

  test('counts once', async () => {
    const { ask } = await serving(async (_, response) => {
      response.end('first');
      response.end('second');
    });
    expect(await (await ask()).text()).toBe('first');
  });

  test('refuses work that begins after it', async () => {
    let late: Promise<unknown> | undefined;
    const { ask } = await serving(async (_, response) => {
      response.json('done');
      late = names();
      await late;
    });
    expect((await ask()).status).toBe(200);
    await expect(late).rejects.toMatchObject({ code: 'TENANT_SCOPE_ENDED' });
    await until(() => logged.mock.calls.length === 1, 'it was logged');
  });
});

describe('time limits', () => {
  test('answer 504 for a handler that never does, and keep the connection', async () => {
    const { raw } = await serving(
      (request, response) => {
        if (request.query.answers) response.send('in time');
      },
      // the second request has to be answered within it
      { timeoutMs: 1000 },
    );
    const text = await raw(
      'GET / HTTP/1.1',
      ...adaLines,
      '',
      'GET /?answers=1 HTTP/1.1',
      ...adaLines,
      'connection: close',
      '',
      '',
    );
    expect(text).toMatch(/^HTTP\/1.1 504 .*SCOPE_TIMEOUT.*HTTP\/1.1 200 .*in time$/s);
  });

  test('survive what a handler does afterwards', async () => {
    const uncaught: unknown[] = [];
    const note = (error: unknown) => uncaught.push(error);
    process.on('uncaughtException', note);
    const done = gate();
    let reached = false;
    const { ask } = await serving(
      (_, response) => {
        reached = true;
        setTimeout(() => {
          try {
            response.status(200).set('x-late', '1').json({ late: true });
            response.writeHead(200, { 'x-late': '1' });
            response.write('late');
            response.flushHeaders();
            response.end('late');
            response.redirect('/late');
          } finally {
            done.resolve();
          }
        }, 150);
      },
      { timeoutMs: 60 },
    );
    // on a busy machine the time may be over before the handler is called
    do expect((await ask()).status).toBe(504);
    while (!reached);
    await done.promise;
    expect((await ask()).status).toBe(504);
    process.off('uncaughtException', note);
    expect(uncaught).toEqual([]);
  });
});
