import pg from 'pg';
import { expect, test } from 'vitest';
import { testDatabase } from '../src/vitest.ts';

const database = await testDatabase({ sql: 'create table note (id int primary key)' });

test('a test file has a database with its schema', async () => {
  const client = new pg.Client(database.url);
  await client.connect();
  const { rows } = await client.query('select count(*)::int as notes from note');
  await client.end();
  expect(rows).toEqual([{ notes: 0 }]);
});
