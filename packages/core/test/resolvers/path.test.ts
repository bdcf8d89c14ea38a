import { describe, expect, test } from 'vitest';
import { param, path } from '../../src/resolvers/index.ts';
import { acmeId, outcome, tenancy, textTenancy } from './support.ts';

const malformed = 'TENANT_CLAIM_MALFORMED';

describe('path with a pattern', () => {
  const resolver = path('/orgs/:slug/*');
  const at = (sent: string | undefined) => outcome(resolver, { path: sent });

  test.each([
    '/orgs/globex',
    '/orgs/globex/',
    '/orgs/globex/projects',
    '/orgs/globex/my%20file',
    '/orgs/globex?x=/orgs/beta',
    '/orgs/globex/a//b',
  ])('gives the segment of %s', (sent) => {
    expect(at(sent)).toBe('globex');
  });

  test.each(['/', '', '/orgs', '/orgs/', '/organizations/globex', '/x/orgs/globex', '/%zz'])(
    'names no tenant at %j',
    (sent) => {
      expect(at(sent)).toBeUndefined();
    },
  );

  test.each([
    '/%6Frgs/globex',
    '/%256Frgs/globex',
    '/ORGS/globex',
    '//orgs/globex',
    '/orgs//globex',
    '/orgs%2Fglobex',
    '/orgs\\globex',
    'orgs/globex',
    '/orgs/./globex',
    '/x/../orgs/globex',
    '/orgs/globex/%2e%2e/beta',
    '/orgs/globex/%252e%252e/beta',
    '/orgs/globex/..',
    '/orgs/..%2fbeta',
    '/orgs/Globex',
    '/orgs/glo%62ex',
    '/orgs/globex%00',
    '/orgs/globex\u0000',
    '/orgs/glöbex',
    '/orgs/globex,beta',
    '/orgs/__proto__',
    `/orgs/${'a'.repeat(64)}`,
    `/${'a'.repeat(9000)}`,
  ])('refuses %j', (sent) => {
    expect(at(sent)).toBe(malformed);
  });

  test('needs the exact number of segments without *', () => {
    const exact = path('/orgs/:slug');
    expect(outcome(exact, { path: '/orgs/globex' })).toBe('globex');
    expect(outcome(exact, { path: '/orgs/globex/' })).toBe('globex');
    expect(outcome(exact, { path: '/orgs/globex/x' })).toBeUndefined();
    expect(outcome(exact, { path: '/orgs/globex%2Fx' })).toBe(malformed);
  });

  test('finds the claim between literals', () => {
    const between = path('/api/:slug/v1/*');
    expect(outcome(between, { path: '/api/globex/v1/x' })).toBe('globex');
    expect(outcome(between, { path: '/api/globex/v2/x' })).toBeUndefined();
  });

  test('names no tenant where the framework hides the path', () => {
    expect(
      resolver(
        { method: 'GET', path: undefined, host: undefined, header: () => undefined },
        tenancy,
      ),
    ).toBeUndefined();
  });

  test.each([
    'orgs/:slug',
    '/orgs',
    '/:a/:b',
    '/orgs/:slug/*/x',
    '/orgs/*',
    '/a b/:slug',
    '/%6F/:s',
  ])('refuses the pattern %s', (pattern) => {
    expect(() => path(pattern)).toThrow(/CONFIG_INVALID/);
  });
});

describe('path with a segment number', () => {
  test('gives that segment', () => {
    expect(outcome(path(0), { path: '/globex/projects' })).toBe('globex');
    expect(outcome(path(1), { path: '/t/globex' })).toBe('globex');
    expect(outcome(path(0), { path: '/' })).toBeUndefined();
    expect(outcome(path(1), { path: '/t' })).toBeUndefined();
    expect(outcome(path(0), { path: '//globex' })).toBe(malformed);
    expect(outcome(path(0), { path: '/%67lobex' })).toBe(malformed);
    expect(outcome(path(1), { path: '//t/globex' })).toBe(malformed);
    expect(outcome(path(1), { path: '/a%2Fb/globex' })).toBe(malformed);
    for (const index of [-1, 1.5, 32, Number.NaN]) expect(() => path(index)).toThrow(/CONFIG_/);
  });

  test('reads ids as the tenancy spells them', () => {
    expect(outcome(path(0, { by: 'id' }), { path: `/${acmeId.toUpperCase()}` })).toBe(acmeId);
    expect(outcome(path(0, { by: 'id' }), { path: '/globex' })).toBe(malformed);
    expect(outcome(path(0, { by: 'id' }), { path: '/Org_1x' }, textTenancy as never)).toBe(
      'Org_1x',
    );
  });
});

describe('param', () => {
  test('gives what the router has taken from the path', () => {
    expect(outcome(param('slug'), { params: { slug: 'globex' } })).toBe('globex');
    expect(outcome(param('slug'), { params: {} })).toBeUndefined();
    expect(outcome(param('slug'), {})).toBeUndefined();
    for (const slug of ['', '..', 'a/b', 'Globex', '__proto__', 'a\u0000', 'a,b']) {
      expect(outcome(param('slug'), { params: { slug } })).toBe(malformed);
    }
  });
});
