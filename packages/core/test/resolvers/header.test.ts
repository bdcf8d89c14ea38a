import { describe, expect, test } from 'vitest';
import { header } from '../../src/resolvers/index.ts';
import { acmeId, outcome, textTenancy } from './support.ts';

const malformed = 'TENANT_CLAIM_MALFORMED';
const sent = (value: string | readonly string[] | undefined) => ({
  headers: { 'x-organization': value },
});

describe('header', () => {
  test('gives an id unless another kind is named', () => {
    expect(outcome(header('X-Organization'), sent(acmeId.toUpperCase()))).toBe(acmeId);
    expect(outcome(header('x-organization', { by: 'slug' }), sent('globex'))).toBe('globex');
    expect(outcome(header('x-organization', { by: 'domain' }), sent('globex.com'))).toBe(
      'globex.com',
    );
    expect(outcome(header('x-organization'), sent('Org_1'), textTenancy as never)).toBe('Org_1');
  });

  test('names no tenant when the header is absent', () => {
    expect(outcome(header('x-organization'), {})).toBeUndefined();
  });

  test.each([
    '',
    ' ',
    'a,b',
    `${acmeId}, ${acmeId}`,
    `${acmeId} `,
    `{${acmeId}}`,
    '__proto__',
    "1' or '1'='1",
    'a\u0000b',
    'x'.repeat(5000),
    [acmeId, acmeId],
  ])('refuses %j as an id', (value) => {
    expect(outcome(header('x-organization'), sent(value))).toBe(malformed);
  });

  test.each([
    '',
    'Globex',
    'glo bex',
    '-a',
    'a-',
    'a'.repeat(64),
    'glöbex',
    'a,b',
    '__proto__',
    ['a', 'b'],
  ])('refuses %j as a slug', (value) => {
    expect(outcome(header('x-organization', { by: 'slug' }), sent(value))).toBe(malformed);
  });

  test.each(['', 'x organization', 'x:y', 'x\n'])('refuses the name %j', (name) => {
    expect(() => header(name)).toThrow(/CONFIG_INVALID/);
  });

  test('never repeats the claim in its error', () => {
    const resolver = header('x-organization', { by: 'slug' });
    const read = () =>
      resolver(
        { method: 'GET', path: '/', host: undefined, header: () => 'SECRET value' },
        textTenancy,
      );
    expect(read).toThrow(expect.objectContaining({ status: 400 }));
    expect(read).not.toThrow(/SECRET/);
  });
});
