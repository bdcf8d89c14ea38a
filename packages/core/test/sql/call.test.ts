import { expect, test } from 'vitest';
import { ddl, functionCall, statement } from '../../src/sql/index.ts';

const sent = (...args: Parameters<typeof functionCall>) => {
  const { text, values } = functionCall(...args);
  return [text, values];
};

test('a call sends its arguments as parameters', () => {
  expect(sent('no_arguments')).toEqual(['select tenantry.no_arguments() as answer', []]);
  expect(sent('take', ['a', null, { sql: 'x' }])).toEqual([
    'select tenantry.take($1, $2, $3) as answer',
    ['a', null, { sql: 'x' }],
  ]);
  // the same text with other values
  expect(sent('take', ['b', 1, 2])).toEqual([
    'select tenantry.take($1, $2, $3) as answer',
    ['b', 1, 2],
  ]);
});

test('an argument may be a piece of SQL, with values of its own', () => {
  const json = statement`${'{}'}::text::jsonb`;
  const call = 'select tenantry.take(';
  expect(sent('take', [json])).toEqual([`${call}$1::text::jsonb) as answer`, ['{}']]);
  expect(sent('take', ['a', json, 'b'])).toEqual([
    `${call}$1, $2::text::jsonb, $3) as answer`,
    ['a', '{}', 'b'],
  ]);
  expect(sent('take', [json, ddl`null::text`, json])).toEqual([
    `${call}$1::text::jsonb, null::text, $2::text::jsonb) as answer`,
    ['{}', '{}'],
  ]);
  expect(sent('take', [ddl`now()`])).toEqual([`${call}now()) as answer`, []]);
});

test('a call follows the schema of the tenancy', () => {
  const { text } = functionCall('take', ['a']).inSchema('workspaces');
  expect(text).toBe('select workspaces.take($1) as answer');
  expect(functionCall('take', ['b']).inSchema('workspaces').text).toBe(text);
});
