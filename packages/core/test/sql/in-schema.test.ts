import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ddl,
  inSchema,
  literal,
  name,
  sqlLiteral,
  statement,
  textInSchema,
} from '../../src/sql/index.ts';

const moved = (sql: string) => textInSchema('own', sql);

describe('SQL in the schema of a tenancy', () => {
  test.each([
    // names
    ['select tenantry.can($1)', 'select own.can($1)'],
    ['select TENANTRY . can($1)', 'select own . can($1)'],
    ['select tenantry /* here */ .can($1)', 'select own /* here */ .can($1)'],
    ['select tenantry."search_a"($1)', 'select own."search_a"($1)'],
    ['select (tenantry.can(1)),tenantry.can(2)', 'select (own.can(1)),own.can(2)'],
    ['create schema if not exists tenantry;', 'create schema if not exists own;'],
    ['grant usage on schema tenantry to app;', 'grant usage on schema own to app;'],
    ['comment on schema tenantry is $a$x$a$', 'comment on schema own is $a$x$a$'],
    // other names
    ['select a.tenantry.b, tenantry_limit.x, x.tenantry', undefined],
    ['select mytenantry.x, tenantry$.x', undefined],
    ['select "tenantry".can(1), U&"tenantry".can(1)', undefined],
    ['select tenantry from t', undefined],
    ['select 1 as exists, tenantry', undefined],
    // texts and comments
    [`select 'tenantry.can', e'\\'tenantry.can', U&'tenantry.can', n'tenantry.x'`, undefined],
    ["select 'it''s tenantry.can'", undefined],
    ['-- tenantry.can\nselect 1', undefined],
    ['/* tenantry.can /* tenantry.x */ tenantry.y */ select 1', undefined],
    ["select 'tenantry.a', tenantry.b", "select 'tenantry.a', own.b"],
    // within dollar quotes
    [
      'do $tenantry$ begin perform tenantry.x(); end $tenantry$',
      'do $tenantry$ begin perform own.x(); end $tenantry$',
    ],
    ["do $$ select 'tenantry.a', tenantry.b $$", "do $$ select 'tenantry.a', own.b $$"],
    ['select $name$tenantry.x()$name$::regprocedure', 'select $name$own.x()$name$::regprocedure'],
    ['select $name$ tenantry $name$::regnamespace', 'select $name$ own $name$::regnamespace'],
    [
      'do $tenantry$ x := $name$ tenantry $name$; $tenantry$',
      'do $tenantry$ x := $name$ own $name$; $tenantry$',
    ],
    [
      'do $a$ execute $b$drop table tenantry.%I$b$; $a$',
      'do $a$ execute $b$drop table own.%I$b$; $a$',
    ],
    ["select $a$tenantry.x 'tenantry.y", "select $a$own.x 'tenantry.y"],
  ])('%s', (sql, expected = sql) => expect(moved(sql)).toBe(expected));

  // every piece is whole, so that pieces in a row are read as one by one
  const text = fc.constantFrom(
    'tenantry.can',
    'schema tenantry',
    "it's",
    '$a$',
    '--',
    '/*',
    '\\',
    '"',
    '$tenantry$',
  );
  const fixed = fc.oneof(
    text.map((value) => literal(value).sql),
    text.map((value) => name(value).sql),
    text.map((value) => `a.${name(value).sql}`),
    fc.constantFrom(
      'a.tenantry.b',
      'tenantry',
      'tenantry_x.y',
      '-- tenantry.x\n',
      '/* tenantry.x */',
      '$1',
      '1.5',
      '::',
      '(',
    ),
  );
  const renamed = fc.constantFrom(
    'tenantry.can()',
    'TENANTRY.x',
    'schema tenantry',
    'schema if not exists tenantry',
  );
  const pieces = fc.array(fc.record({ fixed, renamed, isOurs: fc.boolean() }), { maxLength: 12 });
  type Piece = { readonly fixed: string; readonly renamed: string; readonly isOurs: boolean };
  const join = (all: readonly Piece[], is: (ours: string) => string) =>
    all.map((each) => (each.isOurs ? is(each.renamed) : each.fixed)).join(' , ');
  const asOwn = (ours: string) => ours.replace(/tenantry/i, 'own');

  test('renames ours, and nothing that users wrote', () => {
    fc.assert(
      fc.property(pieces, (all) => {
        expect(moved(join(all, (ours) => ours))).toBe(join(all, asOwn));
      }),
      { numRuns: 1000 },
    );
  });

  test('does the same within dollar quotes, at any depth', () => {
    const noDollars = pieces.filter((all) => !join(all, String).includes('$'));
    fc.assert(
      fc.property(noDollars, fc.integer({ min: 1, max: 4 }), (all, depth) => {
        const tags = Array.from({ length: depth }, (_, i) => `$t${i}$`);
        const quoted = (sql: string) => tags.reduce((inner, tag) => `${tag}1, ${inner}${tag}`, sql);
        expect(moved(quoted(join(all, (ours) => ours)))).toBe(quoted(join(all, asOwn)));
      }),
      { numRuns: 500 },
    );
  });

  test('leaves every text as it is for the schema it is written for, and is done once', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          pieces.map((all) => join(all, String)),
        ),
        (sql) => {
          expect(textInSchema('tenantry', sql)).toBe(sql);
          expect(moved(moved(sql))).toBe(moved(sql));
        },
      ),
      { numRuns: 1000 },
    );
    const piece = ddl`select tenantry.x()`;
    expect(inSchema('tenantry', piece)).toBe(piece);
    const asked = statement`select tenantry.x(${1})`;
    expect(asked.inSchema('tenantry')).toBe(asked);
  });

  test('a text of ours that holds SQL is in quotes that it does not have itself', () => {
    for (const sql of ['tenantry.x()', 'tenantry."$name$"', '$name1$ $name$ tenantry.y']) {
      const quoted = sqlLiteral({ sql }).sql;
      const [tag = ''] = /^\$\w+\$/.exec(quoted) ?? [];
      expect(quoted.slice(tag.length, -tag.length)).toBe(sql);
      expect(sql).not.toContain(tag);
    }
  });

  test('a statement keeps its values', () => {
    const own =
      statement`select tenantry.${name('can')}(${'tenantry.x'}, ${7}), ${literal('tenantry.y')}`.inSchema(
        'own',
      );
    expect(own.text).toBe(`select own."can"($1, $2), 'tenantry.y'`);
    expect(own.values).toEqual(['tenantry.x', 7]);
    expect(own.inSchema('other').text).toBe(own.text);
  });
});
