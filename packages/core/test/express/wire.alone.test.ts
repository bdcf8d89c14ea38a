import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { request as open } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { describe, expect, test } from 'vitest';
import { tenantErrors, tenantMiddleware } from '../../src/express/index.ts';
import { param } from '../../src/resolvers/index.ts';
import { ada } from '../support/database.ts';
import { gate, until } from '../support/wait.ts';
import { listening } from './application.ts';
import {
  adaLines,
  asAda,
  bobLines,
  code,
  database,
  names,
  options,
  pool,
  serving,
} from './world.ts';

describe('a client that goes away', () => {
  const leaving = (origin: string) => {
    const sent = open(origin, asAda).on('error', () => {});
    sent.end();
    return sent;
  };

  test('before the gate has opened does no harm', async () => {
    const inUser = gate();
    const proceed = gate();
    let code: unknown;
    const { origin, ask } = await serving(
      async (_, response) => {
        response.json(await names());
        code = await names().catch((error) => error.code);
      },
      {
        user: async () => {
          inUser.resolve();
          await proceed.promise;
          return ada;
        },
      },
    );
    const sent = leaving(origin);
    await inUser.promise;
    sent.destroy();
    await until(() => sent.closed, 'the client has left');
    proceed.resolve();
    await until(() => code !== undefined, 'the handler ran');
    expect(code).toBe('TENANT_SCOPE_ENDED');
    expect((await ask()).status).toBe(200);
  });

  test.each([
    [true, 'SCOPE_ABORTED'],
    [false, undefined],
  ])('cancels its work only when told to: %s', async (cancelOnDisconnect, expected) => {
    const begun = gate();
    const left = gate();
    let result: unknown = 'nothing yet';
    const { origin } = await serving(
      async (_, response) => {
        response.once('close', left.resolve);
        begun.resolve();
        await left.promise;
        result = await pool.query('select pg_sleep(0.2)').then(
          () => undefined,
          (error) => error.code,
        );
        response.json('done');
      },
      { cancelOnDisconnect },
    );
    const sent = leaving(origin);
    await begun.promise;
    sent.destroy();
    await until(() => result !== 'nothing yet', 'the handler went on');
    expect(result).toBe(expected);
  });

  test('gives back the connection of a stream that it no longer reads', async () => {
    const QueryStream = (await import('pg-query-stream')).default;
    const single = database.pool({ max: 1 });
    const app = express();
    app.use(tenantMiddleware(single, options));
    app.get('/', async (_, response) => {
      const client = await single.connect();
      const rows = client.query(
        new QueryStream(`select repeat('x', 1000)::text as t from generate_series(1, 1000000)`),
      );
      // pipe leaves its source open for ever when the target is closed
      rows.map(({ t }: { t: string }) => t).pipe(response);
    });
    app.get('/one', async (_, response) => {
      response.json((await single.query('select 1 as one')).rows);
    });
    const { origin } = await listening(app);
    const sent = leaving(origin);
    const [incoming] = await once(sent, 'response');
    await once(incoming, 'data');
    sent.destroy();
    expect(await (await fetch(`${origin}/one`, asAda)).json()).toEqual([{ one: 1 }]);
  });
});

