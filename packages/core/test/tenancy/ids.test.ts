import fc from 'fast-check';
import '../../src/drizzle.ts';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { defineTenancy, type TenantKey, TenantryError } from '../../src/index.ts';
import { claim } from '../../src/resolvers/claim.ts';
import { tenantKey } from '../../src/sql/index.ts';

const of = {
  uuid: defineTenancy({ tenant: 'team', id: 'uuid' }),
  text: defineTenancy({ tenant: 'team', id: 'text' }),
  integer: defineTenancy({ tenant: 'team', id: 'integer' }),
  bigint: defineTenancy({ tenant: 'team', id: 'bigint' }),
};

function refused(kind: keyof typeof of, value: unknown): TenantryError {
  try {
    of[kind].parseId(value);
  } catch (error) {
    if (TenantryError.is(error, 'TENANT_ID_MALFORMED')) return error;
    throw error;
  }
  throw new Error(`${kind} took ${String(value)}`);
}

describe('a number as an id', () => {
  test.each([
    ['integer', 42, '42'],
    ['integer', '42', '42'],
    ['integer', 42n, '42'],
    ['integer', 2 ** 31 - 1, '2147483647'],
    ['bigint', 42, '42'],
    ['bigint', '9007199254740993', '9007199254740993'],
    ['bigint', 2n ** 63n - 1n, '9223372036854775807'],
    ['integer', 0, '0'],
    ['integer', -0, '0'],
    ['integer', '-1', '-1'],
    ['integer', -(2 ** 31), '-2147483648'],
    ['bigint', 0n, '0'],
    ['bigint', '0', '0'],
    ['bigint', -1, '-1'],
    ['bigint', -(2n ** 63n), '-9223372036854775808'],
  ] as const)('%s takes %s', (kind, value, id) => {
    expect(of[kind].parseId(value)).toBe(id);
  });

  test.each([
    [1.5, 'the number 1.5'],
    [Number.NaN, 'the number NaN'],
    [Number.POSITIVE_INFINITY, 'the number Infinity'],
    [2 ** 53, 'the number 9007199254740992'],
    [1e21, 'the number 1e+21'],
    ['01', 'the string 01'],
    ['1e3', 'the string 1e3'],
    ['+1', 'the string +1'],
    ['-0', 'the string -0'],
    ['-01', 'the string -01'],
    ['--1', 'the string --1'],
    ['-', 'the string -'],
    ['', 'a string of 0 characters'],
    [' 1', 'a string of 2 characters'],
    ['1 ', 'a string of 2 characters'],
    ['0x10', 'a string of 4 characters'],
    ['١', 'a string of 1 characters'],
    ['1; drop', 'a string of 7 characters'],
    ['99999999999999999999', 'the string 99999999999999999999'],
    [2n ** 63n, 'the bigint 9223372036854775808'],
    [-(2n ** 63n) - 1n, 'the bigint -9223372036854775809'],
    [-(2 ** 53), 'the number -9007199254740992'],
    [null, 'object'],
    [undefined, 'undefined'],
    [['1'], 'object'],
    [true, 'boolean'],
  ])('neither kind takes %s', (value, found) => {
    expect(refused('integer', value).found).toContain(found);
    expect(refused('bigint', value).found).toContain(found);
  });

  test('an integer ends before a bigint', () => {
    expect(refused('integer', 2 ** 31)).toMatchObject({
      found: 'the number 2147483648',
      fix: 'Pass a whole number from -2147483648 to 2147483647.',
      status: 400,
    });
    expect(refused('integer', -(2 ** 31) - 1).found).toBe('the number -2147483649');
    expect(of.bigint.parseId(2 ** 31)).toBe('2147483648');
  });

  test('what is taken is one spelling, and comes back as it went in', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), (id) => {
        const text = of.bigint.parseId(id);
        expect(of.bigint.parseId(text)).toBe(text);
        expect(tenantKey(of.bigint, text)).toEqual({ teamId: id });
        if (Number.isSafeInteger(Number(id))) expect(of.bigint.parseId(Number(id))).toBe(text);
      }),
    );
  });

  test('no text is taken that is not its own digits', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[-+ 0-9.e_]{1,22}$/)), (text) => {
        try {
          expect(of.bigint.parseId(text)).toBe(text);
        } catch (error) {
          expect(TenantryError.is(error, 'TENANT_ID_MALFORMED')).toBe(true);
          expect(/^(0|-?[1-9]\d{0,17})$/.test(text)).toBe(false);
        }
      }),
    );
  });
});

