import { createTenantPool } from '@tenantry/core';
import { citusUrl } from '@tenantry/testing';
import { withClient } from '@tenantry/testing/schema';
import { runCommand } from 'tenantry';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditEntry } from '../../src/index.ts';
import { verifyExport } from '../../src/verify/index.ts';
import { audit, tenancy } from './support/schema.ts';
import { ada, type CitusWorld, citusWorld } from './support/world.ts';

describe.skipIf(citusUrl() === undefined)('the life of a log on Citus', () => {
  let world: CitusWorld;
  beforeAll(async () => {
    world = await citusWorld();
  }, 60_000);
  afterAll(() => world?.close());

  const view = (tenant: string, email?: string) =>
    world.as(tenant, () =>
      world.pool.batch(() => [
        audit.log(world.pool, 'thing.happened', {
          resource: ['thing', '1'],
          metadata: { n: 1, ...(email !== undefined && { email }) },
        }),
      ]),
    );

  /** Entries of months ago, in partitions of their own, as they would be there by now. */
  async function ages(tenant: string, months: readonly number[]): Promise<void> {
    for (const month of months) {
      await world.ask(
        'select tenantry.audit_create_month(now() - make_interval(months => $1::int))',
        [month],
      );
      for (let i = 0; i < 5; i++)
        await world.ask(
          `insert into audit_logs (organization_id, action, resource_type, created_at, salt)
           values ($1, 'old', 'thing', (date_trunc('month', now() at time zone 'UTC') at time zone 'UTC') - make_interval(months => $2::int) + make_interval(hours => $3::int), 'x')`,
          [tenant, month, i],
        );
    }
  }
  const months = async (tenant: string) =>
    (
      await world.ask<{ n: number }>(
        `select count(distinct date_trunc('month', created_at))::int as n from audit_logs where organization_id = $1 and action = 'old'`,
        [tenant],
      )
    )[0]?.n;

  test('nobody changes the log, not even its owner', async () => {
    const acme = await world.tenant();
    for (const sql of [
      `update audit_logs set action = 'x' where organization_id = '${acme}'`,
      `delete from audit_logs where organization_id = '${acme}'`,
      'truncate audit_logs',
    ])
      await expect(world.ask(sql), sql).rejects.toThrow('AUDIT_APPEND_ONLY');
    await world.settle();
    for (const sql of [
      `delete from tenantry.audit_seals where tenant = '${acme}'`,
      `update tenantry.audit_seals set entries = 0 where tenant = '${acme}'`,
    ])
      await expect(world.ask(sql), sql).rejects.toThrow('AUDIT_APPEND_ONLY');
    const insert = `insert into audit_logs (organization_id, action, resource_type) values ('${acme}', 'x', 'y')`;
    await expect(world.as(acme, () => world.pool.query(insert))).rejects.toMatchObject({
      code: '42501',
    });
    await expect(world.system(() => world.pool.query(insert))).rejects.toMatchObject({
      code: '42501',
    });
  });

  test('a tenant brings no entry for another one, and none of another source', async () => {
    const [acme, globex] = [await world.tenant(), await world.tenant()];
    const bring = (of: string) =>
      world.as(acme, () =>
        world.pool.query(
          `insert into tenantry.audit_inbox (tenant, id, source, action, resource_type, metadata) values ('${of}', gen_random_uuid(), 'capture', 'forged', 'x', '{}')`,
        ),
      );
    await expect(bring(globex)).rejects.toMatchObject({ code: '42501' });
    await bring(acme);
    const forged = await world.ask(
      `select organization_id as tenant, source, actor_id from audit_logs where action = 'forged'`,
    );
    expect(forged).toEqual([{ tenant: acme, source: 'entry', actor_id: ada }]);
    expect(await world.ask('select 1 from tenantry.audit_inbox')).toEqual([]);
    await expect(
      world.as(acme, () => world.pool.query('select 1 from tenantry.audit_inbox')),
    ).rejects.toMatchObject({ code: '42501' });
  });

  test('a person is erased, and every hash, seal and proof stays valid', async () => {
    const [acme, globex] = [await world.tenant(), await world.tenant()];
    await view(acme, 'a@b.c');
    await view(globex, 'a@b.c');
    await world.as(acme, () =>
      world.pool.query(`insert into projects (name, email) values ('p', 'd@e.f')`),
    );
    await world.settle();
    await world.system(async () => {
      await audit.hold(world.pool, { organizationId: globex, reason: 'matter 17' });
      await expect(audit.erase(world.pool, { user: ada, reason: 'letter' })).rejects.toMatchObject({
        code: 'AUDIT_ON_HOLD',
      });
      expect(await audit.release(world.pool, { organizationId: globex, reason: 'settled' })).toBe(
        1,
      );
      const erased = await audit.erase(world.pool, { user: ada, reason: 'letter' });
      expect(erased.find(({ organizationId }) => organizationId === acme)?.entries).toBe(2);
      await world.settle();
      expect(await audit.verify(world.pool)).toMatchObject({ findings: [], unsealed: 0 });
    });
    expect(await world.ask('select 1 from audit_logs where actor_id = $1', [ada])).toEqual([]);
    let text = '';
    await world.as(acme, async () => {
      for await (const chunk of audit.export(world.pool)) text += chunk;
    });
    expect(await verifyExport(text.split('\n'))).toMatchObject({
      findings: [],
      entries: 4,
      sealed: 4,
    });
    expect(text).not.toContain('d@e.f');
    const [entry] = await world.ask<{ id: string }>(
      `select id from audit_logs where organization_id = $1 and action = 'thing.happened'`,
      [acme],
    );
    const proof = await world.as(acme, () => audit.prove(world.pool, entry?.id ?? ''));
    expect(proof.seal.tenant).toBe(acme);
  });

  test('expired entries go with their partition; holds and retention of a tenant win', async () => {
    const [acme, globex] = [await world.tenant(), await world.tenant()];
    await ages(acme, [30, 29, 2]);
    await ages(globex, [30, 28, 2]);
    await world.settle();
    await world.system(async () => {
      await audit.hold(world.pool, { organizationId: globex, reason: 'matter 17' });
      const archived: string[] = [];
      const first = await audit.maintain(world.pool, {
        keepMonths: 24,
        archive: async ({ organizationId, entries, lines }) => {
          let text = '';
          for await (const chunk of lines) text += chunk;
          expect((await verifyExport(text.split('\n'))).entries).toBe(entries);
          archived.push(organizationId);
        },
      });
      expect(archived).toEqual([acme, acme]);
      expect(first.retired.map(({ entries, dropped }) => [entries, dropped])).toEqual([
        [5, false],
        [5, true],
      ]);
      expect([await months(acme), await months(globex)]).toEqual([1, 3]);
      await audit.release(world.pool, { organizationId: globex, reason: 'settled' });
      await audit.setRetention(world.pool, {
        organizationId: globex,
        months: 28,
        reason: 'contract 4',
      });
      const second = await audit.maintain(world.pool, { keepMonths: 24 });
      expect(second.retired).toEqual([
        { month: expect.any(String), tenants: 1, entries: 5, dropped: true },
      ]);
      expect([await months(acme), await months(globex)]).toEqual([1, 2]);
      await audit.setRetention(world.pool, {
        organizationId: globex,
        months: null,
        reason: 'contract 5',
      });
      await world.settle();
      const report = await audit.verify(world.pool);
      expect(report.retired).toBe(3);
      expect(report.findings.filter(({ kind }) => kind !== 'backdated')).toEqual([]);
    });
  });

  test('a month without a partition waits in the default one, and moves out of it', async () => {
    const acme = await world.tenant();
    await world.ask(
      `insert into audit_logs (organization_id, action, resource_type, created_at, salt) values ($1, 'late', 'thing', now() + interval '7 months', 'x')`,
      [acme],
    );
    const where = () =>
      world.ask<{ n: number }>('select count(*)::int as n from tenantry.audit_logs_default');
    expect(await where()).toEqual([{ n: 1 }]);
    const { created } = await world.system(() => audit.maintain(world.pool));
    expect(created).toHaveLength(1);
    expect(await where()).toEqual([{ n: 0 }]);
    expect(await world.ask(`select 1 from audit_logs where action = 'late'`)).toHaveLength(1);
  });

  test('sinks get every sealed entry once, in order; upkeep does all of it', async () => {
    const acme = await world.tenant();
    await view(acme);
    const got: AuditEntry<'organizationId'>[] = [];
    const sink = {
      name: 'siem',
      deliver: async (entries: readonly AuditEntry<'organizationId'>[]) =>
        void got.push(...entries),
    };
    const report = await world.system(() => audit.upkeep(world.pool, { sinks: [sink] }));
    expect(report.busy).toBe(false);
    await view(acme);
    await world.settle();
    await world.system(() => audit.upkeep(world.pool, { sinks: [sink] }));
    await world.settle();
    await world.system(() => audit.upkeep(world.pool, { sinks: [sink] }));
    const [all] = await world.ask<{ n: number }>('select count(*)::int as n from audit_logs');
    expect(got).toHaveLength(all?.n ?? 0);
    expect(new Set(got.map(({ id }) => id)).size).toBe(got.length);
    const ids = got.map(({ transactionId }) => Number(transactionId));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
  });

  test('an open transaction on a worker is named by status, and nothing passes it', async () => {
    const acme = await world.tenant();
    await world.settle();
    const open = await world.db.transaction.bind(world.db);
    let release = () => {};
    let begun = () => {};
    const started = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const running = world.as(acme, () =>
      open(async (tx) => {
        await tx.execute(`insert into projects (name) values ('slow')`);
        begun();
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        await tx.execute(`update projects set stars = 9 where name = 'slow'`);
      }),
    );
    await started;
    await view(acme);
    const held = await world.system(() => audit.seal(world.pool));
    expect(held).toMatchObject({ seals: 0 });
    expect(held.lag?.blockedBy?.pid).toEqual(expect.any(Number));
    await view(acme);
    release();
    await running;
    const ids = await world.ask<{ xid: string }>(
      `select distinct transaction_id as xid from audit_logs where organization_id = $1 and action like 'projects.%'`,
      [acme],
    );
    expect(ids).toHaveLength(1);
    await world.system(async () => {
      await world.settle();
      const findings = (await audit.verify(world.pool)).findings.filter(
        ({ kind }) => kind !== 'backdated',
      );
      expect(findings).toEqual([]);
      expect(await audit.lag(world.pool)).toBeUndefined();
      expect(await audit.examine(world.pool)).toEqual([]);
    });
  });

  test('the commands and the read model work', async () => {
    const acme = await world.tenant();
    const run = (command: string, ...argv: string[]) =>
      runCommand({ tenancy, features: [audit], database: { url: world.url } }, [
        ...command.split(' '),
        ...argv,
      ]);
    expect(await run('audit seal')).toMatchObject({ code: 0 });
    await world.settle();
    expect(await run('audit maintain', '--restored')).toMatchObject({ code: 0 });
    expect(await run('audit status')).toMatchObject({ code: 0, stderr: '' });
    const verified = await run('audit verify');
    expect(verified.stdout).toMatch(/\d+ entries: /);
    expect(
      (await run('audit export', '--tenant', acme, '--format', 'csv')).stdout.split('\r\n'),
    ).toHaveLength(3);
    const all = await world.system(() => audit.describe(world.pool));
    expect(all.lists.map(({ id }) => id)).toEqual(['waiting', 'deliveries', 'holds', 'retention']);
    const own = await world.as(acme, () => audit.describe(world.pool));
    expect(own.changes).toHaveLength(1);
  });

  test('a pool that enters through a worker writes the same log', async () => {
    const acme = await world.tenant();
    for (const worker of world.workers) {
      const login = Object.assign(new URL(worker), { username: 'tenantry_test_citus' });
      const pool = createTenantPool(tenancy, { connectionString: login.href });
      try {
        await world.as(acme, () =>
          pool.batch(() => [
            pool.query(`insert into projects (name) values ('through a worker')`),
            audit.log(pool, 'project.viewed', { resource: ['project'] }),
          ]),
        );
        expect((await world.as(acme, () => audit.verify(pool))).findings).toEqual([]);
      } finally {
        await pool.end();
      }
    }
    const entries = await world.ask<{ action: string; n: number }>(
      'select action, count(*)::int as n, count(distinct transaction_id)::int as xids from audit_logs where organization_id = $1 group by 1 order by 1',
      [acme],
    );
    expect(entries).toEqual([
      { action: 'organizations.inserted', n: 1, xids: 1 },
      { action: 'project.viewed', n: 2, xids: 2 },
      { action: 'projects.inserted', n: 2, xids: 2 },
    ]);
    await world.settle();
    const { findings } = await world.as(acme, () => audit.verify(world.pool));
    expect(findings).toEqual([]);
  });

  test('the checks of doctor run', async () => {
    await world.settle();
    await withClient(world.url, async (client) => {
      const query = async (text: string, values?: readonly unknown[]) =>
        client.query(text, values as unknown[]);
      for (const check of audit.doctor ?? [])
        expect(await check.find({ query, tenancy } as never), check.id).toEqual([]);
    });
  });

  test('a capture that no longer fits its table is named before a write fails', async () => {
    await world.ask('alter table tasks rename column title to heading');
    const found = await world.system(() => audit.examine(world.pool));
    await world.ask('alter table tasks rename column heading to title');
    expect(found.map(({ rule }) => rule)).toEqual(Array(3).fill('audit-capture-fails'));
    for (const operation of ['DELETE', 'INSERT', 'UPDATE'])
      expect(found.map((each) => each.found).join()).toContain(
        `the capture of ${operation} on public.tasks fails with 42703`,
      );
    expect(await world.system(() => audit.examine(world.pool))).toEqual([]);
  });
});
