import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { builtApp } from './support/built-app.ts';
import { asAda, asBob, sender } from './support/client.ts';
import { ada, exampleDatabase } from './support/database.ts';
import { serve } from './support/server.ts';

// The guide's promises about pages and caches, against a server that Next has built.

vi.spyOn(console, 'error').mockImplementation(() => {});
const database = await exampleDatabase();
const server = await serve(await builtApp(), database.env);
afterAll(() => server.close());
const send = sender(server.port);
const text = (html: string) =>
  html
    .replaceAll('&quot;', '"')
    .replaceAll('<!-- -->', '')
    .replaceAll(/<script.*?<\/script>/gs, '');
const page = async (path: string, headers: Record<string, string> = asAda) => {
  const { status, body } = await send(path, { headers });
  return { status, body, shown: text(body) };
};
const kind = (name: string, headers?: Record<string, string>) => page(`/pages/${name}`, headers);

describe('a page', () => {
  test('shows the rows of its tenant, to its members', async () => {
    expect((await kind('list')).shown).toMatch(/Anvil.*Rocket/);
    const other = await kind('list', asBob);
    expect(other.shown).toContain('Reactor');
    expect(other.body).not.toContain('Rocket');
  });

  test('is that of notFound() for an unknown tenant and a foreign one alike', async () => {
    const foreign = await kind('list', { ...asAda, 'x-tenant': 'globex' });
    const unknown = await kind('list', { ...asAda, 'x-tenant': 'nobody' });
    const missing = await kind('missing');
    const stable = ({ body }: { body: string }) => body.replaceAll('missing', 'list');
    expect([foreign.status, unknown.status, missing.status]).toEqual([404, 404, 404]);
    expect(foreign.body).toContain('No such page');
    expect(stable(foreign)).toBe(stable(unknown));
    expect(stable(foreign)).toBe(stable(missing));
  });

  test('that a layout refuses has the 404 page, but only where JavaScript draws it', async () => {
    const { status, body, shown } = await page('/board', { ...asAda, 'x-tenant': 'globex' });
    expect(status).toBe(404);
    expect(body).toContain('No such page');
    expect(shown).not.toContain('No such page');
  });

  test('tells the browser code and status of an error, and nothing else', async () => {
    const { status, body } = await kind('secret');
    expect(status).toBe(500);
    expect(body).toContain('TENANTRY;POOL_UNAVAILABLE;503');
    expect(body).not.toContain('secret-of-acme');
    const anonymous = await kind('list', { 'x-tenant': 'acme' });
    expect(anonymous.body).toContain('TENANTRY;NOT_AUTHENTICATED;401');
  });

  test('has a scope of its own beside layouts and parallel routes', async () => {
    const { shown } = await page('/board');
    for (const part of ['layout', 'page', 'left', 'right'])
      expect(shown).toMatch(new RegExp(`${part}: \\[[^\\]]*Anvil[^\\]]*Rocket`));
    expect((await page('/board', asBob)).body).not.toContain('Rocket');
  });

  test('gives no scope to the components that it returns', async () => {
    expect((await kind('late')).shown).toMatch(/refused: TENANT_(CONTEXT_MISSING|SCOPE_ENDED)/);
  });

  test('is never rendered ahead, with generateStaticParams and revalidate', async () => {
    for (const slug of ['first', 'second']) {
      expect((await page(`/posts/${slug}`)).shown).toMatch(new RegExp(`${slug}: .*Rocket`));
      const other = await page(`/posts/${slug}`, asBob);
      expect(other.shown).toMatch(/Reactor/);
      expect(other.body).not.toContain('Rocket');
    }
    expect((await page('/posts/first', {})).body).toContain('TENANTRY;TENANT_CLAIM_MISSING;400');
  });

  test('is the same for a prefetch and for a navigation of the browser', async () => {
    for (const more of [{}, { 'next-router-prefetch': '1' }]) {
      const rsc = async (given: Record<string, string>) => {
        const headers = { ...given, ...more, rsc: '1' };
        // Next wants a hash of the headers in the address
        const { location } = (await send('/pages/list', { headers })).headers;
        return (await send(location ?? '/pages/list', { headers })).body;
      };
      if (Object.keys(more).length === 0) expect(await rsc(asAda)).toContain('Rocket');
      expect(await rsc(asBob)).not.toContain('Rocket');
      expect(await rsc({ ...asAda, 'x-tenant': 'globex' })).not.toContain('Reactor');
      expect(await rsc({ 'x-tenant': 'acme' })).not.toContain('Rocket');
    }
  });

  test('and its metadata may be named by a folder', async () => {
    const { shown } = await page('/orgs/acme', { 'x-user': ada });
    expect(shown).toMatch(/<title>acme: 2<\/title>/);
    expect((await page('/orgs/globex', { 'x-user': ada })).status).toBe(404);
  });
});

describe('tenantCache', () => {
  test('keeps an entry for each tenant, where unstable_cache gives B the rows of A', async () => {
    await kind('kept');
    expect((await kind('kept', asBob)).shown).toMatch(/Reactor/);
    await kind('bare');
    expect((await kind('bare', asBob)).shown).toMatch(/Rocket/);
  });

  test('runs without a user, unless an entry is one user’s', async () => {
    expect((await kind('whose')).shown).toContain(JSON.stringify(['nobody', ada]));
    const second = '00000000-0000-4000-8000-0000000000ad';
    await database.ask(
      `insert into memberships select id, $1 from organizations where slug = 'acme'`,
      [second],
    );
    const hers = await kind('whose', { ...asAda, 'x-user': second });
    expect(hers.shown).toContain(JSON.stringify(['nobody', second]));
  });

  test('makes a stale entry anew after the answer, which is no unfinished work', async () => {
    const shown = async () => Number(/<p>(\d+)<\/p>/.exec((await kind('stale')).shown)?.[1]);
    const first = await shown();
    await sleep(1100); // the age is what is tested
    expect(await shown()).toBe(first);
    await expect.poll(shown).toBeGreaterThan(first);
  });
});
