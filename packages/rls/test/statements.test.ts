import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitStatements } from '../src/generate/statements.ts';

// Pieces in which a semicolon ends nothing.
const whole = fc.oneof(
  fc.constantFrom(
    'select 1',
    'a.b',
    '"we;ird"',
    "';'",
    "'it''s;'",
    '/* a; b */',
    '$1',
    'x$y',
    '::',
  ),
  fc.constantFrom('$$ begin; end $$', '$tenantry$ x; $$ y; $$ $tenantry$', '-- a; b\n'),
);
const statement = fc
  .array(whole, { minLength: 1, maxLength: 6 })
  .map((pieces) => `${pieces.join(' ')} end;`);

test('splits between statements and nowhere else', () => {
  fc.assert(
    fc.property(fc.array(statement, { maxLength: 6 }), (statements) => {
      expect(splitStatements(statements.join('\n'))).toEqual(statements.map((s) => s.trim()));
    }),
  );
});

test('keeps a last statement without a semicolon', () => {
  expect(splitStatements('select 1; select 2')).toEqual(['select 1;', 'select 2']);
});

test('of text without statements is empty', () => {
  expect(splitStatements(' \n ')).toEqual([]);
});
