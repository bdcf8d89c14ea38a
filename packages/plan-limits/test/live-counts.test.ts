import { randomUUID } from 'node:crypto';
import { tenantryErrorOf } from '@tenantry/core/adapter';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { limits } from './fixtures/limits.ts';
import { projects } from './fixtures/schema.ts';
import { failure, limitsDatabase } from './support/database.ts';
import { dialect } from './support/dialect.ts';

const database = await limitsDatabase();
const { pool } = database;
const fill = (table: string, column: string, n: number) =>
  pool.query(
    `insert into ${table} (${column}) select 'r' || i from generate_series(1, ${n}) i returning organization_id`,
  );
const rows = async (organization: string, table = 'projects') =>
  Number(
    (
      await database.ask(`select count(*) from ${table} where organization_id = $1`, [organization])
    )[0]?.count,
  );

test('an insert over the limit is refused with what a page about upgrading needs', async () => {
  const acme = await database.organization();
  await database.in(acme, async () => {
    await fill('projects', 'name', 10);
    const error = await failure(pool.query("insert into projects (name) values ('more')"));
    expect(error).toMatchObject({
      code: 'LIMIT_REACHED',
      status: 403,
      headers: {},
      details: {
        feature: 'projects',
        used: 10,
        limit: 10,
        requested: 1,
        plan: 'free',
        resetsAt: null,
      },
    });
    const db = drizzle(pool);
    const wrapped = await failure(db.insert(projects).values({ name: 'more' }));
    expect(tenantryErrorOf(wrapped)).toMatchObject({ code: 'LIMIT_REACHED' });
  });
  expect(await rows(acme)).toBe(10);
});

test('a bulk insert is refused as a whole, and fits when it fits', async () => {
  const acme = await database.organization();
  await database.in(acme, async () => {
    expect(await failure(fill('projects', 'name', 11))).toMatchObject({
      details: { used: 0, requested: 11 },
    });
    await fill('projects', 'name', 7);
    await expect(fill('projects', 'name', 4)).rejects.toMatchObject({ details: { used: 7 } });
    await fill('projects', 'name', 3);
  });
  expect(await rows(acme)).toBe(10);
});

test('a row that ON CONFLICT leaves out does not count', async () => {
  const acme = await database.organization();
  await database.in(acme, async () => {
    await fill('projects', 'name', 10);
    const again = `insert into projects select * from projects on conflict (organization_id, id) do`;
    await pool.query(`${again} nothing`);
    await pool.query(`${again} update set name = excluded.name || '!'`);
  });
});

test('only rows that fulfil the condition count, and an update can bring a row in', async () => {
  const acme = await database.organization();
  await database.in(acme, async () => {
    await fill('clients', 'name', 10);
    await pool.query(
      "insert into clients (name, status) select 'lead', 'lead' from generate_series(1, 20) returning organization_id",
    );
    const activate =
      "update clients set status = 'active' where id in (select id from clients where status = 'lead' limit 1)";
    await expect(pool.query(activate)).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
    await pool.query("update clients set name = name || '!'");
    await pool.query("update clients set status = 'inactive' where name = 'r1!'");
    await pool.query(activate);
    await expect(
      pool.query("update clients set status = 'active' where status = 'lead'"),
    ).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
  });
});

test('COPY and inserts for several tenants at once by the system role are held to each limit', async () => {
  const [acme, globex] = [await database.organization(), await database.organization('pro')];
  const insert = (n: number) =>
    database.system(() =>
      pool.query(
        `insert into projects (organization_id, name) select o, 'p' || i from unnest(array['${acme}','${globex}']::uuid[]) o, generate_series(1, ${n}) i returning organization_id`,
      ),
    );
  expect(await failure(insert(11))).toMatchObject({ details: { plan: 'free', limit: 10 } });
  await insert(10);
  expect([await rows(acme), await rows(globex)]).toEqual([10, 10]);

  const copy = async (organization: string, n: number) => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      // COPY … FROM PROGRAM needs no streaming client; the superuser only chooses the role
      await client.query('begin');
      return await client.query(
        `copy projects (organization_id, name) from program 'for i in $(seq ${n}); do echo "${organization},copied $i"; done' with (format csv)`,
      );
    } finally {
      await client.query('commit');
      await client.end();
    }
  };
  expect((await failure(copy(acme, 1))).message).toContain('LIMIT_REACHED');
  await copy(globex, 40);
  expect((await failure(copy(globex, 1))).message).toContain('LIMIT_REACHED');
});

