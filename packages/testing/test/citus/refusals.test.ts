import { expect, onTestFinished, test } from 'vitest';
import { checkNode } from '../../src/citus/cluster.ts';
import { citusUrl, createCitusDatabase, createTestDatabase } from '../../src/index.ts';
import { withClient } from '../../src/sql/client.ts';
import { testServer } from '../../src/vitest.ts';

const server = await testServer();
const run = (url: string, sql: string) => withClient(url, (client) => client.query(sql));
const settingOf = (url: string) =>
  withClient(url, async (client) => (await client.query('show max_prepared_transactions')).rows[0]);
const preparesNone = (await settingOf(server.url)).max_prepared_transactions === '0';

/** What `createCitusDatabase` rejects with. */
async function refusal(url?: string): Promise<Record<string, unknown>> {
  const error = await createCitusDatabase(url === undefined ? {} : { url }).then(
    () => expect.unreachable(),
    (thrown: unknown) => thrown as Record<string, unknown>,
  );
  expect(error).toMatchObject({ code: 'TEST_CITUS_URL_FAILED' });
  return error;
}

test('without a cluster there is no url, and no database', async () => {
  const given = process.env.TEST_CITUS_URL;
  onTestFinished(() => {
    if (given !== undefined) process.env.TEST_CITUS_URL = given;
  });
  process.env.TEST_CITUS_URL = '';
  expect(citusUrl()).toBeUndefined();
  delete process.env.TEST_CITUS_URL;
  expect(citusUrl()).toBeUndefined();
  expect(await refusal()).toMatchObject({
    found: 'no TEST_CITUS_URL.',
    fix: expect.stringContaining('describe.skipIf(citusUrl() === undefined)'),
  });
});

test('a database without the extension is refused, and its password not shown', async () => {
  const database = await createTestDatabase({ server });
  const url = new URL(database.url);
  url.searchParams.set('password', url.password || 'hidden');
  const { found, fix, message } = await refusal(url.href);
  expect(found).toContain('without the extension citus');
  expect(fix).toContain('create extension citus');
  expect(message).toContain('***');
  expect(message).not.toContain(url.password || 'hidden');
  await database.drop();
});

test('what is no server is refused', async () => {
  expect((await refusal('postgres://127.0.0.1:1/x')).found).toContain('ECONNREFUSED');
  expect((await refusal('no address')).found).toContain('no connection string');
});

test.skipIf(!preparesNone)('a node that prepares no transaction is refused', async () => {
  const node = { host: '', port: 0, url: server.url };
  await expect(checkNode(node)).rejects.toMatchObject({
    code: 'TEST_CITUS_URL_FAILED',
    found: expect.stringContaining('max_prepared_transactions = 0'),
    fix: expect.stringContaining('alter system set max_prepared_transactions = 200'),
  });
});

test.skipIf(citusUrl() === undefined)('a node without triggers on shards is refused', async () => {
  const { url, name, workers, drop } = await createCitusDatabase();
  onTestFinished(drop);
  const here = (node: string, sql: string) =>
    run(node, `set citus.enable_ddl_propagation = off; ${sql}`);
  for (const node of [url, ...workers]) {
    await here(node, `alter database ${name} set citus.enable_unsafe_triggers = off`);
    expect(await refusal(url)).toMatchObject({
      found: expect.stringMatching(/^citus\.enable_unsafe_triggers = off on .*tenantry_test_.*\.$/),
      fix: expect.stringContaining('alter system set citus.enable_unsafe_triggers = on'),
    });
    await here(node, `alter database ${name} reset citus.enable_unsafe_triggers`);
  }
});

test.skipIf(citusUrl() === undefined)('a coordinator without workers is refused', async () => {
  const { url, drop } = await createCitusDatabase();
  onTestFinished(drop);
  await run(
    url,
    `select citus_remove_node(nodename, nodeport) from pg_dist_node where groupid > 0`,
  );
  expect(await refusal(url)).toMatchObject({
    found: expect.stringContaining('a coordinator without workers'),
    fix: expect.stringContaining('citus_add_node'),
  });
});
