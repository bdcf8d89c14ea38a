import fc from 'fast-check';
import { expect, test } from 'vitest';
import { operationReader } from '../../src/otel/operation.ts';

const read = (...texts: string[]) => operationReader(true)(texts.map((text) => ({ text })));
const summaryOf = (...texts: string[]) => read(...texts)?.summary;

test.each([
  ['select * from projects', 'SELECT projects'],
  ['SELECT * FROM "Projects" p join x on true', 'SELECT Projects'],
  ['select 1', 'SELECT'],
  ['select * from (select * from a.b) c', 'SELECT a.b'],
  ['select * from generate_series(1, 3), lines', 'SELECT'],
  ["select extract(year from '2026-01-01'::date)", 'SELECT'],
  ['insert into "app"."projects" (name) select from x', 'INSERT app.projects'],
  ['insert into projects(name) values ($1)', 'INSERT projects'],
  ['update only projects set name = $1', 'UPDATE projects'],
  ['delete from projects where id = $1', 'DELETE projects'],
  ['merge into projects p using y on true', 'MERGE projects'],
  ['-- a comment\n with a as (select * from b) select * from a', 'WITH b'],
  ['commit', 'COMMIT'],
  ['', ''],
  ['!!', ''],
])('%s is called %s', (text, expected) => expect(summaryOf(text)).toBe(expected));

test('a batch is called by what its statements share', () => {
  expect(summaryOf('select 1', 'select 2')).toBe('BATCH SELECT');
  expect(summaryOf('select from a', 'select from a')).toBe('BATCH SELECT a');
  expect(summaryOf('select from a', 'delete from a')).toBe('BATCH');
  expect(read('select from a', 'select from b')).toMatchObject({ name: 'BATCH SELECT', batch: 2 });
  expect(read()).toBeUndefined();
});

test('no text, number or comment of a statement is in its operation', () => {
  const secret = 'zq9zq';
  const hidden = fc.constantFrom(
    `'${secret}'`,
    `'it''s ${secret}'`,
    `E'\\'${secret}'`,
    `U&'${secret}'`,
    `$$${secret}$$`,
    `$tag$${secret}$tag$`,
    `/* ${secret} /* ${secret} */ */`,
    `-- ${secret}\n`,
    '987654',
    '98.7654e3',
  );
  const shown = fc.constantFrom(
    'select',
    ' ',
    'from projects',
    '(',
    ')',
    ',',
    '"name"',
    '$1',
    'limit',
  );
  fc.assert(
    fc.property(
      fc.array(fc.oneof(hidden, shown), { maxLength: 12 }),
      fc.boolean(),
      (pieces, cut) => {
        // a text that is never closed goes on to the end
        const { name, summary, text } =
          read(`${pieces.join(' ')}${cut ? ` '${secret}` : ''}`) ?? {};
        expect(`${name} ${summary} ${text}`).not.toMatch(/zq9zq|987654|98\.7654/);
      },
    ),
    { numRuns: 500 },
  );
});