test('rows of several tables share one limit, and an invitation that has expired makes room', async () => {
  const acme = await database.organization();
  await database.in(acme, async () => {
    await pool.query('insert into memberships (user_id) values ($1)', [randomUUID()]);
    await pool.query(
      "insert into invitations (email, expires_at) values ('a', now() + interval '1 day'), ('b', now() + interval '1 day'), ('gone', now() - interval '1 day')",
    );
    const join = () => pool.query('insert into memberships (user_id) values ($1)', [randomUUID()]);
    await expect(join()).rejects.toMatchObject({
      details: { feature: 'seats', used: 3, limit: 3 },
    });
    await pool.query(
      "update invitations set expires_at = now() - interval '1 s' where email = 'a'",
    );
    await join();
    await expect(
      pool.query(
        "update invitations set expires_at = now() + interval '1 day' where email = 'gone'",
      ),
    ).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
    // accepting takes the seat that the invitation held
    const client = await pool.connect();
    try {
      await client.query('begin');
      await client.query("update invitations set accepted_at = now() where email = 'b'");
      await client.query('insert into memberships (user_id) values ($1)', [randomUUID()]);
      await client.query('commit');
    } finally {
      client.release();
    }
  });
});

describe('a counter-backed count', () => {
  test('keeps its figure through inserts, updates, deletes, rollbacks and TRUNCATE', async () => {
    const acme = await database.organization();
    const figure = async () => {
      const [row] = await database
        .in(acme, () => limits.usage(pool))
        .then((all) => all.filter(({ feature }) => feature === 'documents'));
      return row?.used;
    };
    await database.in(acme, async () => {
      await fill('documents', 'title', 10);
      await expect(fill('documents', 'title', 1)).rejects.toMatchObject({
        code: 'LIMIT_REACHED',
        details: { used: 10, limit: 10 },
      });
      await pool.query(
        "insert into documents (title, is_draft) select 'draft', true from generate_series(1, 5) returning organization_id",
      );
      await expect(pool.query('update documents set is_draft = false')).rejects.toMatchObject({
        code: 'LIMIT_REACHED',
      });
      await pool.query("delete from documents where title in ('r1', 'r2', 'draft')");
    });
    expect(await figure()).toBe(8);
    await database.in(acme, () =>
      pool.query("update documents set is_draft = true where title = 'r3'"),
    );
    expect(await figure()).toBe(7);
    expect(await database.system(() => limits.recount(pool))).toBe(0);
    await database.ask('alter table documents disable trigger user');
    await database.ask("delete from documents where title = 'r4'");
    await database.ask('alter table documents enable trigger user');
    expect(await figure()).toBe(7);
    expect(await database.system(() => limits.recount(pool, 'documents'))).toBe(1);
    expect(await figure()).toBe(6);
    const emptied = database.ask('truncate documents');
    if (dialect === 'citus') return expect(emptied).rejects.toMatchObject({ code: '0A000' });
    await emptied;
    expect(await figure()).toBe(0);
  });
});

describe('the isolation level', () => {
  const insertAt = (organization: string, level: string, table: string, column: string) =>
    database.in(organization, async () => {
      const client = await pool.connect();
      try {
        await client.query(`begin isolation level ${level}`);
        await client.query(`insert into ${table} (${column}) values ('x')`);
        await client.query('commit');
      } catch (error) {
        await client.query('rollback');
        throw error;
      } finally {
        client.release();
      }
    });

  test.each(['repeatable read', 'serializable'])('%s is refused by a live count', async (level) => {
    const acme = await database.organization();
    await expect(insertAt(acme, level, 'projects', 'name')).rejects.toMatchObject({
      code: 'ISOLATION_LEVEL_REFUSED',
      status: 500,
    });
    expect(await rows(acme)).toBe(0);
  });

  test.each(['repeatable read', 'serializable'])('%s is exact with a counter', async (level) => {
    const acme = await database.organization();
    const attempts = Array.from({ length: 40 }, () => insertAt(acme, level, 'documents', 'title'));
    const failures = (await Promise.allSettled(attempts)).flatMap((each) =>
      each.status === 'rejected' ? [each.reason.code] : [],
    );
    expect(await rows(acme, 'documents')).toBe(40 - failures.length);
    expect(await rows(acme, 'documents')).toBeLessThanOrEqual(10);
    expect(failures.filter((code) => code !== '40001' && code !== 'LIMIT_REACHED')).toEqual([]);
  });
});

