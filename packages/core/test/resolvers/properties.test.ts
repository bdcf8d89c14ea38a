import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TenantryError } from '../../src/index.ts';
import {
  customDomain,
  header,
  param,
  path,
  type SyncResolver,
  subdomain,
} from '../../src/resolvers/index.ts';
import { request, tenancy } from './support.ts';

const slug = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const forms = new Map([
  ['slug', slug],
  ['id', uuid],
  ['domain', /^(?=.{3,253}$)[a-z0-9-]+(\.[a-z0-9-]+)+$/],
]);

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.webUrl(),
  fc.domain(),
  fc.ipV4(),
  fc.ipV6(),
  fc.uuid(),
  fc.stringMatching(/^[a-z%2eE./\\_:@,-]{0,60}$/),
  fc.constantFrom('__proto__', 'constructor', 'prototype', '..', '%2e%2e', '\u0000', '\ud800'),
);
const hosts = fc.oneof(
  nasty,
  nasty.map((text) => `${text}.acme.app`),
  fc.tuple(nasty, nasty).map(([a, b]) => `${a}.${b}:80`),
);
const paths = fc.oneof(
  nasty,
  nasty.map((text) => `/orgs/${text}`),
  nasty.map((text) => `/${text}/x`),
  fc.tuple(nasty, nasty).map(([a, b]) => `/${a}/${b}`),
);
const values = fc.oneof(fc.constant(undefined), hosts, fc.array(hosts, { maxLength: 3 }));

const every: [string, SyncResolver][] = [
  ['subdomain', subdomain({ root: 'acme.app' })],
  ['subdomain of any root', subdomain()],
  ['subdomain behind a proxy', subdomain({ root: 'acme.app', trustProxy: true })],
  ['customDomain', customDomain({ except: 'acme.app' })],
  ['header by id', header('x-tenant')],
  ['header by slug', header('x-tenant', { by: 'slug' })],
  ['header by domain', header('x-tenant', { by: 'domain' })],
  ['path', path('/orgs/:slug/*')],
  ['path segment', path(0)],
  ['path id', path(1, { by: 'id' })],
  ['param', param('slug')],
];

describe('whatever is sent', () => {
  test.each(every)('%s gives a well-formed claim, nothing, or a 400', (_, resolver) => {
    fc.assert(
      fc.property(values, paths, hosts, (value, sentPath, sentParam) => {
        const sent = request({
          host: value,
          path: sentPath,
          headers: { 'x-tenant': value, 'x-forwarded-host': value },
          params: { slug: sentParam },
        });
        try {
          const claim = resolver(sent, tenancy);
          if (claim !== undefined) expect(claim.value).toMatch(forms.get(claim.by) as RegExp);
        } catch (error) {
          expect(TenantryError.is(error, 'TENANT_CLAIM_MALFORMED')).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('every slug comes through every resolver unchanged', () => {
    fc.assert(
      fc.property(fc.stringMatching(slug), (value) => {
        fc.pre(!value.startsWith('xn--') && value !== 'www' && value !== 'app');
        const sent = request({
          host: `${value.toUpperCase()}.acme.app:443`,
          path: `/orgs/${value}/x`,
          headers: { 'x-tenant': value },
          params: { slug: value },
        });
        const claims = [
          subdomain({ root: 'acme.app' }),
          path('/orgs/:slug/*'),
          header('x-tenant', { by: 'slug' }),
          param('slug'),
        ].map((resolver) => resolver(sent, tenancy));
        expect(new Set(claims.map((claim) => claim?.value))).toEqual(new Set([value]));
      }),
    );
  });

  test('no other spelling of a path is followed to a tenant', () => {
    const resolver = path('/orgs/:slug/*');
    const spellings = fc
      .array(fc.tuple(fc.constantFrom(...'/orgs/globex/x'), fc.nat(5)), {
        minLength: 14,
        maxLength: 14,
      })
      .map((picks) =>
        [...'/orgs/globex/x']
          .map((letter, i) => {
            const hex = letter.charCodeAt(0).toString(16);
            switch (picks[i]?.[1]) {
              case 0:
                return `%${hex}`;
              case 1:
                return `%25${hex}`;
              case 2:
                return letter.toUpperCase();
              case 3:
                return letter === '/' ? '//' : letter;
              default:
                return letter;
            }
          })
          .join(''),
      );
    fc.assert(
      fc.property(spellings, (spelling) => {
        let found: string | undefined;
        try {
          found = resolver(request({ path: spelling }), tenancy)?.value;
          expect(found).toBe('globex');
          expect(spelling.startsWith('/orgs/globex')).toBe(true);
        } catch (error) {
          if (!TenantryError.is(error)) throw error;
        }
      }),
      { numRuns: 3000 },
    );
  });
});