describe('on the wire', () => {
  test('pipelined requests of two tenants get their own answers, in order', async () => {
    const { raw } = await serving(async (request, response) => {
      if (request.query.slow) await pool.query('select pg_sleep(0.05)');
      response.json(await names());
    });
    const text = await raw(
      ...['GET /?slow=1 HTTP/1.1', ...adaLines, ''],
      ...['GET / HTTP/1.1', ...bobLines, ''],
      ...['GET /?slow=1 HTTP/1.1', ...bobLines, ''],
      ...['GET / HTTP/1.1', ...adaLines, 'connection: close', '', ''],
    );
    const bodies = [...text.matchAll(/\[[^\]]*\]/g)].map(([body]) => JSON.parse(body));
    const [acme, globex] = [['Anvil', 'Rocket'], ['Reactor']];
    expect(bodies).toEqual([acme, globex, globex, acme]);
  });

  test('HTTP/1.0, and a request that expects 100 Continue', async () => {
    const { raw } = await serving(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part);
      response.json([String(Buffer.concat(parts)), ...(await names())]);
    });
    const old = await raw('GET / HTTP/1.0', ...adaLines, '', '');
    expect(old).toMatch(/^HTTP\/1.1 200 .*Rocket"\]$/s);
    const expecting = await raw(
      ...['POST / HTTP/1.1', ...adaLines, 'expect: 100-continue', 'content-length: 4'],
      ...['connection: close', '', 'body'],
    );
    expect(expecting).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 .*"body","Anvil"/s);
  });

  test('two hosts, two claims and an address of another host are refused', async () => {
    const { raw } = await serving((_, response) => response.send('in'));
    for (const lines of [
      ['GET / HTTP/1.1', ...adaLines, 'x-organization: acme'],
      ['GET / HTTP/1.1', ...adaLines, 'x-organization: globex'],
    ]) {
      expect(await raw(...lines, 'connection: close', '', '')).toMatch(/^HTTP\/1.1 400 /);
    }
  });

  test('HEAD, 304, redirects, files, downloads and events work as in Express', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'express-')), 'file.txt');
    writeFileSync(file, 'of the file');
    const { ask, origin, raw } = await serving(async (request, response) => {
      await names();
      switch (request.query.what) {
        case 'file':
          return response.sendFile(file);
        case 'download':
          return response.download(file, 'report.txt');
        case 'redirect':
          return response.redirect('/elsewhere');
        case 'events':
          response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
          for (const n of [1, 2]) response.write(`data: ${n}\n\n`);
          return response.end();
        default:
          return response.json('the same');
      }
    });
    const head = await ask({ method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
      200,
      '10',
      '',
    ]);
    const etag = `if-none-match: ${head.headers.get('etag')}`;
    const fresh = await raw('GET / HTTP/1.1', ...adaLines, etag, 'connection: close', '', '');
    expect(fresh).toMatch(/^HTTP\/1.1 304 [^[]*$/);
    expect(await (await ask({}, '/?what=file')).text()).toBe('of the file');
    const range = { headers: { ...asAda.headers, range: 'bytes=0-1' } };
    const part = await ask(range, '/?what=file');
    expect([part.status, await part.text()]).toEqual([206, 'of']);
    const download = await ask({}, '/?what=download');
    expect(download.headers.get('content-disposition')).toContain('report.txt');
    expect(await download.text()).toBe('of the file');
    const redirect = await ask({ redirect: 'manual' }, '/?what=redirect');
    expect([redirect.status, redirect.headers.get('location')]).toEqual([302, '/elsewhere']);
    expect(await (await ask({}, '/?what=events')).text()).toBe('data: 1\n\ndata: 2\n\n');
    expect((await fetch(`${origin}/elsewhere`, asAda)).status).toBe(404);
  });
});

describe('in routers', () => {
  test('the tenant may be a parameter, in sub-applications too, and next("route") goes on', async () => {
    const app = express();
    const inner = express.Router();
    inner.get(
      '/projects',
      (_request, _response, next) => next('route'),
      (_request, response) => {
        response.send('skipped');
      },
    );
    inner.get('/projects', async (request, response) => {
      response.json([request.url, request.originalUrl, await names()]);
    });
    const sub = express();
    sub.use(inner);
    const tenant = tenantMiddleware(pool, { resolve: param('slug'), user: () => ada });
    app.use('/orgs/:slug', tenant, sub);
    app.use(tenantErrors());
    const { origin } = await listening(app);
    const at = async (slug: string) => fetch(`${origin}/orgs/${slug}/projects`);
    expect(await (await at('acme')).json()).toEqual([
      '/projects',
      '/orgs/acme/projects',
      ['Anvil', 'Rocket'],
    ]);
    expect((await at('globex')).status).toBe(404);
    expect((await at('ac%00me')).status).toBe(400);
    expect((await fetch(`${origin}/orgs/acme/elsewhere`)).status).toBe(404);
  });

  test('a second gate is a mistake that says so', async () => {
    const { ask } = await serving(
      (_, response) => response.send('in'),
      {},
      (app) => app.use(tenantMiddleware(pool, options)),
    );
    const response = await ask();
    expect([response.status, await code(response)]).toEqual([500, 'TENANT_SWITCH_REFUSED']);
  });
});
