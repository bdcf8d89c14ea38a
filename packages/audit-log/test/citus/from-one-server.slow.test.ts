import { randomUUID } from 'node:crypto';
import { createTenantPool, defineTenancy, type Tenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { distribute } from '@tenantry/rls/distribution';
import { generate } from '@tenantry/rls/generate';
import { type CitusDatabase, citusUrl, createCitusDatabase } from '@tenantry/testing';
import { createLogins, runAll, tablesSql, withClient } from '@tenantry/testing/schema';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AuditEntry, audited, defineAudit } from '../../src/index.ts';
import { verifyExport } from '../../src/verify/index.ts';
import { ada } from './support/world.ts';

// on one server nobody may log in as it, on Citus a node does
const role = 'audit_writer_of_one_server';

function application(dialect: Tenancy['dialect']) {
  const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid', dialect });
  const { isolate, tenants } = defineIsolation(tenancy);
  const audit = defineAudit(tenancy, { actions: {}, role });
  const organizations = pgTable('organizations', { id: tenancy.columns.id().primaryKey() }, (t) => [
    ...tenants(t),
  ]);
  const items = pgTable(
    'items',
    { ...tenancy.columns.scoped(), id: tenancy.columns.id(), name: text(), person: text() },
    (t) => [...isolate(t), ...audited(t, { personal: ['person'] })],
  );
  const logs = pgTable('audit_logs', { ...audit.tables.entries.columns() }, (t) => [
    ...audit.tables.entries.rules(t),
  ]);
  return { tenancy, audit, schema: { organizations, items, logs }, features: [audit] };
}
const plain = application('postgres');
const app = application('citus');

