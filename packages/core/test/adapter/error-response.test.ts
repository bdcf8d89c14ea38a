import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tenantryErrorOf, toErrorResponse } from '../../src/adapter/index.ts';
// every code of every package
import '../../../../scripts/error-docs.ts';
import { errorOf } from '../../src/errors/index.ts';
import { type ErrorCode, type KnownError, knownErrors, TenantryError } from '../../src/index.ts';

const codes = knownErrors().map(({ code }) => code as ErrorCode);
const entryOf = (code: ErrorCode) => errorOf(code) as KnownError;
const answer = (code: ErrorCode, found?: string) =>
  toErrorResponse(new TenantryError(code, found === undefined ? {} : { found }));

describe('toErrorResponse', () => {
  test.each(codes)('answers %s as problem+json that no cache keeps', (code) => {
    const { status, headers, body } = answer(code);
    expect(status).toBe(entryOf(code).status);
    expect(headers).toMatchObject({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
    });
    expect(JSON.parse(body)).toMatchObject({
      status,
      code,
      title: expect.any(String),
      type: expect.stringMatching(/^https:\/\//),
    });
    expect(headers['www-authenticate'] !== undefined).toBe(status === 401);
  });

  test('tells what was found when the client can mend it', () => {
    expect(JSON.parse(answer('TENANT_CLAIM_MALFORMED', 'a list.').body)).toEqual({
      type: 'https://tenantry.dev/errors/#tenant-claim-malformed',
      title: entryOf('TENANT_CLAIM_MALFORMED').title,
      status: 400,
      code: 'TENANT_CLAIM_MALFORMED',
      detail: 'a list.',
    });
  });

  test('keeps what was found, the fix and the cause from the client in errors of the server', () => {
    const texts = fc.stringMatching(/^SECRET[ -~]{3,50}$/);
    fc.assert(
      fc.property(fc.constantFrom(...codes), texts, (code, secret) => {
        const { status } = entryOf(code);
        fc.pre(status >= 500 || status === 404);
        const error = new TenantryError(code, { found: secret, fix: secret, cause: secret });
        const { headers, body } = toErrorResponse(error);
        expect(JSON.stringify([headers, JSON.parse(body)])).not.toContain('SECRET');
        if (status >= 500) expect(body).not.toContain(entryOf(code).title);
      }),
    );
  });

  test('never tells two 404 apart', () => {
    expect(answer('TENANT_NOT_FOUND', 'no such tenant')).toEqual(
      answer('TENANT_NOT_FOUND', 'not a member'),
    );
  });

  test('throws errors of others untouched', () => {
    for (const own of [new Error('own'), 'a text', null, undefined, { code: 'TENANT_NOT_FOUND' }]) {
      let thrown: unknown = 'nothing';
      try {
        toErrorResponse(own);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBe(own);
    }
  });
});

describe('tenantryErrorOf', () => {
  const inner = new TenantryError('TENANT_NOT_FOUND');

  test('sees through the query errors of an ORM', () => {
    const wrapped = Object.assign(new Error('Failed query', { cause: inner }), {
      query: 'select 1',
      params: [],
    });
    expect(tenantryErrorOf(wrapped)).toBe(inner);
  });

  test("leaves the application's own errors alone, whatever their cause", () => {
    expect(tenantryErrorOf(new Error('own', { cause: inner }))).toBeUndefined();
  });

  test('knows an error of another copy of this package', () => {
    const foreign = Object.assign(new Error('x'), { code: 'A_NEW_CODE', status: 409, docs: 'd' });
    Object.defineProperty(foreign, Symbol.for('@tenantry/core/error@1'), { value: true });
    expect(JSON.parse(toErrorResponse(foreign).body)).toMatchObject({
      code: 'A_NEW_CODE',
      title: 'A_NEW_CODE',
    });
  });
});