describe('a text as an id', () => {
  test('char(n) comes filled with spaces, and is the id without them', () => {
    expect(of.text.parseId('org_1     ')).toBe('org_1');
    for (const wrong of [' org_1', 'org 1', 'org_1\n', 'org_1\t', '   ', ''])
      refused('text', wrong);
  });

  test('ULID and prefixed ids are texts, numbers are not', () => {
    expect(of.text.parseId('01ARZ3NDEKTSV4RRFFQ69G5FAV')).toBe('01ARZ3NDEKTSV4RRFFQ69G5FAV');
    expect(of.text.parseId('org_2xAbC-9')).toBe('org_2xAbC-9');
    // nanoid begins with any letter of its alphabet; a shop is known by its domain
    for (const id of ['-V1StGXR8_Z5jdHi6B-my', '_uakgb_J5m9g-0JDMbcJq', 'acme.myshopify.com'])
      expect(of.text.parseId(id)).toBe(id);
    expect(of.text.parseId('x'.repeat(128))).toHaveLength(128);
    for (const wrong of ['x'.repeat(129), '.', '..', '.env', 'a/b', 'a:b', 'a|b', 'Ünder'])
      refused('text', wrong);
    expect(refused('text', 42).found).toBe('the number 42');
    expect(refused('uuid', 42).found).toBe('the number 42');
  });
});

test('the scope has the id as its kind has it', async () => {
  const seen = {
    uuid: await of.uuid.run('018F4D7E-0000-7000-8000-000000000000', () => of.uuid.current().teamId),
    text: await of.text.run('org_1', () => of.text.current().teamId),
    integer: await of.integer.run(42, () => of.integer.current().teamId),
    bigint: await of.bigint.run({ teamId: 42, user: '7' }, () => of.bigint.current().teamId),
  };
  expect(seen).toEqual({
    uuid: '018f4d7e-0000-7000-8000-000000000000',
    text: 'org_1',
    integer: 42,
    bigint: 42n,
  });
  expectTypeOf(seen).toEqualTypeOf<{
    uuid: string;
    text: string;
    integer: number;
    bigint: bigint;
  }>();
  expectTypeOf<TenantKey<'teamId'>>().toEqualTypeOf<{ readonly teamId: string }>();
});

test('a token of a job carries any kind', async () => {
  const secret = 'a secret of the tests, long enough to be one';
  const teams = defineTenancy({ tenant: 'team', id: 'bigint', secret });
  const id = 2n ** 60n + 1n;
  const token = await teams.run(id, () => teams.capture());
  expect(teams.openCapture(token).teamId).toBe(id);
});

describe('a claim', () => {
  test('of a number is the text of the id', () => {
    expect(claim('id', 42, 'the token', of.integer)).toEqual({ by: 'id', value: '42' });
    expect(() => claim('id', 1.5, 'the token', of.integer)).toThrow('the token is not an id');
    expect(() => claim('id', 2 ** 60, 'the token', of.bigint)).toThrow('the token is not an id');
    expect(() => claim('slug', 42, 'the token', of.integer)).toThrow('a number and not a slug');
  });
});

test('the tenant column has the name that is given', () => {
  const teams = defineTenancy({ tenant: 'team', id: 'integer', column: 'teamId' });
  expect(teams).toMatchObject({ column: 'teamId', property: 'teamId', setting: 'app.team_id' });
  expect(teams.columns.scoped().teamId).toBeDefined();
  for (const column of ['', 'x'.repeat(64), 'ü'.repeat(32), 'a\0b', 7]) {
    expect(() =>
      defineTenancy({ tenant: 'team', id: 'integer', column: column as string }),
    ).toThrow('option column');
  }
});
