import { randomUUID } from 'node:crypto';
import { withClient } from '@tenantry/testing/schema';
import { describe, expect, test } from 'vitest';
import * as schema from './fixtures/partitioned.ts';
import { limits, partition, partitions } from './fixtures/partitioned.ts';
import { failure, limitsDatabase } from './support/database.ts';

// Two ways to come to partitions: there before the triggers are made, and made after them.
const after = await limitsDatabase('plan-limits-partitioned', {
  schema,
  features: [limits],
  rewrite: partition,
  after: partitions,
});
const before = await limitsDatabase('plan-limits-partitioned-before', {
  schema,
  features: [limits],
  rewrite: (statement) => [partition(statement), ...partitionsOf(statement)].join(';\n'),
});

function partitionsOf(statement: string): string[] {
  const [, table = ''] = /^CREATE TABLE "(\w+)"/.exec(statement) ?? [];
  return partitions.filter((each) => new RegExp(` partition of ${table}(_closed)? `).test(each));
}

const modes = { tickets: 'live', orders: 'counter' } as const;

describe.each([
  ['made after the triggers', after],
  ['made before them', before],
])('partitions %s', (_, database) => {
  const { pool, ask } = database;
  const open = async (table: string, organization: string) => {
    const [row] = await ask<{ n: number }>(
      `select count(*)::int n from ${table} where organization_id = $1 and status = 'open'`,
      [organization],
    );
    return row?.n;
  };
  const used = (
    organization: string,
    feature: keyof typeof modes | 'boxes' | 'items' | 'notes' | 'files',
  ) => database.in(organization, async () => (await limits.explain(pool, feature)).used);

  describe.each(Object.keys(modes) as (keyof typeof modes)[])('%s', (table) => {
    const insert = (n: number, status = 'open', into: string = table) =>
      pool.query(`insert into ${into} (status) select $1 from generate_series(1, ${n})`, [status]);
    const close = "update $ set status = 'closed' where status = 'open'";
    const run = (sql: string) => pool.query(sql.replaceAll('$', table));

    test('an update that moves a row to another partition counts', async () => {
      const acme = await database.organization();
      await database.in(acme, async () => {
        await insert(9, 'closed');
        expect(
          await failure(run("update $ set status = 'open' where status = 'closed'")),
        ).toMatchObject({ code: 'LIMIT_REACHED', details: { used: 0, limit: 3, requested: 9 } });
        const one =
          "update $ set status = 'open' where id = (select id from $ where status = 'closed' limit 1)";
        for (let i = 0; i < 3; i++) await run(one);
        await expect(run(one)).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
        // from the default partition, and from a sub-partition of another region
        await insert(1, 'somewhere');
        await expect(
          run("update $ set status = 'open' where status = 'somewhere'"),
        ).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
        await run(`${close} and id = (select id from $ where status = 'open' limit 1)`);
        expect(await used(acme, table)).toBe(2);
        await run("update $ set region = 'us' where status = 'closed'");
        await run(one);
      });
      expect(await open(table, acme)).toBe(3);
      expect(await used(acme, table)).toBe(3);
    });

    test('bulk inserts, ON CONFLICT, MERGE and COPY go by the table', async () => {
      const acme = await database.organization();
      await database.in(acme, async () => {
        await expect(insert(4)).rejects.toMatchObject({ details: { used: 0, requested: 4 } });
        await insert(2);
        await run(
          'insert into $ select * from $ on conflict (organization_id, id, status, region) do update set deleted_at = $$x$$'.replaceAll(
            '$$',
            "'",
          ),
        );
        await run(`merge into $ using (select id from $) s on $.id = s.id
          when matched then update set status = 'closed'`);
        expect(await used(acme, table)).toBe(0);
        await insert(2, 'closed');
        await expect(
          run(`merge into $ using (select id from $) s on $.id = s.id
          when matched then update set status = 'open'`),
        ).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
        await run('delete from $ where id in (select id from $ limit 2)');
        // moves of two, and a new one, in one statement
        await expect(
          run(`merge into $ using (select id from $ union all select gen_random_uuid() from generate_series(1, 2)) s on $.id = s.id
            when matched then update set status = 'open' when not matched then insert (status) values ('open')`),
        ).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
        await run(`merge into $ using (select id from $ union all select gen_random_uuid()) s on $.id = s.id
          when matched then update set status = 'open' when not matched then insert (status) values ('open')`);
        await expect(insert(1)).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
      });
      expect([await open(table, acme), await used(acme, table)]).toEqual([3, 3]);
      const copied = await failure(
        ask(
          `copy ${table} (organization_id, status) from program 'echo ${acme},open' with (format csv)`,
        ),
      );
      expect(copied.message).toContain('LIMIT_REACHED');
    });

    test('what is written into a partition by its name counts as well', async () => {
      const acme = await database.organization();
      const into = (sql: string) => ask(sql.replaceAll('$1', `'${acme}'`).replaceAll('$', table));
      const rows = (n: number) => `select $1::uuid, 'open' from generate_series(1, ${n})`;
      expect(
        (await failure(into(`insert into $_open (organization_id, status) ${rows(4)}`))).message,
      ).toContain('LIMIT_REACHED');
      await into(`insert into $_open (organization_id, status) ${rows(3)}`);
      for (const over of [
        `insert into $_open (organization_id, status) ${rows(1)}`,
        `copy $_open (organization_id, status) from program 'echo ${acme},open' with (format csv)`,
        `insert into $ (organization_id, status) ${rows(1)}`,
      ]) {
        expect((await failure(into(over))).message).toContain('LIMIT_REACHED');
      }
      await into(
        'delete from $_open where organization_id = $1 and id in (select id from $_open where organization_id = $1 limit 2)',
      );
      expect(await used(acme, table)).toBe(1);
      await database.in(acme, () => insert(2));
      await database.in(acme, () =>
        expect(insert(1)).rejects.toMatchObject({ code: 'LIMIT_REACHED' }),
      );
    });

    test('a partition that is attached later is counted, and one that is detached is not', async () => {
      const acme = await database.organization();
      const name = `${table}_${randomUUID().slice(0, 8)}`;
      await ask(`create table ${name} (like ${table} including defaults including constraints)`);
      await ask(
        `insert into ${name} (organization_id, status) select '${acme}', 'late' from generate_series(1, 9)`,
      );
      await ask(`delete from ${table} where status = 'late'`);
      await ask(`alter table ${table} attach partition ${name} for values in ('late')`);
      await database.in(acme, async () => {
        await expect(
          run("update $ set status = 'open' where status = 'late'"),
        ).rejects.toMatchObject({
          code: 'LIMIT_REACHED',
        });
        await insert(3);
      });
      await ask(`alter table ${table} detach partition ${name}`);
      await ask(`update ${name} set status = 'open'`);
      expect(await used(acme, table)).toBe(3);
      await ask(`drop table ${name}`);
    });

    test('nine at once of a limit of three are three', async () => {
      const acme = await database.organization();
      await database.in(acme, async () => {
        await insert(9, 'closed');
        const { rows } = await pool.query(`select id from ${table}`);
        const settled = await Promise.allSettled(
          rows.map(({ id }) =>
            pool.query(`update ${table} set status = 'open' where id = $1`, [id]),
          ),
        );
        expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
      });
      expect([await open(table, acme), await used(acme, table)]).toEqual([3, 3]);
    });

    test('thresholds are told once for what one statement moves', async () => {
      await ask('delete from limit_events');
      const acme = await database.organization();
      await database.in(acme, async () => {
        await insert(3, 'closed');
        await run("update $ set status = 'open'");
      });
      expect(await ask('select threshold, used::int from limit_events order by 1')).toEqual([
        { threshold: 80, used: 3 },
        { threshold: 100, used: 3 },
      ]);
      await ask('delete from limit_events');
      const globex = await database.organization();
      await ask(
        `insert into ${table}_open (organization_id, status) select '${globex}', 'open' from generate_series(1, 3)`,
      );
      expect((await ask('select threshold from limit_events order by 1')).length).toBe(2);
    });
  });

  describe('where every row counts', () => {
    test.each(['files', 'boxes'] as const)(
      'a tenant over its limit may still move rows of %s between partitions',
      async (table) => {
        const acme = await database.organization('pro');
        await database.in(acme, () =>
          pool.query(`insert into ${table} (status) select 'a' from generate_series(1, 9)`),
        );
        await ask("update organizations set plan = 'free' where id = $1", [acme]);
        await database.in(acme, async () => {
          await pool.query(`update ${table} set status = 'z'`);
          await expect(
            pool.query(`insert into ${table} (status) values ('a')`),
          ).rejects.toMatchObject({ code: 'LIMIT_REACHED', details: { used: 9, limit: 3 } });
        });
        expect(await used(acme, table)).toBe(9);
        await database.in(acme, () => pool.query(`delete from ${table} where true`));
        expect(await used(acme, table)).toBe(0);
      },
    );
  });

  test('soft delete makes room, and undelete takes it, in partitions by hash', async () => {
    const acme = await database.organization();
    await database.in(acme, async () => {
      const add = () => pool.query("insert into notes (status) values ('x')");
      for (let i = 0; i < 3; i++) await add();
      await expect(add()).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
      await pool.query(
        "update notes set deleted_at = 'now' where id = (select id from notes limit 1)",
      );
      await add();
      await expect(
        pool.query('update notes set deleted_at = null where deleted_at is not null'),
      ).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
    });
    // into the other partition, undeleted on the way
    const over = await failure(
      ask(
        `update notes set deleted_at = null, id = gen_random_uuid() where deleted_at is not null and organization_id = '${acme}'`,
      ),
    );
    expect(over.message).toContain('LIMIT_REACHED');
  });

  test('TRUNCATE of the table frees it, and of a partition with a recount', async () => {
    const acme = await database.organization();
    const fill = () =>
      database.in(acme, () =>
        pool.query("insert into orders (status) select 'open' from generate_series(1, 3)"),
      );
    await fill();
    await ask('truncate orders');
    await fill();
    expect(await used(acme, 'orders')).toBe(3);
    await ask('truncate orders_open');
    await database.system(() => limits.recount(pool));
    await fill();
  });

  test('a cascade frees what it deletes', async () => {
    const acme = await database.organization();
    await ask(
      'alter table items add constraint items_cart_fk foreign key (organization_id, cart_id) references carts (organization_id, id) on delete cascade',
    );
    await database.in(acme, async () => {
      const { rows } = await pool.query('insert into carts default values returning id');
      const add = () =>
        pool.query('insert into items (cart_id) select $1 from generate_series(1, 3)', [
          rows[0].id,
        ]);
      await add();
      await expect(add()).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
      await pool.query('delete from carts');
      expect((await limits.explain(pool, 'items')).used).toBe(0);
      await pool.query('insert into carts (id) values ($1)', [rows[0].id]);
      await add();
    });
    await ask('alter table items drop constraint items_cart_fk');
  });

  test('the mark of a statement ends with it, also when it fails', async () => {
    const acme = await database.organization();
    await withClient(database.url, async (client) => {
      const roots = async () =>
        (await client.query("select current_setting('tenantry.limit_roots', true) as roots"))
          .rows[0].roots ?? '';
      await client.query('begin');
      await client.query('insert into tickets (organization_id, status) values ($1, $2)', [
        acme,
        'open',
      ]);
      expect((await roots()).replaceAll(',', '')).toBe('');
      await client.query('savepoint a');
      await client
        .query(
          "insert into tickets (organization_id, status) select $1, 'open' from generate_series(1, 9)",
          [acme],
        )
        .catch(() => {});
      await client.query('rollback to a');
      expect((await roots()).replaceAll(',', '')).toBe('');
      await client.query(
        "insert into tickets_open (organization_id, status) select $1, 'open' from generate_series(1, 2)",
        [acme],
      );
      await expect(
        client.query("insert into tickets_open (organization_id, status) values ($1, 'open')", [
          acme,
        ]),
      ).rejects.toThrow('LIMIT_REACHED');
      await client.query('rollback');
    });
  });
});

test('an update of several rows of a table without partitions is told once as well', async () => {
  await after.ask('delete from limit_events');
  const acme = await after.organization();
  await after.ask(
    `insert into plain (organization_id, status) select '${acme}', 'closed' from generate_series(1, 3)`,
  );
  await after.ask("update plain set status = 'open'");
  expect(await after.ask('select threshold, used::int from limit_events order by 1')).toEqual([
    { threshold: 80, used: 3 },
    { threshold: 100, used: 3 },
  ]);
});

test('a table that is not partitioned has only the triggers that it needs', async () => {
  const names = await after.ask<{ tgname: string }>(
    "select tgname from pg_trigger where tgrelid = 'plain'::regclass and tgname like 'tenantry_limit%' order by 1",
  );
  expect(names.map(({ tgname }) => tgname)).toEqual([
    'tenantry_limit_insert',
    'tenantry_limit_update_plain',
  ]);
});
