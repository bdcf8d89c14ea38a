import { startProxy } from '@tenantry/testing/proxy';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TenantryError } from '../../src/index.ts';
import { starsOf } from '../support/activity.ts';
import { acme, coreDatabase, globex, tenancy } from '../support/database.ts';
import { failure } from '../support/wait.ts';

const database = await coreDatabase();
const pool = database.pool({ max: 2 });
const db = drizzle({ client: pool });
const kysely = new Kysely<{ projects: { name: string; stars: number } }>({
  dialect: new PostgresDialect({ pool }),
});
const projects = pgTable('projects', {
  organizationId: uuid('organization_id'),
  name: text(),
  stars: integer(),
});
const system = { reason: 'a test', actor: 'tests' };
const namesOf = (rows: readonly { name: unknown }[]) => rows.map((row) => row.name).sort();

describe('a batch', () => {
  test('says whether the running code builds it, and forgets what a failed build began', async () => {
    expect(pool.batching).toBe(false);
    await tenancy.run(acme, async () => {
      expect(pool.batching).toBe(false);
      await pool.batch(() => {
        expect(pool.batching).toBe(true);
        return [pool.query('select 1')];
      });
      const failing = pool.batch(() => {
        const sent = pool.query('update projects set stars = 99');
        if (pool.batching) throw new Error('the second statement cannot be made');
        return [sent];
      });
      await expect(failing).rejects.toThrow('cannot be made');
      const { rows } = await pool.query('select from projects where stars = 99');
      expect(rows).toHaveLength(0);
    });
  });

  test('mixes Drizzle, Kysely and raw pg, and keeps their types and their order', async () => {
    const [raw, drizzled, built, count] = await tenancy.run(acme, () =>
      pool.batch(() => [
        pool.query<{ name: string }>('select name from projects'),
        db.select().from(projects),
        kysely.selectFrom('projects').select('name').execute(),
        db.$count(projects),
      ]),
    );
    expect(namesOf(raw.rows)).toEqual(['Anvil', 'Rocket']);
    expect(namesOf(drizzled)).toEqual(['Anvil', 'Rocket']);
    expect(namesOf(built)).toEqual(['Anvil', 'Rocket']);
    expect(count).toBe(2);
  });

  test('of nothing is nothing', async () => {
    expect(await tenancy.run(acme, () => pool.batch(() => []))).toEqual([]);
  });

  test('waits for values that need no statement', async () => {
    const [one, two] = await tenancy.run(acme, () =>
      pool.batch(() => [Promise.resolve(1), pool.query('select 2 as two')]),
    );
    expect([one, two.rows]).toEqual([1, [{ two: 2 }]]);
  });

  test('prepares a text that it holds twice once, and goes on preparing', async () => {
    const single = database.pool({ max: 1 });
    await tenancy.run(acme, async () => {
      const ids = [1, 2, 3];
      const pick = () => ids.map((id) => single.query('select $1::int as id', [id]));
      for (let i = 0; i < 2; i++) {
        const answers = await single.batch(pick);
        expect(answers.map(({ rows }) => rows[0].id)).toEqual(ids);
      }
      const { rows } = await single.query(
        `select count(*)::int as n from pg_prepared_statements where statement = 'select $1::int as id'`,
      );
      expect(rows).toEqual([{ n: 1 }]);
      const again = await single.query(
        `select 1 from pg_prepared_statements where statement like 'select count(*)::int as n%'`,
      );
      expect(again.rowCount).toBe(1);
    });
  });
});

describe('a batch that fails', () => {
  test('happens not at all, and says which statement it was', async () => {
    const before = await starsOf(database, 'Anvil');
    const outcomes: Promise<unknown>[] = [];
    const keep = <T extends Promise<unknown>>(promise: T) => {
      outcomes.push(promise.catch((error) => error));
      return promise;
    };
    const whole = tenancy.run(acme, () =>
      pool.batch(() => [
        keep(pool.query(`update projects set stars = stars + 1 where name = 'Anvil'`)),
        keep(pool.query('select 1/0')),
        keep(pool.query('select 1')),
      ]),
    );
    expect(await failure(whole)).toMatchObject({ code: '22012' });
    const [first, second, third] = await Promise.all(outcomes);
    expect(second).toMatchObject({ code: '22012' });
    for (const other of [first, third]) {
      expect(other).toMatchObject({ code: 'STATEMENT_IN_BATCH_FAILED' });
      expect((other as TenantryError).found).toBe('statement 2 of 3: division by zero');
      expect((other as TenantryError).cause).toBe(second);
    }
    expect(await starsOf(database, 'Anvil')).toBe(before);
  });

  test('that fails at COMMIT is the fault of no statement', async () => {
    await tenancy.run(acme, () => pool.query('select 1')); // the start check has passed before
    await database.ask('create table at_commit (n int unique deferrable initially deferred)');
    await database.ask('grant insert on at_commit to app');
    try {
      await tenancy.run(acme, async () => {
        const insert = () => pool.query('insert into at_commit values (1)');
        const failed: unknown[] = [];
        const batch = pool.batch(() =>
          [insert(), insert()].map((sent) =>
            sent.catch((error: unknown) => {
              failed.push(error);
              throw error;
            }),
          ),
        );
        const error = await failure(batch);
        expect(error).toMatchObject({ code: '23505', constraint: 'at_commit_n_key' });
        expect(failed).toEqual([error, error]);
      });
      expect(await database.ask('select from at_commit')).toEqual([]);
    } finally {
      await database.ask('drop table at_commit');
    }
  });

  test('throws the error that was the reason, also where a library wraps errors', async () => {
    const whole = tenancy.run(acme, () =>
      pool.batch(() => [
        db.select().from(projects),
        db.insert(projects).values({ name: 'Rocket', stars: 0 }),
      ]),
    );
    expect((await failure(whole)).cause).toMatchObject({ code: '23505' });
  });

  test('by a type parser tells only the query that it belongs to: the rest has happened', async () => {
    const before = await starsOf(database, 'Anvil');
    const bad = new Error('unreadable');
    const types = {
      getTypeParser: () => () => {
        throw bad;
      },
    } as unknown as pg.CustomTypesConfig;
    let update: Promise<pg.QueryResult> | undefined;
    const whole = tenancy.run(acme, () =>
      pool.batch(() => {
        update = pool.query(`update projects set stars = stars + 1 where name = 'Anvil'`);
        return [update, pool.query({ text: 'select 1', types })];
      }),
    );
    expect(await failure(whole)).toBe(bad);
    expect((await update)?.rowCount).toBe(1);
    expect(await starsOf(database, 'Anvil')).toBe(before + 1);
  });

  test('while it is being built sends nothing', async () => {
    const before = await starsOf(database, 'Anvil');
    const whole = tenancy.run(acme, () =>
      pool.batch(() => {
        void pool.query(`update projects set stars = stars + 1 where name = 'Anvil'`);
        throw new Error('while building');
      }),
    );
    await expect(whole).rejects.toThrow('while building');
    expect(await starsOf(database, 'Anvil')).toBe(before);
  });
});