describe.skipIf(citusUrl() === undefined)('a log that was kept on one server', () => {
  const [acme, globex] = [randomUUID(), randomUUID()] as const;
  let database: CitusDatabase;
  beforeEach(async () => {
    database = await createCitusDatabase({
      async migrate(url) {
        const { foundation, sections } = generate(plain);
        await withClient(url, async (client) => {
          await client.query(
            `do $$ begin if exists (select from pg_roles where rolname = '${role}') then alter role ${role} nologin; end if; end $$`,
          );
          await runAll(client, [
            ...foundation.statements,
            ...(await tablesSql(plain.schema)),
            `insert into organizations values ('${acme}'), ('${globex}')`,
            // of before the log was partitioned
            `insert into audit_logs (organization_id, action, resource_type, created_at)
             select o.id, 'old', 'thing', date_trunc('month', now()) - make_interval(months => n) from organizations o, generate_series(1, 30) n`,
            ...sections.flatMap(({ statements }) => statements),
          ]);
        });
      },
    });
  }, 60_000);
  afterEach(() => database?.drop());

  const ask = async (sql: string, values: unknown[] = []) =>
    (await withClient(database.url, (client) => client.query(sql, values))).rows;
  const system = <R>({ tenancy }: typeof plain, fn: () => Promise<R>) =>
    tenancy.asSystem({ reason: 'test', actor: 'test', write: true }, fn);
  const serve = async ({ tenancy }: typeof plain) => {
    const logins = await createLogins(database.url, tenancy);
    return createTenantPool(tenancy, {
      connectionString: logins.app,
      system: { connectionString: logins.system },
    });
  };

  test('goes on: entries, seals, proofs, erasures, holds and deliveries are as before', async () => {
    const delivered: AuditEntry<'organizationId'>[] = [];
    const sink = {
      name: 'siem',
      deliver: async (entries: readonly AuditEntry<'organizationId'>[]) =>
        void delivered.push(...entries),
    };
    const before = await serve(plain);
    const write = (pool: typeof before, of: typeof plain, tenant: string, n: number) =>
      of.tenancy.run({ organizationId: tenant, user: ada }, () =>
        pool.query(
          `insert into items (name, person) select 'i' || n, 'p' || n from generate_series(1, ${n}) n returning id`,
        ),
      );
    const exported = async (pool: typeof before, of: typeof plain) => {
      let lines = '';
      await of.tenancy.run({ organizationId: acme, user: ada }, async () => {
        for await (const chunk of of.audit.export(pool)) lines += chunk;
      });
      const [header = '', ...rest] = lines.split('\n');
      return { header, rest };
    };
    await write(before, plain, acme, 300);
    await write(before, plain, globex, 200);
    await system(plain, async () => {
      await plain.audit.upkeep(before, { sinks: [sink] });
      await plain.audit.erase(before, { user: ada, reason: 'letter' });
      await plain.audit.hold(before, { organizationId: globex, reason: 'matter 17' });
      await plain.audit.upkeep(before, { sinks: [sink] });
    });
    await write(before, plain, acme, 50); // not sealed
    await ask(
      `insert into tenantry.audit_failures (table_name, operation, sqlstate, row_count) values ('items', 'INSERT', '42703', 2)`,
    );
    const [one] = await ask(
      `select id from audit_logs where organization_id = $1 and action = 'old' order by created_at limit 1`,
      [acme],
    );
    const prove = (pool: typeof before, of: typeof plain) =>
      of.tenancy.run({ organizationId: acme, user: ada }, () => of.audit.prove(pool, one.id));
    const entries = `select * from audit_logs order by id`;
    const seals = 'select * from tenantry.audit_seals order by tenant, number';
    const known = {
      entries: await ask(entries),
      seals: await ask(seals),
      proof: await prove(before, plain),
      file: await exported(before, plain),
      report: await system(plain, () => plain.audit.verify(before)),
    };
    expect(known.report).toMatchObject({ ok: true, findings: [], unsealed: 50 });
    expect(known.seals.length).toBeGreaterThan(60);
    expect(delivered.length).toBe(known.report.sealed);
    await before.end();

    await withClient(database.url, (client) => distribute(client, app));
    const after = await serve(app);
    try {
      expect(await ask(entries)).toEqual(known.entries);
      expect(await ask(seals)).toEqual(known.seals);
      expect(await prove(after, app)).toEqual(known.proof);
      const file = await exported(after, app);
      expect(file.rest).toEqual(known.file.rest);
      // how far the log is sealed
      expect(JSON.parse(file.header).horizon).toBe(JSON.parse(known.file.header).horizon);
      const { anchors } = known.report;
      const verify = () => system(app, () => app.audit.verify(after, { anchors }));
      expect(await verify()).toEqual(known.report);
      expect(
        await ask('select table_name, operation, sqlstate from tenantry.audit_failures'),
      ).toEqual([{ table_name: 'items', operation: 'INSERT', sqlstate: '42703' }]);

      await write(after, app, acme, 20);
      await system(app, async () => {
        while ((await app.audit.upkeep(after, { sinks: [sink] })).lag !== undefined)
          await new Promise((resolve) => setTimeout(resolve, 20));
        await app.audit.upkeep(after, { sinks: [sink] });
      });
      const sealed = known.entries.length + 20;
      expect(await verify()).toMatchObject({ ok: true, findings: [], unsealed: 0 });
      const [chain] = await ask(
        'select sum(entries)::int as n, count(distinct (tenant, number))::int = count(*)::int as once from tenantry.audit_seals',
      );
      expect(chain).toEqual({ n: sealed, once: true });
      expect(delivered.map(({ id }) => id).sort()).toEqual(
        (await ask('select id from audit_logs order by id')).map(({ id }) => id),
      );
      const { header, rest } = await exported(after, app);
      const { findings, entries: inFile } = await verifyExport([header, ...rest]);
      expect([findings, inFile]).toEqual([[], 30 + 350 + 1 + 20]);

      // a partition of one server is worked on as one of Citus; a hold holds
      const { retired } = await system(app, () => app.audit.maintain(after, { keepMonths: 24 }));
      expect(retired.map(({ tenants }) => tenants)).toEqual(Array(retired.length).fill(1));
      expect(
        await ask(
          `select distinct organization_id as of from audit_logs where created_at < now() - interval '26 months'`,
        ),
      ).toEqual([{ of: globex }]);
      expect(await verify()).toMatchObject({ ok: true, findings: [] });
      const append = `update audit_logs set action = 'x' where organization_id = '${acme}'`;
      await expect(ask(append)).rejects.toThrow('AUDIT_APPEND_ONLY');
      await expect(system(app, () => app.audit.examine(after))).resolves.toEqual([
        expect.objectContaining({ rule: 'audit-capture-failed' }),
      ]);
    } finally {
      await after.end();
    }
  }, 120_000);

  test('waits for a seal where tenants have come whose entries are not below it', async () => {
    const before = await serve(plain);
    const seal = () => system(plain, () => plain.audit.seal(before));
    await seal();
    const seals = await ask('select * from tenantry.audit_seals order by tenant, number');
    // what a log looks like that is behind the one they came from
    await ask(`update tenantry.audit_jobs set next_xid = 0 where job = 'seal'`);
    const run = () => withClient(database.url, (client) => distribute(client, app));
    await expect(run()).rejects.toThrow('tenants have come with entries');
    await seal();
    await before.end();
    await run();
    const after = await serve(app);
    await system(app, async () => {
      await app.audit.seal(after);
      await app.audit.seal(after);
      expect((await app.audit.verify(after)).findings).toEqual([]);
    });
    await after.end();
    expect(await ask('select * from tenantry.audit_seals order by tenant, number')).toEqual(seals);
  }, 60_000);
});
