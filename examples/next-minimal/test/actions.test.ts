import { afterAll, describe, expect, test, vi } from 'vitest';
import { builtApp } from './support/built-app.ts';
import { actionId, asAda, multipart, sender } from './support/client.ts';
import { ada, exampleDatabase } from './support/database.ts';
import { serve } from './support/server.ts';

// The guide's promises about actions, against a server that Next has built.

const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
const database = await exampleDatabase();
const server = await serve(await builtApp(), database.env);
afterAll(() => server.close());
const send = sender(server.port);
const page = (path: string, headers: Record<string, string> = asAda) => send(path, { headers });
const written = async (name: string) =>
  (await database.ask('select from projects where name = $1', [name])).length;

describe('an action', async () => {
  const acts = (await page('/acts')).body;
  const post = (
    path: string,
    form: string,
    fields: Record<string, string>,
    headers: Record<string, string | string[]>,
  ) => {
    const sent = multipart({ [`$ACTION_ID_${actionId(acts, form)}`]: '', ...fields });
    return send(path, {
      method: 'POST',
      body: sent.body,
      headers: { ...sent.headers, ...headers },
    });
  };
  /** As the client of Next does. */
  const call = (form: string, args: unknown[], headers: Record<string, string>, path = '/acts') =>
    send(path, {
      method: 'POST',
      body: JSON.stringify(args),
      headers: { ...headers, 'next-action': actionId(acts, form), 'content-type': 'text/plain' },
    });

  test('runs for the tenant of its own request, whatever page it is posted to', async () => {
    for (const path of ['/acts', '/orgs/globex/acts'])
      await post(path, 'add', { name: `written by ${path}` }, asAda);
    const rows = await database.ask(
      `select slug from projects join organizations o on o.id = organization_id
       where projects.name like 'written by%'`,
    );
    expect(rows).toEqual([{ slug: 'acme' }, { slug: 'acme' }]);
    await database.ask(`delete from projects where name like 'written%'`);
    for (const path of ['/acts', '/orgs/globex', '/posts/first', '/board']) {
      const { body } = await call('list', [], asAda, path);
      expect(body).toContain('Rocket');
      expect(body).not.toContain('Reactor');
    }
  });

  test('keeps the host of the client where Next sends it on, or fetches where it redirects', async () => {
    const host = { host: 'acme.app.localhost', 'x-user': ada };
    // not in the bundle of this page: passed on by a request of Next to itself
    expect((await call('list', [], host, '/board')).body).toContain('Rocket');
    const redirected = await call('redirected', [], host);
    expect(redirected.headers['x-action-redirect']).toBe('/pages/list;push');
    expect(redirected.body).toContain('Rocket');
    // forged, it is a claim as Host is
    const forged = (forwarded: string, more = {}) =>
      page('/pages/list', { 'x-user': ada, 'x-forwarded-host': forwarded, ...more });
    expect((await forged('acme.app.localhost')).body).toContain('TENANT_CLAIM_MISSING');
    const own = { 'x-action-redirect': '/' };
    expect((await forged('globex.app.localhost', own)).status).toBe(404);
    const elsewhere = { ...own, host: 'globex.app.localhost' };
    expect((await forged('acme.app.localhost', elsewhere)).status).toBe(404);
  });

  test('takes a named tenant from its form or argument, and membership decides', async () => {
    const at = (org: string, fields: Record<string, string>) =>
      post(`/orgs/${org}/acts`, 'addNamed', fields, { 'x-user': ada });
    await at('globex', { org: 'acme', name: 'written by name' });
    await at('acme', { org: 'globex', name: 'written as globex' });
    await at('acme', { name: 'written by the path' });
    const rows = await database.ask(`select name from projects where name like 'written%'`);
    expect(rows).toEqual([{ name: 'written by name' }]);
    await database.ask(`delete from projects where name like 'written%'`);
    const asked = (arg: unknown) => call('listNamed', [arg], { 'x-user': ada });
    expect((await asked({ org: 'acme' })).body).toContain('Rocket');
    expect((await asked({ org: 'globex' })).body).not.toContain('Reactor');
    expect((await asked('acme')).body).toContain('TENANT_CLAIM_MISSING');
  });

  test('is refused by Next from a foreign origin, and from none that can be named', async () => {
    const from = (origin: string, more = {}) =>
      post('/acts', 'add', { name: 'written from elsewhere' }, { ...asAda, origin, ...more });
    for (const origin of ['http://evil.example', 'null'])
      expect((await from(origin)).status).toBe(500);
    expect(await written('written from elsewhere')).toBe(0);
  });

  test('is let in by Next without an Origin, and by X-Forwarded-Host: strip it at the edge', async () => {
    const name = 'written by a forged host';
    const forged = { origin: 'http://evil.example', 'x-forwarded-host': 'evil.example' };
    await post('/acts', 'add', { name }, { ...asAda, ...forged });
    expect(await written(name)).toBe(1);
    await database.ask(`delete from projects where name like 'written%'`);
  });

  test('tells its catch code and status of an error, and nothing else', async () => {
    const { body } = await call('secret', [], asAda);
    expect(body).toContain('"digest":"TENANTRY;POOL_UNAVAILABLE;503"');
    expect(body).not.toContain('secret-of-acme');
    expect((await call('list', [], { 'x-tenant': 'acme' })).body).toContain(
      '"digest":"TENANTRY;NOT_AUTHENTICATED;401"',
    );
    expect(String(logged.mock.calls)).not.toContain('password');
  });

  test('does not redirect to a page of thanks when work was not awaited', async () => {
    const answer = await call('forgotten', [], asAda);
    expect(answer.headers['x-action-redirect']).toBeUndefined();
    expect(answer.body).toContain('TENANTRY;SCOPE_WORK_UNFINISHED;500');
  });
});
