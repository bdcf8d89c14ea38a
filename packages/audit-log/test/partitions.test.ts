import { generate } from '@tenantry/rls/generate';
import { withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { audit, schema, tenancy } from './fixtures/schema.ts';
import { acme, ada, world } from './support/world.ts';

const { pool, url, ask, asAda, system, newPool } = await world();
const view = () =>
  asAda(() =>
    pool.batch(() => [audit.log(pool, 'project.viewed', { resource: ['project', 'p'] })]),
  );
const partitions = async () =>
  (
    await ask<{ name: string }>(
      `select inhrelid::regclass::text as name from pg_inherits where inhparent = 'audit_logs'::regclass order by 1`,
    )
  ).map(({ name }) => name);

/** What is wrong, but for the sealed entries of the partition that a test dropped. */
const findings = async () => {
  const report = await system(() => audit.verify(pool));
  return report.findings.filter(({ kind }) => kind !== 'missing');
};

describe('maintenance', () => {
  test('has made this month, three more and the default by the migration itself', async () => {
    expect(await partitions()).toHaveLength(5);
    expect((await partitions()).at(-1)).toBe('tenantry.audit_logs_default');
  });

  test('by 8 processes at once makes each partition once', async () => {
    const before = (await partitions()).length;
    const pools = Array.from({ length: 8 }, () => newPool({ max: 1 }));
    const results = await Promise.all(
      pools.map((each) =>
        tenancy.asSystem({ reason: 'a test', actor: 'tests', write: true }, () =>
          audit.maintain(each, { monthsAhead: 9 }),
        ),
      ),
    );
    const created = results.flatMap((result) => result.created);
    expect(new Set(created).size).toBe(created.length);
    expect(created).toHaveLength(6);
    expect(await partitions()).toHaveLength(before + 6);
  });

  test('a missing partition never fails a write, and its rows move into it later', async () => {
    const [current] = await ask<{ name: string }>(
      `select format('tenantry.audit_logs_%s', to_char(now() at time zone 'UTC', 'YYYY_MM')) as name`,
    );
    const name = current?.name ?? '';
    await ask(`drop table ${name}`);
    await ask(`delete from tenantry.audit_partitions where partition = $1`, [
      name.replace('tenantry.', ''),
    ]);
    for (let i = 0; i < 5; i++) await view();
    const where = () =>
      ask<{ at: string }>(
        `select distinct tableoid::regclass::text as at from audit_logs where action = 'project.viewed'`,
      );
    expect(await where()).toEqual([{ at: 'tenantry.audit_logs_default' }]);
    const before = await ask('select * from audit_logs order by id');
    // writers go on while the rows move
    const writing = Promise.all(Array.from({ length: 20 }, () => view()));
    const { created } = await system(() => audit.maintain(pool));
    await writing;
    expect(created).toEqual([name.replace('tenantry.', '')]);
    await system(() => audit.maintain(pool));
    const after = await ask<{ id: string }>('select * from audit_logs order by id');
    expect(after).toHaveLength(before.length + 20);
    const ids = new Set((before as { id: string }[]).map(({ id }) => id));
    expect(after.filter(({ id }) => ids.has(id))).toEqual(before);
    expect(await findings()).toEqual([]);
  });

  test('a writer that comes while its rows move waits, and is not refused by the default partition', async () => {
    const [{ name } = { name: '' }] = await ask<{ name: string }>(
      `select format('audit_logs_%s', to_char(now() at time zone 'UTC', 'YYYY_MM')) as name`,
    );
    await ask(`drop table tenantry.${name}`);
    await ask('delete from tenantry.audit_partitions where partition = $1', [name]);
    await view(); // something to move
    const mover = new pg.Client({ connectionString: url });
    await mover.connect();
    await mover.query('begin');
    await mover.query('select * from tenantry.audit_maintain(3)');
    const writing = view();
    const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await expect.poll(() => ask(waiting)).toHaveLength(1);
    await mover.query('commit');
    await mover.end();
    await writing;
    expect(await ask('select from tenantry.audit_logs_default')).toHaveLength(0);
  });

  test('gives up in two seconds where a reader holds the default partition, and writers go on', async () => {
    const reader = new pg.Client({ connectionString: url });
    await reader.connect();
    await reader.query('begin');
    await reader.query('select * from tenantry.audit_logs_default');
    const maintaining = system(() => audit.maintain(pool, { monthsAhead: 12 })).then(
      () => 'done',
      (error) => error.code as string,
    );
    await view(); // not behind the lock that maintenance waits for
    expect(await maintaining).toBe('55P03');
    await reader.query('rollback');
    await reader.end();
    expect((await system(() => audit.maintain(pool, { monthsAhead: 12 }))).created).toHaveLength(3);
  });
});

describe('a plain table', () => {
  const [plainDatabase] = [testDatabase()];
  const sections = generate({ tenancy, schema, features: [audit] });

  test('that has rows is converted without losing one, and looks the same to drizzle-kit', async () => {
    const { url: plain } = await plainDatabase;
    const { runAll, tablesSql } = await import('@tenantry/testing/schema');
    await withClient(plain, async (client) => {
      await runAll(client, [...sections.foundation.statements, ...(await tablesSql(schema))]);
      // a log as many applications have one, with a trigger, a right and an index of their own
      await client.query(`create role reporting_${Date.now()}`).catch(() => {});
      await client.query(
        `create index audit_logs_own_idx on audit_logs (resource_type) where resource_id is not null`,
      );
      await client.query(
        `create policy of_the_application on audit_logs as restrictive for select to app using (action <> 'hidden')`,
      );
      await client.query(
        `insert into audit_logs (organization_id, action, resource_type, resource_id, metadata, actor_type, actor_id, ip_address, created_at)
         select $1, 'old.' || i, 'thing', i::text, jsonb_build_object('i', i), 'user', $2, '10.0.0.1', now() - make_interval(days => i) from generate_series(1, 400) i`,
        [acme, ada],
      );
      const look = async () => ({
        rows: (
          await client.query(
            `select to_jsonb(l) - '{salt,content_hash}'::text[] as row from audit_logs l order by created_at`,
          )
        ).rows,
        columns: (
          await client.query(
            `select column_name, data_type, is_nullable, column_default from information_schema.columns where table_schema = 'public' and table_name = 'audit_logs' order by ordinal_position`,
          )
        ).rows,
        indexes: (
          await client.query(
            `select indexname, replace(indexdef, ' ON ONLY ', ' ON ') as def from pg_indexes where schemaname = 'public' and tablename = 'audit_logs' order by 1`,
          )
        ).rows,
        policies: (
          await client.query(
            `select * from pg_policies where schemaname = 'public' and tablename = 'audit_logs' and policyname = 'of_the_application'`,
          )
        ).rows,
        constraints: (
          await client.query(
            `select conname, contype, pg_get_constraintdef(oid) as def from pg_constraint where conrelid = 'audit_logs'::regclass and contype <> 'n' order by 1`,
          )
        ).rows,
      });
      const before = await look();
      const run = () =>
        runAll(
          client,
          sections.sections.flatMap(({ statements }) => statements),
        );
      await run();
      expect(await look()).toEqual(before);
      await run(); // and again
      expect(await look()).toEqual(before);
      const { rows } = await client.query(
        `select relkind from pg_class where oid = 'audit_logs'::regclass`,
      );
      expect(rows).toEqual([{ relkind: 'p' }]);
      const [security] = (
        await client.query(
          `select relrowsecurity, relforcerowsecurity, relacl::text from pg_class where oid = 'audit_logs'::regclass`,
        )
      ).rows;
      expect(security).toMatchObject({
        relrowsecurity: true,
        relforcerowsecurity: true,
        relacl: expect.stringContaining('app=r/'),
      });
      expect(before.rows).toHaveLength(400);
      // what was there before is covered by the first seals
      await client.query('select * from tenantry.audit_seal(100000)');
      const sealed = await client.query('select sum(entries)::int as n from tenantry.audit_seals');
      expect(sealed.rows[0].n).toBeGreaterThanOrEqual(400);
    });
  });

  test('whose keys cascade is refused, because retention decides and not a deletion', async () => {
    const { url: other } = await testDatabase();
    const { runAll, tablesSql } = await import('@tenantry/testing/schema');
    await withClient(other, async (client) => {
      await runAll(client, [...sections.foundation.statements, ...(await tablesSql(schema))]);
      await client.query(
        'alter table audit_logs add foreign key (organization_id) references organizations on delete cascade',
      );
      const statements = sections.sections.flatMap(({ statements: each }) => each);
      await expect(runAll(client, statements)).rejects.toThrow(
        'deletes or changes entries with other rows',
      );
      await client.query('rollback');
    });
  });
});

test('pg_dump and a restore into another cluster go on above the old transaction ids', async () => {
  // what such a restore looks like: seals and entries of transactions that this server has not reached
  await system(() => audit.seal(pool));
  await ask(`update tenantry.audit_jobs set next_xid = 9000000000 where job = 'seal'`);
  await expect(system(() => audit.seal(pool))).rejects.toMatchObject({
    code: 'AUDIT_CLUSTER_CHANGED',
  });
  await system(() => pool.query('select tenantry.audit_restored()'));
  const fresh = newPool({ max: 1 });
  await tenancy.run({ organizationId: acme, user: ada }, () =>
    fresh.batch(() => [audit.log(fresh, 'project.viewed', { resource: ['project', 'after'] })]),
  );
  const [row] = await ask<{ xid: string }>(
    `select transaction_id::text as xid from audit_logs where resource_id = 'after'`,
  );
  expect(Number(row?.xid)).toBeGreaterThan(9_000_000_000);
  expect(await findings()).toEqual([]);
});
