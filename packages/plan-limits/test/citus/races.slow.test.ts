import { describe, expect, test } from 'vitest';
import { limits } from '../fixtures/limits.ts';
import { tenancy } from '../fixtures/tenancy.ts';
import { limitsDatabase } from '../support/database.ts';
import { attempt, race, races } from '../support/races.ts';

const database = await limitsDatabase();
const worker = database.throughWorker();

describe('through a worker', () => {
  test.each(races)('120 attempts at a limit of 10 by $name give exactly 10', async (each) => {
    await race(worker, each);
  });

  test('seats that members and invitations share are never given twice', async () => {
    const { pool, organization } = worker;
    await tenancy.run(await organization(), async () => {
      const { done } = await attempt(60, (i) =>
        i % 2 === 0
          ? pool.query('insert into memberships (user_id) values (gen_random_uuid())')
          : pool.query(
              "insert into invitations (email, expires_at) values ('a', now() + interval '1 day')",
            ),
      );
      expect(done).toBe(3);
    });
  });

  test('300 calls with duplicate keys give exactly the limit', async () => {
    const { pool, organization, ask } = worker;
    const acme = await organization();
    await tenancy.run(acme, async () => {
      const granted = new Set<number>();
      const { refused } = await attempt(360, async (i) => {
        const key = Math.floor(i / 3); // duplicates at the same time
        await limits.consume(pool, 'apiCalls', 1, { key: `k${key}` });
        granted.add(key);
      });
      expect(Object.keys(refused)).toEqual(['LIMIT_REACHED']);
      expect(granted.size).toBe(100);
    });
    const [row] = await ask(
      'select c.used, (select count(*) from usage_events e where e.organization_id = $1) as events from usage_counters c where c.organization_id = $1',
      [acme],
    );
    expect(row).toEqual({ used: '100', events: '100' });
  });

  test('calls without keys, reservations and their releases at once end with what was kept', async () => {
    const { pool, organization } = worker;
    await tenancy.run(await organization(), async () => {
      let kept = 0;
      await attempt(120, async (i) => {
        if (i % 3 === 0) {
          await limits.consume(pool, 'apiCalls', 2);
          kept += 2;
          return;
        }
        const key = `r${i}`;
        await limits.reserve(pool, 'apiCalls', 3, { key, expiresInSeconds: 60 });
        if (i % 3 === 1) {
          // released and confirmed at the same time: one of them wins
          const [released, confirmed] = await Promise.allSettled([
            limits.release(pool, 'apiCalls', { key }),
            limits.confirm(pool, 'apiCalls', { key, amount: 1 }),
          ]);
          expect([released.status, confirmed.status].sort()).toEqual(['fulfilled', 'rejected']);
          if (confirmed.status === 'fulfilled') kept += 1;
          return;
        }
        await limits.confirm(pool, 'apiCalls', { key });
        kept += 3;
        await Promise.all([
          limits.refund(pool, 'apiCalls', { key }),
          limits.refund(pool, 'apiCalls', { key }),
        ]);
        kept -= 3;
      });
      expect((await limits.explain(pool, 'apiCalls')).used).toBe(kept);
      expect(kept).toBeLessThanOrEqual(100);
    });
  });

  test('reservations that expire while others take are given back once each', async () => {
    const { pool, organization, ask } = worker;
    const acme = await organization();
    await tenancy.run(acme, async () => {
      for (let i = 0; i < 10; i++) {
        await limits.reserve(pool, 'apiCalls', 10, { key: `r${i}`, expiresInSeconds: 60 });
      }
      await ask(
        "update usage_events set expires_at = now() - interval '1 s' where organization_id = $1",
        [acme],
      );
      const { done } = await attempt(150, () => limits.consume(pool, 'apiCalls'));
      expect(done).toBe(100);
      expect((await limits.explain(pool, 'apiCalls')).used).toBe(100);
    });
  });

  test('a plan that is lowered while others add leaves nobody above both limits', async () => {
    const { pool, organization, ask, system } = worker;
    const acme = await organization('pro');
    let done = 0;
    const adding = tenancy.run(acme, () =>
      attempt(60, async () => {
        await pool.query("insert into documents (title) values ('d')");
        done++;
      }),
    );
    await expect.poll(() => done).toBeGreaterThan(4);
    await system(() =>
      limits.setPlan(pool, { organizationId: acme, plan: 'free', source: 'test' }),
    );
    const { refused } = await adding;
    const [row] = await ask(
      `select (select count(*)::int from documents d where d.organization_id = $1) as rows,
         (select c.used::int from usage_counters c where c.organization_id = $1) as used`,
      [acme],
    );
    expect(row).toEqual({ rows: done, used: done });
    expect(done).toBeLessThanOrEqual(50);
    expect(Object.keys(refused).filter((code) => code !== 'LIMIT_REACHED')).toEqual([]);
    expect(
      await tenancy.run(acme, () =>
        attempt(10, () => pool.query("insert into projects (name) values ('after')")),
      ),
    ).toEqual({ done: 10, refused: {} });
    expect(
      await tenancy.run(acme, () =>
        attempt(3, () => pool.query("insert into projects (name) values ('after')")),
      ),
    ).toEqual({ done: 0, refused: { LIMIT_REACHED: 3 } });
  });
});

