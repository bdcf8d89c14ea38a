import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  createGuardCheck,
  createTenantGate,
  type EntryPool,
  fetchRequest,
  type GateOptions,
  type SignedIn,
} from '../../src/adapter/index.ts';
import type { PoolEntry, TenantPool } from '../../src/index.ts';
import { header, param, path, subdomain, type TenantRequest } from '../../src/resolvers/index.ts';
import { acme, ada, coreDatabase, tenancy } from '../support/database.ts';
import { failure, gate as opened, until } from '../support/wait.ts';

const database = await coreDatabase();
const pool = database.pool();
const count = async () =>
  (await pool.query('select count(*)::int as n from projects')).rows[0].n as number;

/** Notes what the gate asks for, instead of asking a database for it. */
function recorder() {
  const entries: PoolEntry[] = [];
  const recording: EntryPool = {
    tenancy,
    async enter(entry, fn) {
      entries.push(entry);
      return fn();
    },
  };
  return { entries, recording };
}

const read = (request: Request) => fetchRequest(request);
const bySlug = header('x-organization', { by: 'slug' });
const sent = (slug: string | undefined, url = 'http://localhost/') =>
  new Request(url, slug === undefined ? {} : { headers: { 'x-organization': slug } });

test('a tenant pool is an entry pool', () => {
  expectTypeOf<TenantPool>().toExtend<EntryPool>();
});

