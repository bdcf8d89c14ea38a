import { describe, expect, test } from 'vitest';
import { customDomain, subdomain } from '../../src/resolvers/index.ts';
import { outcome, request, tenancy } from './support.ts';

const malformed = 'TENANT_CLAIM_MALFORMED';

describe('subdomain', () => {
  const resolver = subdomain({ root: ['acme.app', 'eu.acme.app'], ignore: ['www', 'app'] });
  const on = (host: string | string[] | undefined) => outcome(resolver, { host });

  test('gives the label before the root as a slug', () => {
    expect(resolver(request({ host: 'globex.acme.app' }), tenancy)).toEqual({
      by: 'slug',
      value: 'globex',
    });
    expect(on('globex.acme.app:3000')).toBe('globex');
    expect(on('globex.acme.app.')).toBe('globex');
    expect(on('Globex.ACME.app')).toBe('globex');
    expect(on(['globex.acme.app'])).toBe('globex');
  });

  test('takes the longest root that fits', () => {
    expect(on('globex.eu.acme.app')).toBe('globex');
    expect(on('eu.acme.app')).toBeUndefined();
  });

  test.each([
    undefined,
    'acme.app',
    'www.acme.app',
    'app.acme.app',
    'globex.com',
    'globex.acme.app.evil.com',
    'globexacme.app',
    'evilacme.app',
    '127.0.0.1:3000',
    '[::1]:3000',
    'localhost',
    '0x7f.1',
  ])('names no tenant on %s', (host) => {
    expect(on(host)).toBeUndefined();
  });

  test.each([
    '',
    ' ',
    '.acme.app',
    'a.b.acme.app',
    'globex..acme.app',
    'globex.acme.app..',
    'globex.acme.app:',
    'globex.acme.app:99999',
    'globex.acme.app:80:80',
    'globex.acme.app, beta.acme.app',
    'user@globex.acme.app',
    'globex.acme.app/x',
    'globex.acme.app\u0000',
    'globex\n.acme.app',
    'glo%62ex.acme.app',
    'glöbex.acme.app',
    'gl\u043ebex.acme.app',
    'globex\u3002acme.app',
    '\u212Aglobex.acme.app',
    'globex.acme.app\u0130',
    'xn--glbex-jua.acme.app',
    '__proto__.acme.app',
    '-globex.acme.app',
    'globex-.acme.app',
    `${'a'.repeat(64)}.acme.app`,
    `${'a.'.repeat(200)}acme.app`,
    ['globex.acme.app', 'globex.acme.app'],
    ['globex.acme.app', 'beta.acme.app'],
  ])('refuses %j', (host) => {
    expect(on(host)).toBe(malformed);
  });

  test('says what is wrong with a nested label', () => {
    expect(() => resolver(request({ host: 'a.b.acme.app' }), tenancy)).toThrow(
      /more than one label/,
    );
  });

  test('gives names of object members as plain slugs', () => {
    expect(on('constructor.acme.app')).toBe('constructor');
    expect(on('prototype.acme.app')).toBe('prototype');
  });

  test('believes x-forwarded-host only when told to', () => {
    const sent = { host: 'globex.acme.app', headers: { 'x-forwarded-host': 'beta.acme.app' } };
    expect(outcome(subdomain({ root: 'acme.app' }), sent)).toBe('globex');
    const trusting = subdomain({ root: 'acme.app', trustProxy: true });
    expect(outcome(trusting, sent)).toBe('beta');
    expect(outcome(trusting, { host: 'globex.acme.app' })).toBe('globex');
    const list = { 'x-forwarded-host': 'beta.acme.app, globex.acme.app' };
    expect(outcome(trusting, { host: 'globex.acme.app', headers: list })).toBe(malformed);
  });

  test('asks the public suffix list when no root is named', () => {
    const anywhere = subdomain();
    expect(outcome(anywhere, { host: 'globex.acme.co.uk' })).toBe('globex');
    expect(outcome(anywhere, { host: 'acme.co.uk' })).toBeUndefined();
    expect(outcome(anywhere, { host: 'globex.vercel.app' })).toBeUndefined();
    expect(outcome(anywhere, { host: 'a.globex.vercel.app' })).toBe('a');
    expect(outcome(anywhere, { host: 'localhost:3000' })).toBeUndefined();
    expect(outcome(anywhere, { host: 'a.b.acme.com' })).toBe(malformed);
  });

  test.each([
    'co.uk',
    'com',
    'github.io',
    'Acme.app',
    '.acme.app',
    'acme.app:3000',
    'https://acme.app',
    'acmé.app',
    '',
    [],
  ])('refuses the root %j', (root) => {
    expect(() => subdomain({ root })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });

  test('takes a suffix of the private section when it is yours, and localhost', () => {
    const ours = subdomain({ root: 'github.io', ownsSuffix: true });
    expect(outcome(ours, { host: 'globex.github.io' })).toBe('globex');
    expect(outcome(subdomain({ root: 'localhost' }), { host: 'globex.localhost:3000' })).toBe(
      'globex',
    );
    expect(() => subdomain({ root: 'co.uk', ownsSuffix: true })).toThrow();
  });

  test('reads another kind of claim, and refuses a kind that no directory can have', () => {
    const byCode = subdomain({ root: 'acme.app', by: 'code' });
    expect(byCode(request({ host: 'x.acme.app' }), tenancy)).toEqual({ by: 'code', value: 'x' });
    expect(() => subdomain({ root: 'acme.app', by: "x'y" })).toThrow(/CONFIG_INVALID/);
  });
});

describe('customDomain', () => {
  const resolver = customDomain({ except: 'acme.app' });
  const on = (host: string) => outcome(resolver, { host });

  test('gives the whole host as a domain', () => {
    expect(resolver(request({ host: 'Projects.Globex.com:443' }), tenancy)).toEqual({
      by: 'domain',
      value: 'projects.globex.com',
    });
    expect(on('xn--mnchen-3ya.de')).toBe('xn--mnchen-3ya.de');
  });

  test.each(['acme.app', 'globex.acme.app', 'localhost', '10.0.0.1', '[::1]', 'co.uk', '1.2.3'])(
    'names no tenant on %s',
    (host) => {
      expect(on(host)).toBeUndefined();
    },
  );

  test.each(['münchen.de', 'a_b.globex.com', '-a.globex.com', 'globex.com,acme.app', 'x%2e.com'])(
    'refuses %s',
    (host) => {
      expect(on(host)).toBe(malformed);
    },
  );
});
