import { expect, onTestFinished, test, vi } from 'vitest';
import { citusUrl, createCitusDatabase } from '../../src/index.ts';
import { databaseUrl, withClient } from '../../src/sql/client.ts';
import { endOf, firstLineOf, spawnFixture } from '../support.ts';

const databases = (url: string): Promise<unknown[]> =>
  withClient(databaseUrl(url, 'postgres'), async (client) => {
    return (await client.query('select datname as name from pg_database')).rows;
  });

test.skipIf(citusUrl() === undefined)(
  'databases of a run that died are dropped by the next run, those in use stay',
  async () => {
    const living = await createCitusDatabase();
    onTestFinished(() => living.drop());
    const nodes = [living.url, ...living.workers];
    const dead = spawnFixture('citus-and-wait.ts', []);
    const name = await firstLineOf(dead);
    for (const url of nodes) expect(await databases(url)).toContainEqual({ name });
    dead.kill('SIGKILL');
    await endOf(dead);
    const next = async () => endOf(spawnFixture('citus-and-wait.ts', ['drop']));
    await withClient(databaseUrl(living.workers[0] as string, name), async () => {
      expect(await next()).toBe(0);
      for (const url of nodes) expect(await databases(url)).toContainEqual({ name });
    });
    // the server notices the end of a process a little later
    await vi.waitFor(async () => {
      expect(await next()).toBe(0);
      for (const url of nodes) expect(await databases(url)).not.toContainEqual({ name });
    }, 60_000);
    for (const url of nodes) expect(await databases(url)).toContainEqual({ name: living.name });
  },
);