describe('the gate', () => {
  test('runs the work in the scope of the tenant, and gives what it gives', async () => {
    const gate = createTenantGate(pool, read, { resolve: bySlug, user: () => ada });
    expect(await gate(sent('acme'), count)).toBe(2);
    expect(await gate(sent('acme'), () => tenancy.current().user)).toBe(ada);
    await expect(count()).rejects.toMatchObject({ code: 'TENANT_CONTEXT_MISSING' });
  });

  test('runs the work at once where nothing makes it wait, and rejects whatever throws', async () => {
    const { recording } = recorder();
    const own = new Error('own');
    const fail = () => {
      throw own;
    };
    const ask = (
      reading: (request: Request) => TenantRequest,
      given: Partial<GateOptions<Request>>,
    ) => {
      const options = { resolve: bySlug, user: () => ada, ...given } as GateOptions<Request>;
      let runs = 0;
      const asked = createTenantGate(recording, reading, options)(sent('acme'), () => ++runs);
      return { asked, runs };
    };
    const now = ask(read, {});
    expect(now.runs).toBe(1);
    expect(await now.asked).toBe(1);
    const later = ask(read, { user: async () => ada });
    expect(later.runs).toBe(0);
    expect(await later.asked).toBe(1);
    await expect(ask(fail, {}).asked).rejects.toBe(own);
    for (const given of [
      { resolve: fail },
      { user: fail },
      { ip: fail },
      { user: async () => fail() },
    ]) {
      await expect(ask(read, given).asked).rejects.toBe(own);
    }
  });

  test('refuses before it runs anything', async () => {
    let runs = 0;
    const ask = (slug: string | undefined, user: SignedIn) =>
      createTenantGate(pool, read, { resolve: bySlug, user: () => user })(sent(slug), () => ++runs);
    await expect(ask(undefined, ada)).rejects.toMatchObject({ code: 'TENANT_CLAIM_MISSING' });
    await expect(ask('A', ada)).rejects.toMatchObject({ code: 'TENANT_CLAIM_MALFORMED' });
    for (const nobody of [null, undefined, '', { id: '' }]) {
      await expect(ask('acme', nobody)).rejects.toMatchObject({ code: 'NOT_AUTHENTICATED' });
    }
    await expect(ask('globex', ada)).rejects.toMatchObject({ code: 'TENANT_NOT_FOUND' });
    await expect(ask('nobody', ada)).rejects.toMatchObject({ code: 'TENANT_NOT_FOUND' });
    await expect(ask('acme', 7)).rejects.toMatchObject({ code: 'TENANT_NOT_FOUND' });
    for (const wrong of [true, 1.5, 2 ** 53, Number.NaN])
      await expect(ask('acme', wrong as never)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    expect(runs).toBe(0);
  });

  test('asks nobody who is signed in when the claim is malformed', async () => {
    const gate = createTenantGate(pool, read, {
      resolve: bySlug,
      user: () => {
        throw new Error('asked');
      },
    });
    await expect(gate(sent('A'), count)).rejects.toMatchObject({ status: 400 });
    await expect(gate(sent('acme'), count)).rejects.toThrow('asked');
  });

  test('hands on who acts, from where, and how long it may take', async () => {
    const { entries, recording } = recorder();
    const gate = createTenantGate(recording, read, {
      resolve: bySlug,
      user: async () => ({ id: 'support', onBehalfOf: ada }),
      verify: 'with-first-statement',
      timeoutMs: 500,
      ip: () => '192.0.2.1',
      requestId: ({ headers }) => headers.get('x-request-id') ?? undefined,
    });
    const { signal } = new AbortController();
    await gate(sent('acme'), () => {}, { signal });
    expect(entries).toEqual([
      {
        claim: { by: 'slug', value: 'acme' },
        user: 'support',
        onBehalfOf: ada,
        verify: 'with-first-statement',
        timeoutMs: 500,
        signal,
        ip: '192.0.2.1',
      },
    ]);
  });

  test('lets everybody into public places of tenants that exist', async () => {
    const gate = createTenantGate(pool, read, { resolve: bySlug, access: 'public' });
    expect(await gate(sent('globex'), count)).toBe(1);
    await expect(gate(sent('nobody'), count)).rejects.toMatchObject({ code: 'TENANT_NOT_FOUND' });
  });

  test('of several readers the first who finds somebody decides', async () => {
    const { entries, recording } = recorder();
    const asked: string[] = [];
    const gate = createTenantGate(recording, read, {
      resolve: bySlug,
      user: [
        (_, from) => {
          asked.push(`key of ${from.header('x-organization')}`);
          return from.header('x-key') === undefined ? undefined : { id: 7, onBehalfOf: ada };
        },
        async () => '',
        ({ headers }) => {
          asked.push('session');
          return headers.get('x-session');
        },
        () => expect.unreachable('somebody was found'),
      ],
    });
    const as = (headers: Record<string, string>) =>
      gate(
        new Request('http://a', { headers: { 'x-organization': 'acme', ...headers } }),
        () => {},
      );
    await as({ 'x-session': ada });
    await as({ 'x-session': ada, 'x-key': 'k' });
    expect(entries.map(({ user, onBehalfOf }) => [user, onBehalfOf])).toEqual([
      [ada, undefined],
      ['7', ada],
    ]);
    expect(asked).toEqual(['key of acme', 'session', 'key of acme']);
    const nobody = createTenantGate(recording, read, {
      resolve: bySlug,
      user: [() => null, () => undefined],
    });
    await expect(nobody(sent('acme'), () => {})).rejects.toMatchObject({
      code: 'NOT_AUTHENTICATED',
    });
    const wrong = createTenantGate(recording, read, {
      resolve: bySlug,
      user: [() => Promise.reject(new Error('no key')), () => ada],
    });
    await expect(wrong(sent('acme'), () => {})).rejects.toThrow('no key');
  });

  test('lets no request on whose client left in the middle of its body, and no guard does', async () => {
    let isCutOff = true;
    const uploading = (request: Request): TenantRequest => ({
      ...fetchRequest(request),
      get isCutOff() {
        return isCutOff;
      },
    });
    const gate = createTenantGate(pool, uploading, { resolve: bySlug, user: () => ada });
    const leaving = {
      requires: 'a client that stays',
      check: async () => {
        isCutOff = true;
        return undefined;
      },
    };
    const check = createGuardCheck([leaving]);
    const ran: string[] = [];
    const ask = () =>
      gate(sent('acme'), async () => {
        ran.push('run');
        await check(uploading(sent('acme')));
        ran.push('handler');
      });
    await expect(ask()).rejects.toMatchObject({ code: 'SCOPE_ABORTED' });
    expect(ran).toEqual([]);
    isCutOff = false;
    await expect(ask()).rejects.toMatchObject({ code: 'SCOPE_ABORTED', status: 499 });
    expect(ran).toEqual(['run']);
  });

  test('lets several resolvers agree', async () => {
    const { entries, recording } = recorder();
    const gate = createTenantGate(recording, read, {
      resolve: [subdomain({ root: 'acme.app' }), bySlug],
      user: () => ada,
    });
    await gate(sent('globex', 'http://globex.acme.app/'), () => {});
    await expect(gate(sent('beta', 'http://globex.acme.app/'), () => {})).rejects.toMatchObject({
      code: 'TENANT_CLAIM_CONFLICT',
    });
    expect(entries).toHaveLength(1);
  });

  test('holds no connection while the work waits', async () => {
    const single = database.pool({ max: 1 });
    const gate = createTenantGate(single, read, { resolve: bySlug, user: () => ada });
    let inside = 0;
    const waiting = Array.from({ length: 5 }, () =>
      gate(sent('acme'), async () => {
        await single.query('select 1');
        inside++;
        // with a connection in hand the first one would keep the others out for ever
        await until(() => inside === 5, 'all five are inside at once');
        return single.query('select 1');
      }),
    );
    expect(await Promise.all(waiting)).toHaveLength(5);
  });

  test.each<[string, Record<string, unknown>]>([
    ['no resolver', { resolve: [], user: () => ada }],
    ['no user', { resolve: bySlug }],
    ['no reader of a user', { resolve: bySlug, user: [] }],
    ['a user that is no function', { resolve: bySlug, user: [() => ada, ada] }],
    ['a user in a public place', { resolve: bySlug, access: 'public', user: () => ada }],
    ['another kind of access', { resolve: bySlug, access: 'all', user: () => ada }],
  ])('refuses options with %s', (_, options) => {
    expect(() => createTenantGate(pool, read, options as unknown as GateOptions<Request>)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });

  test('options that contradict each other do not compile', () => {
    type Options = GateOptions<Request>;
    expectTypeOf<{ resolve: []; user: () => string }>().toExtend<Options>();
    expectTypeOf<{ resolve: []; access: 'public' }>().toExtend<Options>();
    expectTypeOf<{ resolve: []; access: 'public'; user: () => string }>().not.toExtend<Options>();
    expectTypeOf<{ resolve: [] }>().not.toExtend<Options>();
  });
});

describe('fetchRequest', () => {
  test('reads the path as it was sent, the host, headers and parameters', () => {
    const request = new Request('http://a.acme.app:3000/orgs/%61?x=/y#z', {
      headers: { 'X-One': '1' },
    });
    const seen = fetchRequest(request, (name) => `param ${name}`);
    expect(seen).toMatchObject({ method: 'GET', path: '/orgs/%61', host: 'a.acme.app:3000' });
    expect(seen.header('x-one')).toBe('1');
    expect(seen.header('x-two')).toBeUndefined();
    expect(param('slug', { by: 'slug' })({ ...seen, param: () => 'globex' }, tenancy)).toEqual({
      by: 'slug',
      value: 'globex',
    });
    expect(path(0)(fetchRequest(new Request('http://x')), tenancy)).toBeUndefined();
  });

  test('prefers the Host header to the address', () => {
    const request = new Request('http://internal/', { headers: { host: 'globex.acme.app' } });
    expect(fetchRequest(request).host).toBe('globex.acme.app');
  });
});

// the statement is refused because its scope has ended, so a moment later nothing of it is left
test('a statement that was refused because the request had just ended is unfinished work', async () => {
  const narrow = database.pool({ max: 1 });
  const gate = createTenantGate(narrow, read, {
    resolve: bySlug,
    user: () => ada,
    verify: 'with-first-statement',
  });
  let release: (() => void) | undefined;
  const done = opened();
  const holding = tenancy.run(acme, async () => {
    const client = await narrow.connect();
    release = () => client.release();
    await done.promise;
  });
  await until(() => release !== undefined, 'the only client is taken');
  let forgotten: Promise<Error> | undefined;
  const answer = failure(
    gate(sent('acme'), async (scope) => {
      forgotten = failure(narrow.query('select 1'));
      (release as unknown as () => void)();
      expect(scope.end()).toBe(false);
      await forgotten;
    }),
  );
  expect(await answer).toMatchObject({ code: 'SCOPE_WORK_UNFINISHED' });
  expect(await forgotten).toMatchObject({ code: 'TENANT_SCOPE_ENDED' });
  done.resolve();
  await holding;
});
