import { expect, test } from 'vitest';
import { limits } from './fixtures/limits.ts';
import { tenancy } from './fixtures/schema.ts';
import { limitsDatabase } from './support/database.ts';
import { attempt, race, races } from './support/races.ts';

// The same in 50 runs each: races.long.test.ts
const database = await limitsDatabase();
const { pool } = database;

test.each(races)('120 attempts at a limit of 10 by $name give exactly 10', async (each) => {
  await race(database, each);
});

test('seats that members and invitations share are never given twice', async () => {
  const acme = await database.organization();
  await database.in(acme, async () => {
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

test('1,200 calls with duplicate keys give exactly the limit', async () => {
  const acme = await database.organization();
  await database.in(acme, async () => {
    const granted = new Set<number>();
    const { refused } = await attempt(1200, async (i) => {
      const key = Math.floor(i / 3); // duplicates at the same time
      await limits.consume(pool, 'apiCalls', 1, { key: `k${key}` });
      granted.add(key);
    });
    expect(Object.keys(refused)).toEqual(['LIMIT_REACHED']);
    expect(granted.size).toBe(100);
    const [row] = await database.ask(
      'select c.used, (select count(*) from usage_events e where e.organization_id = c.organization_id) as events from usage_counters c where c.organization_id = $1',
      [acme],
    );
    expect(row).toEqual({ used: '100', events: '100' });
  });
});

test('the last of it, asked for by many with one key, is given to all of them once', async () => {
  const acme = await database.organization();
  await database.in(acme, async () => {
    const { done } = await attempt(60, () => limits.consume(pool, 'apiCalls', 100, { key: 'all' }));
    expect(done).toBe(60);
    expect((await limits.explain(pool, 'apiCalls')).used).toBe(100);
  });
  const big = await database.organization('enterprise');
  await database.in(big, async () => {
    await attempt(90, (i) =>
      limits.consume(pool, 'apiCalls', 1, { key: `k${Math.floor(i / 30)}` }),
    );
    expect((await limits.explain(pool, 'apiCalls')).used).toBe(3);
  });
});

test('calls without keys, reservations and their releases at once end with what was kept', async () => {
  const acme = await database.organization();
  await database.in(acme, async () => {
    let kept = 0;
    await attempt(240, async (i) => {
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
  const acme = await database.organization();
  await database.in(acme, async () => {
    for (let i = 0; i < 10; i++) {
      await limits.reserve(pool, 'apiCalls', 10, { key: `r${i}`, expiresInSeconds: 60 });
    }
    await database.ask(
      "update usage_events set expires_at = now() - interval '1 s' where organization_id = $1",
      [acme],
    );
    const { done } = await attempt(150, () => limits.consume(pool, 'apiCalls'));
    expect(done).toBe(100);
    expect((await limits.explain(pool, 'apiCalls')).used).toBe(100);
  });
});

test('a limit that is lowered while others wait for their turn holds for those who still wait', async () => {
  const acme = await database.organization('pro');
  await database.in(acme, async () => {
    const holder = await pool.connect();
    await holder.query('begin');
    await holder.query(
      "insert into projects (name) select 'p' || i from generate_series(1, 10) i returning organization_id",
    );
    const waiting = attempt(5, (i) =>
      pool.query('insert into projects (name) values ($1)', [`w${i}`]),
    );
    await expect.poll(database.waiting).toBe(5);
    await database.ask("update organizations set plan = 'free' where id = $1", [acme]);
    await holder.query('commit');
    holder.release();
    expect(await waiting).toEqual({ done: 0, refused: { LIMIT_REACHED: 5 } });
  });
});

test('statements for several tenants at once do not lock each other out', async () => {
  const organizations = await Promise.all(
    Array.from({ length: 8 }, () => database.organization('pro')),
  );
  const system = database.openPool({
    system: { connectionString: database.logins.system, max: 12 },
  });
  const outcome = await tenancy.asSystem({ reason: 'test', actor: 'test', write: true }, () =>
    attempt(60, (i) =>
      system.query(
        "insert into projects (organization_id, name) select o, 'p' from unnest($1::uuid[]) o returning organization_id",
        [i % 2 === 0 ? organizations : [...organizations].reverse()],
      ),
    ),
  );
  expect(outcome).toEqual({ done: 50, refused: { LIMIT_REACHED: 10 } });
});

test('other tenants do not wait, and neither does an unlimited plan', async () => {
  const [acme, globex, big] = [
    await database.organization(),
    await database.organization(),
    await database.organization('enterprise'),
  ];
  const timid = database.openPool({ max: 2, statement_timeout: 60_000 });
  await database.in(acme, async () => {
    const client = await pool.connect();
    await client.query('begin');
    await client.query("insert into projects (name) values ('held')");
    await database.system(() =>
      timid.query("insert into projects (organization_id, name) values ($1, 'other')", [globex]),
    );
    await client.query('rollback');
    client.release();
  });
  await database.in(big, async () => {
    const client = await pool.connect();
    await client.query('begin');
    await client.query("insert into projects (name) values ('held')");
    await timid.query("insert into projects (name) values ('beside')");
    await client.query('rollback');
    client.release();
  });
});
