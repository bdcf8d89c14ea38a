import pg from 'pg';
import { expect, test } from 'vitest';
import { throughPort } from '../src/through-port.ts';

test.each([
  'postgres://web:p%40ss@db.example.com/app?application_name=a',
  'postgresql://web:p%40ss@db.example.com:5432/app?application_name=a',
  'postgres://web:p%40ss@other/app?host=/var/run/postgresql&port=5433&application_name=a',
  'postgres://web:p%40ss@other/app?host=db.example.com&application_name=a',
])('%s goes through the port and stays the same otherwise', (url) => {
  const { host, port, user, password, database } = new pg.Client(throughPort(url, 6432));
  expect({ host, port, user, password, database }).toEqual({
    host: '127.0.0.1',
    port: 6432,
    user: 'web',
    password: 'p@ss',
    database: 'app',
  });
  expect(throughPort(url, 6432)).toContain('application_name=a');
});
