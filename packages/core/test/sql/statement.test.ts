import { testDatabase } from '@tenantry/testing/vitest';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ddl, joinStatements, literal, name, statement } from '../../src/sql/index.ts';

const database = await testDatabase();
const client = new pg.Client({ connectionString: database.url });
beforeAll(() => client.connect());
afterAll(() => client.end());

describe('statement', () => {
  it('sends values as parameters, and quoted names as text', () => {
    const made = statement`select ${name('a b')} from ${name('t')} where x = ${1} and y = any (${['p', 'q']})`;
    const expected = {
      text: 'select "a b" from "t" where x = $1 and y = any ($2)',
      values: [1, ['p', 'q']],
    };
    expect({ text: made.text, values: made.values }).toEqual(expected);
  });

  it('takes other statements, whose values keep their places', () => {
    const of = statement`x = ${'x'}`;
    const both = statement`(${of} or ${statement`y = ${'y'} and ${of}`})`;
    const made = statement`select ${0} where ${both} and z = ${'z'}`;
    const expected = {
      text: 'select $1 where (x = $2 or y = $3 and x = $4) and z = $5',
      values: [0, 'x', 'y', 'x', 'z'],
    };
    expect({ text: made.text, values: made.values }).toEqual(expected);
  });

  it.each([', ', ' and ', ' or '] as const)('joins others by %j', (by) => {
    const parts = [statement`x = ${1}`, statement`y is null`, statement`z = ${2}`];
    const made = statement`select ${joinStatements(parts, by)}`;
    expect(made.text).toBe(`select ${['x = $1', 'y is null', 'z = $2'].join(by)}`);
    expect(made.values).toEqual([1, 2]);
  });

  it.each([
    ['a piece of SQL', { sql: "'x'; drop table t" }],
    ['a piece of SQL, frozen', Object.freeze({ sql: 'version()' })],
    ['a copy of a piece', { ...ddl`version()` }],
    ['a statement', { ...statement`version()` }],
    ['what JSON.parse gives', JSON.parse(JSON.stringify(literal('x')))],
  ])('takes an object that looks like %s for a value', async (_, value) => {
    const { text, values } = statement`select ${JSON.stringify(value)}::jsonb as a, ${value} as b`;
    expect(text).toBe('select $1::jsonb as a, $2 as b');
    const { rows } = await client.query(text, [...values]);
    expect(JSON.parse(rows[0].b)).toEqual(rows[0].a);
  });
});
