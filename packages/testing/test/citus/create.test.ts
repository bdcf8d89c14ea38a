import { describe, expect, onTestFinished, test } from 'vitest';
import { citusUrl, createCitusDatabase } from '../../src/index.ts';
import { databaseUrl, withClient } from '../../src/sql/client.ts';

const ask = (url: string, sql: string): Promise<Record<string, unknown>[]> =>
  withClient(url, async (client) => (await client.query(sql)).rows);

describe.skipIf(citusUrl() === undefined)('a database on a cluster', () => {
  const cluster = citusUrl() as string;
  const databases = (url: string) =>
    ask(databaseUrl(url, 'postgres'), 'select datname as name from pg_database');
  const distributed = `create table note (id int primary key);
    select create_distributed_table('note', 'id');
    insert into note select generate_series(1, 100);`;

  test('has its schema, and its rows on the workers alone', async () => {
    const database = await createCitusDatabase({
      sql: distributed,
      migrate: (url) => ask(url, 'insert into note values (0)'),
    });
    onTestFinished(() => database.drop());
    expect(await ask(database.url, 'select count(*)::int from note')).toEqual([{ count: 101 }]);
    expect(database.workers.length).toBeGreaterThan(0);
    const holders = await ask(
      database.url,
      `select nodename || ':' || nodeport as node from citus_shards where table_name = 'note'::regclass group by 1`,
    );
    const workers = database.workers.map((url) => new URL(url).host);
    expect(workers).toEqual(expect.arrayContaining(holders.map(({ node }) => node)));
    expect(workers).not.toContain(new URL(database.url).host);
  });

  test('is dropped on every node, also while somebody is connected', async () => {
    const database = await createCitusDatabase({ sql: distributed });
    const nodes = [database.url, ...database.workers];
    for (const url of nodes) expect(await databases(url)).toContainEqual({ name: database.name });
    await withClient(database.url, async () => {
      await database.drop();
      await database.drop();
    });
    for (const url of nodes) {
      expect(await databases(url)).not.toContainEqual({ name: database.name });
    }
  });

  test('leaves nothing when its migration fails', async () => {
    let name = '';
    const failed = createCitusDatabase({
      sql: distributed,
      migrate: (url) => {
        name = new URL(url).pathname.slice(1);
        return ask(url, 'select 1 / 0');
      },
    });
    await expect(failed).rejects.toMatchObject({
      code: 'TEST_TEMPLATE_FAILED',
      found: 'division by zero',
    });
    const { workers, drop } = await createCitusDatabase();
    onTestFinished(drop);
    for (const url of [cluster, ...workers]) {
      expect(await databases(url)).not.toContainEqual({ name });
    }
  });
});