describe('what has no place in a batch', () => {
  const refused = async (build: () => readonly PromiseLike<unknown>[], says: string) => {
    const thrown = await failure(tenancy.run(acme, () => pool.batch(build)));
    const error = TenantryError.is(thrown) ? thrown : (thrown.cause as Error); // Drizzle wraps it
    expect(error).toMatchObject({ code: 'STATEMENT_REFUSED' });
    expect(error.message).toContain(says);
  };

  test('a batch', () =>
    refused(() => [pool.batch(() => [pool.query('select 1')])], 'a batch inside a batch'));

  test('a transaction', () =>
    refused(() => [db.transaction((tx) => tx.select().from(projects))], 'BEGIN inside a batch'));

  test.each(['begin', 'commit', 'rollback', 'savepoint a', 'start transaction'])('%s', (text) =>
    refused(() => [pool.query(text)], text.split(' ')[0]?.toUpperCase() ?? ''),
  );

  test('a query that needs two statements', () =>
    refused(
      () => [pool.query('select 1').then(() => pool.query('select 2'))],
      'a second statement of one query in a batch',
    ));

  // a batch is sent in the scope that opened it: a query of another scope would get its rows
  test('a query of another scope', async () => {
    const ofAcme = () => tenancy.run(acme, () => pool.query('select name from projects'));
    const error = await failure(tenancy.asSystem(system, () => pool.batch(() => [ofAcme()])));
    expect(error).toMatchObject({ code: 'STATEMENT_REFUSED' });
    expect(error.message).toContain('a query of another scope');
    await refused(
      () => [tenancy.asSystem(system, () => pool.query('select name from projects'))],
      'a query of another scope',
    );
  });

  test('a system query with rights of its own', async () => {
    const write = { ...system, write: true };
    const update = () => pool.query(`update projects set stars = 99 where name = 'Reactor'`);
    const error = await failure(
      tenancy.asSystem(write, () => pool.batch(() => [tenancy.asSystem(system, update)])),
    );
    expect(error).toMatchObject({ code: 'STATEMENT_REFUSED' });
    expect(await starsOf(database, 'Reactor')).toBe(0);
  });
});

test('a batch collects the queries of its own pool, and of nested scopes of its tenant', async () => {
  const other = database.pool({ max: 1 });
  const [here, there, nested] = await tenancy.run(globex, () =>
    pool.batch(() => [
      pool.query('select pg_backend_pid() as pid, name from projects'),
      other.query('select pg_backend_pid() as pid, name from projects'),
      tenancy.run(globex, () => pool.query('select pg_backend_pid() as pid, name from projects')),
    ]),
  );
  expect(other.totalCount).toBe(1);
  expect(there.rows[0].pid).not.toBe(here.rows[0].pid);
  expect(nested.rows).toEqual(here.rows);
});

describe('the round trips of a batch', () => {
  let proxy: Awaited<ReturnType<typeof startProxy>>;
  beforeAll(async () => {
    const { hostname, port } = new URL(database.url);
    proxy = await startProxy({ target: { host: hostname, port: Number(port) } });
  });
  afterAll(() => proxy.close());

  test('are one, whatever is in it', async () => {
    const counted = database.pool({ connectionString: proxy.url(database.web), max: 1 });
    const mixed = () => [
      counted.query('select name from projects'),
      drizzle({ client: counted }).select().from(projects),
      counted.query('update projects set stars = stars + 1 where name = $1', ['Rocket']),
    ];
    await tenancy.run(acme, () => counted.batch(mixed));
    await tenancy.run(acme, () => counted.batch(mixed));
    await proxy.reset();
    await tenancy.run(acme, () => counted.batch(mixed));
    expect(await proxy.stats()).toMatchObject({
      roundTrips: 1,
      statements: 5, // the scope before has written, so its settings are reset
      messages: { sync: 1, parse: 0 },
    });
  });
});
