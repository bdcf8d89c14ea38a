import { describe, expect, test } from 'vitest';
import { acme, coreDatabase, globex, tenancy } from '../support/database.ts';
import { failure } from '../support/wait.ts';

const database = await coreDatabase();
const system = { reason: 'a test', actor: 'tests', write: true, statements: 'any' } as const;
const one = { max: 1 };

describe('a connection that something else uses too', () => {
  // pool.on('connect') with a query is how many applications set up a connection
  test('gives each statement its own answer while a query of a connect listener runs', async () => {
    const pool = database.pool(one);
    pool.on('connect', (client) => {
      void client.query(`set application_name = 'mine'`);
      void client.query('select $1::int', [1]);
    });
    await tenancy.run(acme, async () => {
      const answers = [1, 2, 3].map((n) => pool.query('select $1::int as n', [n]));
      expect((await Promise.all(answers)).map((answer) => answer.rows)).toEqual([
        [{ n: 1 }],
        [{ n: 2 }],
        [{ n: 3 }],
      ]);
    });
    expect(pool.totalCount).toBe(1);
  });

  test('survives a query of a listener that fails', async () => {
    const pool = database.pool(one);
    const failures: string[] = [];
    pool.on('acquire', (client) => {
      client.query('select 1/0').catch((error) => failures.push(error.code));
    });
    for (const tenant of [acme, globex]) {
      const { rows } = await tenancy.run(tenant, () =>
        pool.query('select distinct organization_id as id from projects'),
      );
      expect(rows).toEqual([{ id: tenant }]);
    }
    expect(failures[0]).toBe('22012');
  });
});

describe('COPY FROM STDIN', async () => {
  // PostgreSQL itself refuses it for a table whose policies bind the role
  await database.ask('create table loads (n integer)');
  await database.ask('grant insert on loads to system');

  test('is refused in the scope of a tenant, and fails cleanly where any statement may be sent', async () => {
    const pool = database.pool(one);
    const copy = () => pool.query('copy loads from stdin');
    expect(await failure(tenancy.run(acme, copy))).toMatchObject({ code: 'STATEMENT_REFUSED' });
    for (let i = 0; i < 2; i++) {
      const error = await failure(tenancy.asSystem(system, copy));
      expect(error).toMatchObject({ code: '57014' });
      expect(error.message).toContain('COPY FROM STDIN is not supported through the tenant pool');
    }
    const { rows } = await tenancy.run(acme, () => pool.query('select 1 as one'));
    expect(rows).toEqual([{ one: 1 }]);
  });

  test('in a batch fails the batch, and the pool goes on', async () => {
    const pool = database.pool(one);
    const batch = tenancy.asSystem(system, () =>
      pool.batch(() => [
        pool.query(`update organizations set name = 'gone'`),
        pool.query('copy loads from stdin'),
        pool.query('select 1'),
      ]),
    );
    await expect(batch).rejects.toThrow();
    const { rows } = await tenancy.run(acme, () => pool.query('select name from organizations'));
    expect(rows).toEqual([{ name: 'Acme' }]);
  });
});
