import { afterAll, describe, expect, test, vi } from 'vitest';
import { builtApp } from './support/built-app.ts';
import { asAda, asBob, type Received, sender } from './support/client.ts';
import { ada, bob, exampleDatabase, tenancy } from './support/database.ts';
import { serve } from './support/server.ts';

// The guide's promises about route handlers, against a server that Next has built.

const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
const database = await exampleDatabase();
const server = await serve(await builtApp(), database.env);
afterAll(() => server.close());
const send = sender(server.port);
const edge = (kind: string, headers: Record<string, string> = asAda) =>
  send(`/api/edges/${kind}`, { headers });
const names = ({ body }: Received) => (JSON.parse(body) as { name: string }[]).map((p) => p.name);
const written = async (name: string) =>
  (await database.ask('select from projects where name = $1', [name])).length;

describe('a tenant by the host', () => {
  const at = (host: string, others: Record<string, string> = {}) =>
    send('/api/projects', { headers: { host, 'x-user': ada, ...others } });

  test('is that of the Host header, and of nothing that a client may add', async () => {
    expect(names(await at('acme.app.localhost:3000'))).toEqual(['Anvil', 'Rocket']);
    const forwarded = { 'x-forwarded-host': 'acme.app.localhost', forwarded: 'host=acme' };
    expect((await at('globex.app.localhost', forwarded)).status).toBe(404);
    expect((await at('localhost', forwarded)).status).toBe(400);
    expect((await at('acme.app.localhost', { 'x-tenant': 'globex' })).status).toBe(400);
  });
});

test('a proxy shares no scope, and what it sets is a claim that the wrapper verifies', async () => {
  const as = (alias: string) =>
    send('/api/projects', { headers: { 'x-alias': alias, 'x-user': ada } });
  expect(names(await as('acme'))).toEqual(['Anvil', 'Rocket']);
  expect((await as('globex')).status).toBe(404);
});

test('a folder of the path names the tenant, decoded once, and membership decides', async () => {
  const at = (org: string, user = ada) => send(`/api/orgs/${org}`, { headers: { 'x-user': user } });
  expect(JSON.parse((await at('acme')).body)).toMatchObject({ org: 'acme', user: ada });
  expect(JSON.parse((await at('%61cme')).body)).toMatchObject({ org: 'acme' });
  const foreign = await at('globex');
  const unknown = await at('nobody');
  expect([foreign.status, foreign.body]).toEqual([404, unknown.body]);
  expect((await at('%2561cme')).status).toBe(400);
});

describe('guards', () => {
  test('refuse before the handler, and add their headers to any response', async () => {
    const redirect = await edge('answerWithRedirect');
    expect(redirect.status).toBe(302);
    expect(redirect.headers).toMatchObject({
      location: 'http://elsewhere.example/',
      'x-counted': '1',
    });
  });

  test('of the example: a sixth project is refused, with what the client may know', async () => {
    const create = (name: string) =>
      send('/api/projects', { method: 'POST', headers: asBob, body: JSON.stringify({ name }) });
    const answers = [];
    for (const name of ['2', '3', '4', '5', '6']) answers.push(await create(name));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 403]);
    expect(answers[0]?.headers['x-remaining']).toBe('4');
    expect(JSON.parse(answers[4]?.body ?? '')).toMatchObject({
      code: 'ROW_FORBIDDEN',
      limit: 5,
      used: 5,
    });
    await database.ask(`delete from projects where name in ('2', '3', '4', '5')`);
  });
});

describe('redirect() and notFound()', () => {
  test('answer, and keep what was written before', async () => {
    const redirected = await edge('redirect');
    expect([redirected.status, redirected.headers.location]).toEqual([307, '/elsewhere']);
    expect(await written('written before a redirect')).toBe(1);
    expect((await edge('missing')).status).toBe(404);
    expect(await written('written before notFound')).toBe(1);
    await database.ask(`delete from projects where name like 'written%'`);
  });

  test('do not hide that work was not awaited', async () => {
    const { status, body } = await edge('forgottenRedirect');
    expect([status, JSON.parse(body).code]).toEqual([500, 'SCOPE_WORK_UNFINISHED']);
  });

  test('in a transaction roll it back: the rule no-redirect-in-transaction finds it', async () => {
    expect((await edge('redirectInTransaction')).status).toBe(307);
    expect(await written('written in a transaction')).toBe(0);
  });
});

describe('after()', () => {
  test('opens a scope of its own', async () => {
    expect((await edge('after')).status).toBe(200);
    await expect.poll(() => written('written after')).toBe(1);
    await database.ask(`delete from projects where name like 'written%'`);
  });

  test('cannot use that of the request', async () => {
    const host = globalThis as { lateCode?: unknown };
    expect((await edge('afterInEndedScope')).status).toBe(200);
    await expect.poll(() => host.lateCode).toBe('TENANT_SCOPE_ENDED');
    expect(await written('written in an ended scope')).toBe(0);
  });

  test('is no way out for work that the handler started', async () => {
    const { status, body } = await edge('afterForgotten');
    expect([status, JSON.parse(body).code]).toEqual([500, 'SCOPE_WORK_UNFINISHED']);
  });
});

test('a job gets the scope, signed', async () => {
  const { body } = await edge('job');
  expect(tenancy.openCapture(body).actor).toEqual({ user: ada });
});

test('an error of the server is logged, and its text is not sent', async () => {
  logged.mockClear();
  const { status, body } = await edge('secret');
  expect([status, JSON.parse(body).code]).toEqual([503, 'POOL_UNAVAILABLE']);
  expect(body).not.toContain('secret-of-acme');
  expect(String(logged.mock.calls[0])).toContain('secret-of-acme');
});

describe('what Next answers without the wrapper', () => {
  test('HEAD runs GET; OPTIONS and 405 run nothing', async () => {
    const to = (method: string, headers = {}) => send('/api/projects', { method, headers });
    const head = await to('HEAD', asAda);
    expect([head.status, head.body]).toEqual([200, '']);
    expect((await to('HEAD')).status).toBe(400);
    const options = await to('OPTIONS');
    expect([options.status, options.headers.allow]).toEqual([204, 'GET, HEAD, OPTIONS, POST']);
    expect((await to('DELETE')).status).toBe(405);
  });

  test('a webhook gets the bytes that were signed', async () => {
    const body = Buffer.from('{"a":  1, "é": "\\u00e9"}\n');
    const echoed = await send('/api/edges/webhook', { method: 'POST', body });
    expect(echoed.body).toBe(body.toString());
  });
});

test('all bundles of the process share one pool', async () => {
  const paths = ['/api/projects', '/pages/list', '/board', '/api/edges/list', '/'];
  const many = Array.from({ length: 100 }, (_, i) =>
    send(paths[i % 5] ?? '/', { headers: i % 2 ? asAda : { ...asBob, 'x-user': bob } }),
  );
  const statuses = (await Promise.all(many)).map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([200]));
  const [counted] = await database.ask(
    `select count(*)::int n from pg_stat_activity
     where usename = 'next_web' and datname = current_database()`,
  );
  expect(counted).toEqual({ n: 4 });
});
