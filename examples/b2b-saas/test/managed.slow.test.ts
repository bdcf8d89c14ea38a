import { existsSync } from 'node:fs';
import { startTestServer } from '@tenantry/testing';
import { afterAll, expect, test } from 'vitest';
import { managedLanes } from './support/managed.ts';

// The role models of services that rent PostgreSQL, each from the first migration to a restored dump.
// 16 and 17 are in managed.long.test.ts.

const oldest = await startTestServer({ postgres: 'system', version: '15' });
const newest = await startTestServer({ postgres: 'embedded', version: '18' });
afterAll(async () => {
  await oldest.stop();
  await newest.stop();
});

test('pg_dump of the oldest version is here', () => {
  expect(existsSync('/usr/lib/postgresql/15/bin/pg_dump')).toBe(true);
});

managedLanes(() => oldest, '15', true);
managedLanes(() => newest, '18', false);
