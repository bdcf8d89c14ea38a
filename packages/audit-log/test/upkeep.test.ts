import { applySchema } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import pg from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import { type AuditLag, type AuditSink, defineAudit } from '../src/index.ts';
import { actions, audit, linkedAudit, schema, strictAudit, tenancy } from './fixtures/schema.ts';
import { failure, withClientOf, world } from './support/world.ts';

const { pool, url, ask, asAda, system } = await world();
const happened = (text: string) =>
  asAda(() => pool.batch(() => [audit.log(pool, 'thing.happened', { resource: ['thing', text] })]));
/** Other test files have transactions on this server too, for a while. */
async function until<R>(ask: () => Promise<R>, holds: (found: R) => boolean): Promise<R> {
  for (;;) {
    const found = await ask();
    if (holds(found)) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
const nothingWaits = () =>
  until(
    () => system(() => audit.seal(pool)),
    ({ lag }) => lag === undefined,
  );

describe('a transaction that is left open', () => {
  test('is named by sealing, delivery, upkeep and examination, with its process', async () => {
    const open = new pg.Client({ connectionString: url, application_name: 'left open' });
    await open.connect();
    afterAll(() => open.end());
    await open.query('begin');
    const { rows } = await open.query('select pg_backend_pid() as pid, pg_current_xact_id()');
    await happened('waits');
    await happened('waits too');
    const sink: AuditSink = { name: 'waiting', deliver: async () => {} };
    const ofIt = ({ lag }: { lag?: AuditLag }) => lag?.blockedBy?.pid === rows[0].pid;
    const holder = {
      pid: rows[0].pid,
      user: new URL(url).username,
      application: 'left open',
      database: new URL(url).pathname.slice(1),
      since: expect.stringMatching(/^20\d\d-.*Z$/),
      preparedTransaction: null,
    };
    const sealed = await until(() => system(() => audit.seal(pool)), ofIt);
    expect(sealed.lag).toMatchObject({ entries: 2, blockedBy: holder });
    expect(sealed.lag?.seconds).toBeGreaterThan(0);
    const delivered = await system(() => audit.deliver(pool, sink));
    expect(delivered.lag).toMatchObject({ entries: 2, blockedBy: holder });
    const kept = await system(() => audit.upkeep(pool, { sinks: [sink] }));
    expect(kept).toMatchObject({ left: 2, lag: { blockedBy: holder } });
    const findings = await system(() => audit.examine(pool, { mostLagSeconds: 0 }));
    expect(findings).toMatchObject([
      { rule: 'audit-blocked', found: expect.stringContaining(`process ${rows[0].pid}`) },
    ]);
    expect(await system(() => audit.examine(pool))).toEqual([]);
    await open.query('rollback');
    await nothingWaits();
    expect(
      (
        await until(
          () => system(() => audit.deliver(pool, sink)),
          ({ lag }) => lag === undefined,
        )
      ).busy,
    ).toBe(false);
    expect(await system(() => audit.lag(pool))).toBeUndefined();
  });

  test('does not block when it only reads', async () => {
    await withClientOf(url, async (reader) => {
      await reader.query('begin isolation level repeatable read');
      await reader.query('select count(*) from organizations');
      await happened('read beside');
      await nothingWaits();
      await reader.query('rollback');
    });
  });
});

describe('upkeep', () => {
  test('runs all parts until they are done; a failed part does not stop the others', async () => {
    const got: string[] = [];
    const sinks: AuditSink[] = [
      { name: 'refuses', deliver: () => Promise.reject(new Error('503')) },
      { name: 'takes', deliver: async (entries) => void got.push(...entries.map(({ id }) => id)) },
    ];
    await nothingWaits();
    await expect(system(() => audit.upkeep(pool, { sinks, monthsAhead: 5 }))).rejects.toThrow(
      '503',
    );
    const rest = await until(
      () => system(() => audit.upkeep(pool, { sinks: sinks.slice(1) })),
      ({ left }) => left === 0,
    );
    expect(rest.lag).toBeUndefined();
    expect(rest.busy).toBe(false);
    const [log] = await ask<{ n: number; ahead: number }>(
      `select count(*)::int as n, (select count(*)::int from tenantry.audit_partitions) as ahead from audit_logs`,
    );
    expect(new Set(got).size).toBe(log?.n);
    expect(log?.ahead).toBe(6);
    expect(await system(() => audit.examine(pool))).toMatchObject([
      { rule: 'audit-delivery-fails', found: expect.stringContaining('the sink refuses') },
    ]);
    await ask(`delete from tenantry.audit_deliveries where sink = 'refuses'`);
  });

  test('deletes the records of failures after their retention', async () => {
    await ask(
      `insert into tenantry.audit_failures (table_name, operation, sqlstate, failed_at) values ('x', 'INSERT', '23514', now() - interval '91 days'), ('x', 'INSERT', '23514', now())`,
    );
    expect(await system(() => audit.examine(pool))).toMatchObject([
      { rule: 'audit-capture-failed' },
    ]);
    expect((await system(() => audit.upkeep(pool))).done.failuresDeleted).toBe(1);
    await ask('delete from tenantry.audit_failures');
  });
});

describe('an examination', () => {
  test('tries every capture without a change, and names the one that fails', async () => {
    for (const [feature, key] of [
      [audit, 'audit'],
      [strictAudit, 'audit-strict'],
      [linkedAudit, 'audit-linked'],
    ] as const) {
      const one = await world(feature, key);
      const examined = () => one.system(() => feature.examine(one.pool, { mostLagSeconds: 3600 }));
      const entries = () => one.ask('select count(*) from audit_logs');
      const before = await entries();
      expect(await examined()).toEqual([]);
      await one.ask('alter table projects drop column email');
      expect(
        (await examined()).map(({ rule, found }) => [rule, found.slice(0, found.indexOf(':'))]),
      ).toEqual(
        ['DELETE', 'INSERT', 'UPDATE'].map((operation) => [
          'audit-capture-fails',
          `the capture of ${operation} on public.projects fails with 42703`,
        ]),
      );
      expect(await entries()).toEqual(before);
      expect(await one.ask('select from tenantry.audit_failures')).toHaveLength(0);
    }
  });

  test('an error of another trigger is not a capture’s, whatever it is called', async () => {
    const one = await world(audit, 'audit');
    await one.ask(`
      create table my_audit_captures (name text);
      create function my_audit_capture() returns trigger language plpgsql as $$
        begin insert into my_audit_captures select 1 / 0; return null; end $$;
      create trigger audit_capture after insert or update or delete on projects
        for each statement execute function my_audit_capture();`);
    expect(await one.system(() => audit.examine(one.pool, { mostLagSeconds: 3600 }))).toEqual([]);
  });

  test('finds a missing partition', async () => {
    const one = await world();
    await one.ask('delete from tenantry.audit_partitions');
    expect(await one.system(() => audit.examine(one.pool))).toMatchObject([
      { rule: 'audit-partition-missing' },
    ]);
  });

  test('is not needed for a role that can log in, because the migration refuses it', async () => {
    const database = await testDatabase();
    const role = 'audit_log_in';
    await withClientOf(database.url, (client) => client.query(`create role ${role} login`));
    const feature = defineAudit(tenancy, { actions, role });
    const applied = applySchema(database.url, { tenancy, schema, features: [feature] });
    expect(await failure(applied.then(() => ({})))).toMatchObject({
      message: expect.stringContaining('somebody can log in as it'),
    });
    await withClientOf(database.url, (client) => client.query(`drop role ${role}`));
  });
});
