import { expect, test } from 'vitest';
import { newDatabaseName, newRunName, runOfDatabase, templateName } from '../src/database/names.ts';
import { createTestDatabase, startTestServer } from '../src/index.ts';
import { withClient } from '../src/sql/client.ts';
import { testServer } from '../src/vitest.ts';

const { url } = await testServer();

async function databasesOf(run: string): Promise<string[]> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ datname: string }>('select datname from pg_database');
    return rows.map(({ datname }) => datname).filter((name) => runOfDatabase(name) === run);
  });
}

test('a run on a shared server removes its databases and templates, and no others', async () => {
  const [server, other] = await Promise.all([startTestServer({ url }), startTestServer({ url })]);
  await createTestDatabase({ server, sql: 'create table note ()' });
  await createTestDatabase({ server: other, sql: 'create table note ()' });
  expect(await databasesOf(server.run)).toHaveLength(2);
  await server.stop();
  expect(await databasesOf(server.run)).toEqual([]);
  expect(await databasesOf(other.run)).toHaveLength(2);
  await other.stop();
  expect(await databasesOf(other.run)).toEqual([]);
});

test('a run on a shared server sweeps what a killed run has left, and nothing of a living one', async () => {
  const living = await startTestServer({ url });
  await createTestDatabase({ server: living, sql: 'create table note ()' });
  const dead = newRunName();
  await withClient(url, async (client) => {
    await client.query(`create database ${newDatabaseName(dead)}`);
    await client.query(`create database ${templateName(dead, newRunName())} is_template true`);
  });
  const next = await startTestServer({ url });
  expect(await databasesOf(dead)).toEqual([]);
  expect(await databasesOf(living.run)).toHaveLength(2);
  await Promise.all([next.stop(), living.stop()]);
});

test('names tell their run, and fit into an identifier', () => {
  const run = newRunName();
  expect(runOfDatabase(newDatabaseName(run))).toBe(run);
  expect(runOfDatabase(templateName(run, 'f'.repeat(64)))).toBe(run);
  expect(runOfDatabase('tenantry_test_of_mine')).toBeUndefined();
  expect(templateName(run, 'f'.repeat(64)).length).toBeLessThanOrEqual(63);
});
