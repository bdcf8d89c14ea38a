import { describe, expect, test } from 'vitest';
import type { TenantPoolOptions } from '../../src/index.ts';
import { acme, coreDatabase, globex, tenancy } from '../support/database.ts';
import { failure, until } from '../support/wait.ts';

const database = await coreDatabase();
const slow = `select pg_sleep(60), 'query-timeout'`;
const stillRuns = async () =>
  (
    await database.ask(
      `select from pg_stat_activity where query like '%''query-timeout''%' and state = 'active' and pid <> pg_backend_pid()`,
    )
  ).length > 0;
const within = (ms: unknown, text = slow) => ({ text, query_timeout: ms }) as { text: string };
const inAcme = <T>(fn: () => Promise<T>) => tenancy.run(acme, fn);

describe('query_timeout', () => {
  const pool = database.pool({ max: 1 });

  test('of a statement cancels it on the server', async () => {
    await inAcme(async () => {
      const error = await failure(pool.query(within(50)));
      expect(error.message).toBe('Query read timeout');
      expect(error.stack).toContain('query-timeout.test.ts');
      expect(await stillRuns()).toBe(false);
      expect((await pool.query(within(60_000, 'select 1 as one'))).rows).toEqual([{ one: 1 }]);
    });
  });

  test('of a statement in a transaction leaves the client to roll back', async () => {
    await inAcme(async () => {
      const client = await pool.connect();
      await client.query('begin');
      await client.query(`insert into projects (name) values ('timed out')`);
      expect((await failure(client.query(within(50)))).message).toBe('Query read timeout');
      expect(await failure(client.query('select 1'))).toMatchObject({ code: '25P02' });
      await client.query('rollback');
      expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
      client.release();
    });
    expect(await database.ask(`select from projects where name = 'timed out'`)).toEqual([]);
  });

  test('of a statement in a batch ends the batch', async () => {
    await inAcme(async () => {
      const batch = pool.batch(() => [pool.query('select 1'), pool.query(within(50))]);
      expect((await failure(batch)).message).toBe('Query read timeout');
    });
  });

  test.each(['a minute', -1, Number.NaN, {}])('%j is refused', async (ms) => {
    const error = await failure(inAcme(() => pool.query(within(ms, 'select 1'))));
    expect(error).toMatchObject({ code: 'STATEMENT_REFUSED' });
    expect(() => database.pool({ query_timeout: ms as number })).toThrow('CONFIG_INVALID');
  });

  const ways: Record<string, TenantPoolOptions> = {
    'of the pool': { query_timeout: 100 },
    'in the connection string': {
      connectionString: `${database.web}?query_timeout=100&application_name=x`,
    },
    'of the system login': { system: { connectionString: database.worker, query_timeout: 100 } },
  };
  test.each(Object.entries(ways))(
    '%s counts for each statement that says nothing',
    async (_, options) => {
      const limited = database.pool({ max: 1, ...options });
      const run = <T>(fn: () => Promise<T>) =>
        options.system === undefined
          ? inAcme(fn)
          : tenancy.asSystem({ reason: 'a test', actor: 'test' }, fn);
      await run(async () => {
        expect((await failure(limited.query(slow))).message).toBe('Query read timeout');
        const longer = await limited.query(within(60_000, 'select pg_sleep(0.3), 1 as one'));
        expect(longer.rows).toMatchObject([{ one: 1 }]);
      });
      await until(async () => !(await stillRuns()), 'it is cancelled');
    },
  );
});

test.each(['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'] as const)(
  '%s of the pool counts in every scope',
  async (name) => {
    const pool = database.pool({ max: 1, [name]: 4321 });
    for (const tenant of [acme, globex, acme]) {
      const { rows } = await tenancy
        .run(tenant, async () => {
          await pool.query(`select set_config('${name}', '1h', false)`);
          return (await pool.query('select 1')) && tenant;
        })
        .then(() => tenancy.run(tenant === acme ? globex : acme, () => pool.query(`show ${name}`)));
      expect(rows).toEqual([{ [name]: '4321ms' }]);
    }
  },
);

test('a query with binary: true is refused: values travel as text', async () => {
  const pool = database.pool({ max: 1 });
  const binary = { text: 'select 1', binary: true };
  expect(await failure(inAcme(() => pool.query(binary)))).toMatchObject({
    code: 'STATEMENT_REFUSED',
  });
});
