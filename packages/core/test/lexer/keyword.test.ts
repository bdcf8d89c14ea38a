import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { firstKeyword, leadingKeywords, mentions } from '../../src/lexer/keyword.ts';
import { coreDatabase } from '../support/database.ts';

const database = await coreDatabase();
const client = new pg.Client(database.url);
beforeAll(() => client.connect());
afterAll(() => client.end());

const comment: fc.Arbitrary<string> = fc.letrec((self) => ({
  nested: fc
    .array(fc.oneof({ depthSize: 'small' }, self('piece'), self('nested')), { maxLength: 4 })
    .map((pieces) => `/* ${pieces.join(' ')} */`),
  piece: fc.constantFrom(
    ' ',
    'set role',
    '*',
    '/',
    '**',
    '//',
    '--',
    "'",
    '"',
    '\n',
    'commit;',
    '/ *',
    '* /',
  ),
})).nested as fc.Arbitrary<string>;
const blank = fc.oneof(
  fc.constantFrom(' ', '\t', '\n', '\r', '\f', ';', '-- x\n', '--\r', '--begin\n', '/**/', '/***/'),
  comment,
);
const blanks = fc.array(blank, { maxLength: 6 }).map((pieces) => pieces.join(''));
const spelled = (word: string) =>
  fc
    .array(fc.boolean(), { minLength: word.length, maxLength: word.length })
    .map((upper) => [...word].map((c, i) => (upper[i] ? c.toUpperCase() : c)).join(''));

describe('the first keyword of a statement', () => {
  test('is found behind blanks, comments and empty statements, in any case', () => {
    const keyword = fc.constantFrom('begin', 'set', 'commit', 'select', 'declare').chain(spelled);
    fc.assert(
      fc.property(
        blanks,
        keyword,
        fc.constantFrom('', ' x', '/**/', '--', '(', '1', ';'),
        (before, word, after) => {
          expect(firstKeyword(before + word + after)).toBe(word.toLowerCase());
        },
      ),
    );
  });

  // what the server takes for a SET must never be taken for something else
  test('is the one that PostgreSQL sees', async () => {
    const noise = fc.constantFrom(
      ' ',
      ';',
      '(',
      '--',
      '-',
      '/',
      '*',
      '/*',
      '*/',
      '\n',
      '\r',
      '\v',
      '\f',
      '\u00a0',
      '\u2028',
      '\uFEFF',
      "'",
      '"',
      'a',
      '\\',
    );
    const prefix = fc.oneof(
      blanks,
      fc.array(noise, { maxLength: 8 }).map((all) => all.join('')),
    );
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(prefix, async (before) => {
        const sql = `${before}set local search_path = public`;
        const runs = await client.query(sql).then(
          (result) => [result].flat().some(({ command }) => command === 'SET'),
          () => false,
        );
        if (!runs) return;
        accepted++;
        expect(leadingKeywords(sql, 3)).toEqual(['set', 'local', 'search']);
      }),
      { numRuns: 500 },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  test.each([
    ['', ''],
    ['-- begin', ''],
    ['/* never closed set role', ''],
    ['/* a /* b */ begin */ commit', 'commit'],
    ["'begin'", ''],
    ['"set" local', ''],
    ['1; begin', ''],
    ['\uFEFF\uFEFFselect', 'select'],
    ['(select 1)', 'select'],
    ['/*/*/**/*/*/abort', 'abort'],
    ['ſet role x', ''],
  ])('of %j is %j', (sql, keyword) => {
    expect(firstKeyword(sql)).toBe(keyword);
  });
});

describe('two keywords in a row', () => {
  test('are noticed wherever they are, with comments between them', () => {
    fc.assert(
      fc.property(
        spelled('with'),
        spelled('hold'),
        blanks,
        fc.string(),
        (one, two, between, before) => {
          const sql = `${before} cursor ${one}${between === '' ? ' ' : between}${two} for select`;
          expect(mentions(sql, 'with', 'hold')).toBe(true);
        },
      ),
    );
  });

  test.each([
    'without hold',
    'with holding',
    'withhold',
    'hold with',
    'with x hold',
    'cursor for select',
  ])('are not %j', (sql) => {
    expect(mentions(sql, 'with', 'hold')).toBe(false);
  });
});
