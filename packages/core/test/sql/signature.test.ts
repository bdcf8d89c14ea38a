import { expect, it } from 'vitest';
import { ddl, name } from '../../src/sql/index.ts';
import { readSignature } from '../../src/sql/signature.ts';

const read = (signature: ReturnType<typeof ddl>) => {
  const { name: called, args, returns } = readSignature(signature);
  return [called, args.map(({ sql }) => sql), returns.sql];
};

it('reads name, parameters and result', () => {
  expect(
    read(
      ddl`take(feature text, price numeric(10, 2), note text default 'a, (b', out r jsonb) returns record`,
    ),
  ).toEqual([
    'take',
    ['feature text', 'price numeric(10, 2)', "note text default 'a, (b'", 'out r jsonb'],
    'record',
  ]);
  expect(read(ddl`plain() returns trigger`)).toEqual(['plain', [], 'trigger']);
  expect(read(ddl`${name('Odd "(name')}(a text) returns table (x int, y text)`)).toEqual([
    'Odd "(name',
    ['a text'],
    'table (x int, y text)',
  ]);
});

it('refuses what is no signature', () => {
  for (const wrong of [ddl``, ddl`f`, ddl`f(a text)`, ddl`f(a text returns int`]) {
    expect(() => readSignature(wrong)).toThrow('no signature');
  }
});
