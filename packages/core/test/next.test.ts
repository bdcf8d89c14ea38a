import { NextRequest } from 'next/server.js';
import { describe, expect, expectTypeOf, onTestFinished, test, vi } from 'vitest';
import type { Guard } from '../src/adapter/index.ts';
import { TenantryError } from '../src/index.ts';
import { parseDigest } from '../src/next/client.ts';
import { createTenantNext, sharedTenantPool } from '../src/next/index.ts';
import { hostOf } from '../src/next/own-request.ts';
import { header } from '../src/resolvers/index.ts';
import { acme, ada, coreDatabase, tenancy } from './support/database.ts';

// What needs no server of Next; examples/next-minimal has the rest.

const database = await coreDatabase();
const pool = database.pool();
const options = {
  resolve: header('x-tenant', { by: 'slug' }),
  user: ({ headers }: { headers: Pick<Headers, 'get'> }) => headers.get('x-user'),
};
const { withTenant, tenantAction, tenantPage, tenantCache } = createTenantNext(pool, options);
const request = (headers: Record<string, string> = { 'x-tenant': 'acme', 'x-user': ada }) =>
  new NextRequest('http://acme.example/api', { headers });
const silent: Guard = { requires: 'nothing', check: async () => undefined };

test('a handler can be called in a test, with a request of its own', async () => {
  const GET = withTenant(async () => Response.json(tenancy.current().organizationId));
  expect(await (await GET(request(), undefined)).json()).toBe(acme);
  const refused = await GET(request({}), undefined);
  expect(refused.status).toBe(400);
  expect(await refused.json()).toMatchObject({ code: 'TENANT_CLAIM_MISSING' });
});

test('types follow the function, behind guards too', () => {
  const GET = withTenant(silent, async (_, { params }: { params: Promise<{ id: string }> }) => {
    expectTypeOf(await params).toEqualTypeOf<{ id: string }>();
    return new Response();
  });
  expectTypeOf(GET).returns.resolves.toEqualTypeOf<Response>();
  expectTypeOf(GET).parameter(1).toEqualTypeOf<{ params: Promise<{ id: string }> }>();
  const plain = withTenant(async (received) => Response.json(received.nextUrl.pathname));
  expectTypeOf(plain).parameter(0).toEqualTypeOf<NextRequest>();
  const action = tenantAction(silent, silent, async (before: number, form: FormData) => [
    before,
    form,
  ]);
  expectTypeOf(action).parameters.toEqualTypeOf<[number, FormData]>();
  expectTypeOf(action).returns.resolves.toEqualTypeOf<(number | FormData)[]>();
  const page = tenantPage(({ id }: { id: string }) => id);
  expectTypeOf(page).toEqualTypeOf<(props: { id: string }) => Promise<string>>();
  const cached = tenantCache(async (id: string) => [id], ['a']);
  expectTypeOf(cached).toEqualTypeOf<(id: string) => Promise<string[]>>();
});

describe('mistakes are CONFIG_INVALID', () => {
  const mistake = (found: RegExp) =>
    expect.objectContaining({ code: 'CONFIG_INVALID', found: expect.stringMatching(found) });

  test('a wrapper without a function, or with something else than guards', () => {
    for (const wrap of [withTenant, tenantAction, tenantPage] as ((
      ...args: never[]
    ) => unknown)[]) {
      expect(() => wrap()).toThrow(mistake(/without a function at the end/));
      expect(() => wrap(silent as never)).toThrow(mistake(/without a function at the end/));
      expect(() => wrap((() => {}) as never, (() => {}) as never)).toThrow(mistake(/guard/));
    }
  });

  test('tenantCache without a key, or for somebody unknown', () => {
    expect(() => tenantCache(async () => 1, [])).toThrow(mistake(/without a key/));
    const per = 'everybody' as never;
    expect(() => tenantCache(async () => 1, ['a'], { per })).toThrow(mistake(/option per/));
  });

  test('the edge runtime', () => {
    vi.stubEnv('NEXT_RUNTIME', 'edge');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(() => createTenantNext(pool, options)).toThrow(mistake(/the edge runtime/));
  });
});