test('changing a row changes the limit for the next statement', async () => {
  const acme = await database.organization();
  await database.in(acme, async () => {
    await fill('projects', 'name', 10);
    await expect(fill('projects', 'name', 1)).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
    await database.ask("update organizations set plan = 'pro' where id = $1", [acme]);
    await fill('projects', 'name', 40);
    await database.ask(
      "update plan_features set limit_value = 51 where plan = 'pro' and feature = 'projects'",
    );
    await fill('projects', 'name', 1);
    await expect(fill('projects', 'name', 1)).rejects.toMatchObject({ details: { limit: 51 } });
    await database.ask(
      "update plan_features set limit_value = null where plan = 'pro' and feature = 'projects'",
    );
    await fill('projects', 'name', 30);
    await database.ask(
      "update plan_features set enabled = false where plan = 'pro' and feature = 'projects'",
    );
    await expect(fill('projects', 'name', 1)).rejects.toMatchObject({
      code: 'FEATURE_NOT_IN_PLAN',
    });
    await database.ask(
      "update plan_features set limit_value = 50, enabled = true where plan = 'pro' and feature = 'projects'",
    );
  });
});

test('a feature that the plan does not have, a plan without rows, and a read-only plan', async () => {
  const [small, lost, unpaid] = [
    await database.organization('small'),
    await database.organization('no-such-plan'),
    await database.organization('pro'),
  ];
  await database.in(small, async () => {
    expect(await failure(fill('clients', 'name', 1))).toMatchObject({
      code: 'FEATURE_NOT_IN_PLAN',
      details: { feature: 'activeClients', limit: 0, plan: 'small' },
    });
  });
  await database.in(lost, () =>
    expect(fill('projects', 'name', 1)).rejects.toMatchObject({ code: 'FEATURE_NOT_IN_PLAN' }),
  );
  await database.ask('update organizations set plan_read_only = true where id = $1', [unpaid]);
  await database.in(unpaid, async () => {
    await expect(fill('projects', 'name', 1)).rejects.toMatchObject({
      code: 'PLAN_READ_ONLY',
      status: 402,
    });
    await expect(fill('documents', 'title', 1)).rejects.toMatchObject({ code: 'PLAN_READ_ONLY' });
    await expect(limits.consume(pool, 'apiCalls')).rejects.toMatchObject({
      code: 'PLAN_READ_ONLY',
    });
  });
});

test('a soft limit lets usage go over and says so', async () => {
  const acme = await database.organization('pro');
  await database.in(acme, async () => {
    await pool.query(
      'insert into memberships (user_id) select gen_random_uuid() from generate_series(1, 12) returning organization_id',
    );
    expect(await limits.check(pool, 'seats')).toMatchObject({
      isAllowed: true,
      isOver: true,
      used: 12,
      percentage: 120,
    });
  });
});

test('the app role can call none of the functions that believe what they are told', async () => {
  const acme = await database.organization();
  const callable = await database.ask(
    `select p.proname, p.prosecdef, p.proconfig::text from pg_proc p where pronamespace = 'tenantry'::regnamespace
      and (p.proname like 'limit%' or p.proname like 'usage%') and has_function_privilege('app', p.oid, 'execute')`,
  );
  const names = ['limit_changes', 'limit_report', 'limit_report_at', 'usage_settle', 'usage_take'];
  // on Citus each of them calls itself where the rows of the tenant are
  const expected =
    dialect === 'citus' ? names.flatMap((name) => [name, `${name}_own`]).sort() : names;
  expect(callable.map(({ proname }) => proname).sort()).toEqual(expected);
  await database.in(acme, async () => {
    for (const statement of [
      'update plan_features set limit_value = null',
      `update organizations set plan = 'enterprise'`,
      "insert into usage_counters (feature, period_start, period_end, used) values ('projects', now(), now(), 0)",
      'delete from usage_events',
      "insert into feature_overrides (feature, mode, reason, actor) values ('projects', 'set', 'x', 'me')",
    ]) {
      await expect(pool.query(statement)).rejects.toMatchObject({ code: '42501' });
    }
  });
});
