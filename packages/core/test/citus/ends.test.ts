import { beforeAll, describe, expect, test } from 'vitest';
import type { TenantPool } from '../../src/index.ts';
import { failure, until } from '../support/wait.ts';
import { acme, globex, tenancy } from './schema.ts';
import { entries, onCitus } from './world.ts';

onCitus('a statement that is ended', (world) => {
  const slow = `select pg_sleep(60), name from projects where name = 'Rocket'`;
  describe.each(entries)('through a %s', (entry) => {
    const served = `datname = current_database() and usename = 'app'`;
    const running = async () =>
      (
        await world.askWorkers(
          `select from pg_stat_activity where ${served} and state = 'active' and query like '%pg_sleep%'`,
        )
      ).length;
    const killWorkers = () =>
      world.askWorkers(`select pg_terminate_backend(pid) from pg_stat_activity where ${served}`);

    let pool: TenantPool;
    beforeAll(() => {
      pool = world.pool(entry, { max: 1 });
    });
    const inAcme = <T>(fn: () => Promise<T>) => tenancy.run(acme, fn);

    /** The next statement of another tenant gets its own rows, and no worker is still running. */
    async function nothingIsLeft(): Promise<void> {
      await until(async () => (await running()) === 0, 'no worker runs it');
      const { rows } = await tenancy.run(globex, () =>
        pool.query('select organization_id, name from projects order by name'),
      );
      expect(rows).toEqual([
        { organization_id: globex, name: 'Anvil' },
        { organization_id: globex, name: 'Rocket' },
      ]);
    }

    test('by query_timeout stops on the worker', async () => {
      await inAcme(async () => {
        const timed = pool.query({ text: slow, query_timeout: 100 } as { text: string });
        expect((await failure(timed)).message).toBe('Query read timeout');
      });
      await nothingIsLeft();
    });

    test('by statement_timeout stops on the worker', async () => {
      const limited = world.pool(entry, { max: 1, statement_timeout: 100 });
      expect(await failure(inAcme(() => limited.query(slow)))).toMatchObject({ code: '57014' });
      await nothingIsLeft();
    });

    test('by the timeout of its scope stops on the worker', async () => {
      const entryOfScope = { organizationId: acme, timeoutMs: 100 };
      const ended = tenancy.run(entryOfScope, () => pool.query(slow));
      expect(await failure(ended)).toMatchObject({ code: 'SCOPE_TIMEOUT' });
      await nothingIsLeft();
    });

    test('by a caller who does not wait stops on the worker', async () => {
      let left: Promise<unknown> | undefined;
      const scope = inAcme(async () => {
        left = failure(pool.query(slow));
        await until(async () => (await running()) === 1, 'a worker runs it');
      });
      expect(await failure(scope)).toMatchObject({ code: 'SCOPE_WORK_UNFINISHED' });
      expect(await left).toMatchObject({ code: 'TENANT_SCOPE_ENDED' });
      await nothingIsLeft();
    });

    test('by the end of the connection to its worker is an error, and changes nothing', async () => {
      const ended = inAcme(() => failure(pool.query(slow)));
      await until(async () => (await running()) === 1, 'a worker runs it');
      await killWorkers();
      expect(await ended).toMatchObject({ code: expect.stringMatching(/^(57P01|08006)$/) });
      await nothingIsLeft();
    });

    test('in a transaction whose worker is gone never commits a half', async () => {
      const insert = (name: string) => `insert into projects (name) values ('${name}')`;
      const between = inAcme(() =>
        pool.transaction(async (client) => {
          await client.query(insert('Half'));
          await killWorkers();
          await client.query(insert('Other half'));
        }),
      );
      await failure(between);
      const atCommit = inAcme(() =>
        pool.transaction(async (client) => {
          await client.query(insert('Half'));
          await killWorkers();
        }),
      );
      await failure(atCommit);
      expect(await world.ask(`select name from projects where name like '%alf'`)).toEqual([]);
      await nothingIsLeft();
    });

    test('finds its worker again after the idle connection to it has ended', async () => {
      await nothingIsLeft();
      await killWorkers();
      await nothingIsLeft();
      await nothingIsLeft();
    });
  });
});
