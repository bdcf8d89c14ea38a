import { describe, expect, it } from 'vitest';
import { acme, ask, globex, initech, put, read, tenancy, two } from './world.ts';

const tenants = [acme, globex, initech];
const rounds = process.env.TENANTRY_LONG === '1' ? 1000 : 40;

describe('prepared statements of a connection', () => {
  it('do not mix, however tenants and ways alternate', async () => {
    const { open } = await two();
    const pool = open({ max: 1 });
    const inside = new Map<string, number>();
    for (let i = 0; i < rounds * tenants.length; i++) {
      const tenant = tenants[i % tenants.length] as string;
      await tenancy.run(tenant, async () => {
        if (i % 7 === 0) {
          await put(pool, `${tenant} ${i}`);
          inside.set(tenant, (inside.get(tenant) ?? 0) + 1);
        }
        const found = i % 2 === 0 ? await read(pool) : await pool.transaction((tx) => read(tx));
        expect(found).toHaveLength(inside.get(tenant) ?? 0);
        expect(found.every((title) => title.startsWith(tenant))).toBe(true);
      });
    }
  });

  it('have a name for each schema, and one bound for all', async () => {
    const { open } = await two();
    const pool = open({ max: 1, preparedStatements: 4 });
    const prepared = async () => {
      const text = `table pg_prepared_statements /* ${'too long to be prepared '.repeat(400)} */`;
      const { rows } = await tenancy.run(initech, () => pool.query(text));
      return (rows as { statement: string }[])
        .map(({ statement }) => statement)
        .filter((text) => text.startsWith('select title'));
    };
    for (const tenant of tenants) await tenancy.run(tenant, () => read(pool));
    expect(await prepared()).toHaveLength(3);
    for (const tenant of tenants)
      for (let i = 0; i < 5; i++)
        await tenancy.run(tenant, () => pool.query(`select title from items limit ${i}`));
    expect((await prepared()).length).toBeLessThanOrEqual(4);
  });

  it('see a table that has changed in one schema and not in the other', async () => {
    const { url, open } = await two();
    const pool = open({ max: 1, maxStatementAgeMs: 60_000 });
    const all = (tenant: string) =>
      tenancy.run(tenant, async () => {
        await put(pool, `${Math.random()}`);
        const { fields } = await pool.query('select * from items');
        return fields.length;
      });
    const before = [await all(acme), await all(globex), await all(initech)];
    await ask(url, 'alter table t_acme.items add column extra text');
    await ask(url, 'alter table t_globex.items drop column size');
    const [a, b, c] = before as [number, number, number];
    for (let i = 0; i < 2; i++)
      expect([await all(acme), await all(globex), await all(initech)]).toEqual([a + 1, b - 1, c]);
  });
});

it('a transaction that begins with SET TRANSACTION, or goes back to a savepoint, stays in its schema', async () => {
  const { open, titles } = await two();
  const pool = open();
  await tenancy.run(acme, async () => {
    const client = await pool.connect();
    try {
      await client.query('begin');
      await client.query('set transaction isolation level serializable');
      await put(client, 'first');
      await client.query('savepoint one');
      await put(client, 'undone');
      await client.query('rollback to savepoint one');
      await put(client, 'second');
      await client.query('commit');
    } finally {
      client.release();
    }
  });
  expect(await titles('t_acme')).toEqual(['first', 'second']);
  expect(await titles('public')).toEqual([]);
});

it('a connection that has served a hundred schemas is closed', async () => {
  const { url, open } = await two();
  await ask(
    url,
    `insert into tenantry.places (name, schema_name) select 'p' || i, 't_' || i from generate_series(1, 120) i`,
  );
  const pool = open({ system: { connectionString: url, max: 1 }, accept: ['login-bypasses-rls'] });
  const pidIn = async (place: string) => {
    const entry = { reason: 'a test', actor: 'test', place };
    const { rows } = await tenancy.asSystem(entry, () =>
      pool.query('select pg_backend_pid() as pid'),
    );
    return (rows[0] as { pid: number }).pid;
  };
  const pids: number[] = [];
  for (let i = 1; i <= 120; i++) pids.push(await pidIn(`p${i}`), await pidIn('p1'));
  const turns = pids.filter((pid, i) => i > 0 && pid !== pids[i - 1]);
  expect(turns).toHaveLength(1);
  expect(pids.indexOf(turns[0] as number)).toBe(199);
});