test('tenantCache needs a scope', async () => {
  const cached = tenantCache(async () => 1, ['a']);
  await expect(cached()).rejects.toMatchObject({ code: 'TENANT_CONTEXT_MISSING' });
});

test('errors: throw leaves them to Next; what is not ours is always left to it', async () => {
  const { withTenant: throwing } = createTenantNext(pool, { ...options, errors: 'throw' });
  const GET = throwing(async () => new Response());
  await expect(GET(request({}), undefined)).rejects.toMatchObject({ code: 'TENANT_CLAIM_MISSING' });
  const failing = withTenant(async () => {
    throw new Error('mine');
  });
  await expect(failing(request(), undefined)).rejects.toThrow('mine');
});

test('copies of a pool in a process of Next are told, once for each', () => {
  vi.stubEnv('NEXT_RUNTIME', 'nodejs');
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  onTestFinished(() => {
    vi.unstubAllEnvs();
    warn.mockRestore();
  });
  const one = database.pool({ application_name: 'next' });
  createTenantNext(one, options);
  createTenantNext(one, options);
  expect(warn).not.toHaveBeenCalled();
  createTenantNext(database.pool({ application_name: 'next' }), options);
  // one that was replaced after an edit is no copy
  for (const max of [1, 2]) {
    const shared = sharedTenantPool(tenancy, { connectionString: database.web, max });
    onTestFinished(() => shared.end());
    createTenantNext(shared, options);
  }
  expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('sharedTenantPool'));
});

describe('parseDigest', () => {
  test.each([
    [{ digest: 'TENANTRY;LIMIT_REACHED;402' }, { code: 'LIMIT_REACHED', status: 402 }],
    [{ digest: '123456' }, undefined],
    [{ digest: 'TENANTRY;LIMIT_REACHED;402;more' }, undefined],
    [{ digest: 'TENANTRY;limit;402' }, undefined],
    [{ digest: 'TENANTRY;LIMIT_REACHED;200' }, undefined],
    [{ digest: 42 }, undefined],
    [new Error('TENANTRY;LIMIT_REACHED;402'), undefined],
    [new TenantryError('TENANT_NOT_FOUND'), undefined],
    [null, undefined],
    ['TENANTRY;LIMIT_REACHED;402', undefined],
  ])('of %o', (error, expected) => {
    expect(parseDigest(error)).toEqual(expected);
  });
});

describe('the host of the client', () => {
  const forwarded = { 'x-forwarded-host': 'acme.acme.app' };
  const own = { ...forwarded, 'x-action-redirect': '/;push' };
  test.each([
    ['localhost:3000', own, 'acme.acme.app'],
    ['127.0.0.1:3000', { ...forwarded, 'x-action-forwarded': '1' }, 'acme.acme.app'],
    ['[::1]:3000', own, 'acme.acme.app'],
    ['f00dcafe:3000', own, 'acme.acme.app'],
    ['localhost:3000', forwarded, 'localhost:3000'],
    ['globex.acme.app', own, 'globex.acme.app'],
    ['localhost.acme.app', own, 'localhost.acme.app'],
    ['dcafe:3000', own, 'dcafe:3000'],
    ['localhost:3000', { 'x-action-redirect': '/' }, 'localhost:3000'],
    [undefined, own, undefined],
  ])('%s with %o', (host, others, expected) => {
    vi.stubEnv('__NEXT_PRIVATE_ORIGIN', 'http://f00dcafe:3000');
    onTestFinished(() => void vi.unstubAllEnvs());
    const headers = new Headers(others);
    if (host !== undefined) headers.set('host', host);
    expect(hostOf(headers)).toBe(expected);
  });
});
