import { describe, expect, test, vi } from 'vitest';
import { chain, header, path, type Resolver, subdomain } from '../../src/resolvers/index.ts';
import { acmeId, request, tenancy, textTenancy } from './support.ts';

const bySlug = header('x-organization', { by: 'slug' });
const resolvers = [subdomain({ root: 'acme.app' }), bySlug];
const ask = async (resolver: Resolver, sent: Parameters<typeof request>[0]) =>
  resolver(request(sent), tenancy);
const slug = (value: string) => ({ 'x-organization': value });

describe('chain', () => {
  test('gives the claim of whoever has one', async () => {
    const all = chain(resolvers);
    expect(await ask(all, { host: 'globex.acme.app' })).toEqual({ by: 'slug', value: 'globex' });
    expect(await ask(all, { host: 'acme.app', headers: slug('beta') })).toMatchObject({
      value: 'beta',
    });
    expect(await ask(all, {})).toBeUndefined();
  });

  test('refuses two tenants in one request', async () => {
    const all = chain(resolvers);
    const sent = (value: string) => ({ host: 'globex.acme.app', headers: slug(value) });
    expect(await ask(all, sent('globex'))).toMatchObject({ value: 'globex' });
    await expect(ask(all, sent('beta'))).rejects.toMatchObject({
      code: 'TENANT_CLAIM_CONFLICT',
      status: 400,
    });
    await expect(ask(all, sent('Not a slug'))).rejects.toMatchObject({
      code: 'TENANT_CLAIM_MALFORMED',
    });
  });

  test('refuses two kinds of claims, which it cannot compare', async () => {
    const all = chain([subdomain({ root: 'acme.app' }), header('x-organization')]);
    const sent = { host: 'globex.acme.app', headers: slug(acmeId) };
    await expect(ask(all, sent)).rejects.toMatchObject({ code: 'TENANT_CLAIM_CONFLICT' });
    const alike = chain([path(0), header('x-organization')]);
    const both = request({ path: '/globex', headers: slug('globex') });
    expect(() => alike(both, textTenancy)).toThrow(/TENANT_CLAIM_CONFLICT/);
  });

  test('compares ids as they are stored', async () => {
    const all = chain([path(0, { by: 'id' }), header('x-organization')]);
    const sent = { path: `/${acmeId}`, headers: slug(acmeId.toUpperCase()) };
    expect(await ask(all, sent)).toEqual({ by: 'id', value: acmeId });
  });

  test('waits only for resolvers that make it wait', async () => {
    const late: Resolver = async () => ({ by: 'slug', value: 'beta' });
    const now = request({ headers: slug('beta') });
    expect(chain([bySlug, bySlug])(now, tenancy)).toEqual({ by: 'slug', value: 'beta' });
    const given = chain([bySlug, late, bySlug])(now, tenancy);
    expect(given).toBeInstanceOf(Promise);
    expect(await given).toEqual({ by: 'slug', value: 'beta' });
  });

  test('stops at the first claim when they need not agree', async () => {
    const second = vi.fn<Resolver>();
    const first = chain([bySlug, second], { agree: false });
    expect(await ask(first, { headers: slug('beta') })).toMatchObject({ value: 'beta' });
    expect(second).not.toHaveBeenCalled();
  });

  test.each([
    { by: 'slug', value: 7 },
    { by: 7, value: 'x' },
    { by: 'slug', value: '' },
    { by: 'slug', value: 'a\u0000' },
    { by: 'slug', value: '\ud800' },
    { by: 'slug', value: 'x'.repeat(254) },
    { by: 'id', value: 'not-a-uuid' },
  ])('checks the claim %j of a resolver from elsewhere', async (claim) => {
    const custom = (() => claim) as unknown as Resolver;
    await expect(ask(chain([custom]), {})).rejects.toMatchObject({
      code: 'TENANT_CLAIM_MALFORMED',
    });
  });

  test('passes on the error of a resolver from elsewhere', async () => {
    const own = new Error('own');
    const failing: Resolver = () => {
      throw own;
    };
    await expect(ask(chain([failing]), {})).rejects.toBe(own);
  });

  test('needs at least one resolver', () => {
    expect(() => chain([])).toThrow(/CONFIG_INVALID/);
    expect(() => chain([undefined as never])).toThrow(/CONFIG_INVALID/);
  });
});
