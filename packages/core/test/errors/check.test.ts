import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { check, checkOptions, checkType, wholeNumber } from '../../src/errors/index.ts';
import { isoDate, storableText } from '../../src/sql/index.ts';

const codeOf = (fn: () => unknown): unknown => {
  try {
    return fn();
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('checks of what callers pass', () => {
  test('refuse with CONFIG_INVALID, or with the code that is named', () => {
    expect(codeOf(() => check(false, 'x', 'y'))).toBe('CONFIG_INVALID');
    expect(codeOf(() => check(false, 'x', 'y', 'VALUE_REFUSED'))).toBe('VALUE_REFUSED');
    expect(codeOf(() => check(true, 'x'))).toBeUndefined();
  });

  test.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, 0, 11, '5', null, 5n, [5]])(
    'a whole number from 1 to 10 is not %s',
    (value) => {
      const range = { name: 'option batch', least: 1, greatest: 10 };
      expect(codeOf(() => wholeNumber(value, range))).toBe('CONFIG_INVALID');
    },
  );

  test('a whole number in its range is given back', () => {
    expect(wholeNumber(10, { name: 'n', least: 1, greatest: 10 })).toBe(10);
  });

  test.each(['', '\0', 'a\0b', '\ud800', 'x\udfff', 'x'.repeat(11), 5, null, { sql: 'x' }])(
    'a text of 1 to 10 characters is not %j',
    (value) => {
      expect(codeOf(() => storableText(value, { name: 'a name', most: 10 }))).toBe(
        'CONFIG_INVALID',
      );
    },
  );

  test('a well-formed text is given back as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
        fc.pre(!text.includes('\0') && text.length <= 1000);
        expect(storableText(text, { name: 'a name' })).toBe(text);
      }),
    );
  });

  test.each([new Date(Number.NaN), new Date(8.64e15), new Date(-8.64e15), '2026-01-01', 0, null])(
    'a time of the database is not %s',
    (value) => {
      expect(codeOf(() => isoDate(value, { name: 'endsAt' }))).toBe('CONFIG_INVALID');
    },
  );

  test('a Date is given as ISO 8601', () => {
    expect(isoDate(new Date(0), { name: 'endsAt' })).toBe('1970-01-01T00:00:00.000Z');
  });
});

describe('options', () => {
  const types = { name: 'string', size: 'number?', list: 'array?' } as const;
  const read = (options: unknown) =>
    checkOptions('example', options as { name: string }, types as never);

  test.each([
    [{ name: 'a' }],
    [{ name: 'a', size: 1, list: [] }],
    [{ name: 'a', size: undefined }],
    [Object.freeze(Object.assign(Object.create(null), { name: 'a' }))],
  ])('%o are taken', (options) => {
    expect(() => read(options)).not.toThrow();
  });

  test.each([
    [undefined, 'options of example of type undefined'],
    [null, 'options of example of type null'],
    [[], 'options of example of type array'],
    ['secret', 'options of example of type string'],
    [{}, 'option name of example of type undefined'],
    [{ name: 'a', size: null }, 'option size of example of type null'],
    [{ name: 'a', size: 'secret' }, 'option size of example of type string'],
    [{ name: 'a', siez: 'secret' }, 'option siez of example'],
  ])('%o are refused without their values', (options, found) => {
    expect(() => read(options)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', found }));
    expect(() => read(options)).not.toThrow(/secret/);
  });

  test('the code is that of the caller', () => {
    expect(codeOf(() => checkType(1, 'string', 'a name', 'TENANT_NOT_FOUND'))).toBe(
      'TENANT_NOT_FOUND',
    );
  });
});