test('statements for several tenants at once are each held to every limit', async () => {
  const { openPool, logins, organization, ask } = database;
  const tenants = await Promise.all(Array.from({ length: 8 }, () => organization('pro')));
  const pool = openPool({ system: { connectionString: logins.system, max: 8 } });
  const { done, refused } = await tenancy.asSystem(
    { reason: 'test', actor: 'test', write: true },
    () =>
      attempt(60, (i) =>
        pool.query(
          `insert into projects (organization_id, name)
           select o, 'p' from unnest($1::uuid[]) o returning id`,
          [i % 2 === 0 ? tenants : [...tenants].reverse()],
        ),
      ),
  );
  // Citus may find that two wait for each other, on different nodes, and ends one of them
  expect(done).toBeGreaterThan(0);
  expect(Object.keys(refused).filter((code) => !/^(LIMIT_REACHED|40P01)$/.test(code))).toEqual([]);
  const rows = await ask(
    'select count(*)::int as n from projects where organization_id = any ($1) group by organization_id',
    [tenants],
  );
  expect(rows).toEqual(tenants.map(() => ({ n: Math.min(done, 50) })));
});

test('a recount while others add and remove finds the right figure', async () => {
  const { pool, organization, system, ask } = database;
  const acme = await organization('enterprise');
  const outcome = await tenancy.run(acme, () =>
    attempt(80, (i) => {
      if (i % 8 === 7) return system(() => limits.recount(pool, 'documents'));
      const removes = 'delete from documents where id = (select id from documents limit 1)';
      return pool.query(i % 3 === 2 ? removes : "insert into documents (title) values ('d')");
    }),
  );
  expect(outcome).toEqual({ done: 80, refused: {} });
  const [row] = await ask<{ used: number; rows: number }>(
    `select (select count(*)::int from documents where organization_id = $1) as rows,
       (select used::int from usage_counters where organization_id = $1) as used`,
    [acme],
  );
  expect(row?.used).toBe(row?.rows);
});

test('a limit counts what enters through all nodes', async () => {
  const acme = await database.organization();
  await tenancy.run(acme, async () => {
    for (const sql of [
      "insert into projects (name) values ('p')",
      "insert into documents (title) values ('d')",
    ]) {
      const { done, refused } = await attempt(120, (i) =>
        (i % 2 === 0 ? database : worker).pool.query(sql),
      );
      expect({ done, refused }).toEqual({ done: 10, refused: { LIMIT_REACHED: 110 } });
    }
  });
});
