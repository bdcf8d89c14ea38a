import { generate } from '@tenantry/rls/generate';
import { citusUrl } from '@tenantry/testing';
import { runAll, withClient } from '@tenantry/testing/schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defineAudit } from '../../src/index.ts';
import { failure } from '../support/world.ts';
import { audit, schema, tenancy } from './support/schema.ts';
import { type CitusWorld, citusWorld } from './support/world.ts';

describe.skipIf(citusUrl() === undefined)('the log on Citus', () => {
  let world: CitusWorld;
  beforeAll(async () => {
    world = await citusWorld();
  }, 60_000);
  afterAll(() => world?.close());

  const logOf = (tenant: string) =>
    world.ask<Record<string, unknown>>(
      'select action, resource_id, actor_type, actor_id, request_id, reason, source, metadata, personal, transaction_id::text as xid from audit_logs where organization_id = $1 order by created_at, id',
      [tenant],
    );

  test('an insert, an update and a delete each leave an entry, with who and what', async () => {
    const acme = await world.tenant();
    await world.as(acme, async () => {
      await world.pool.query(
        `insert into projects (name, email, token) values ('one', 'a@b.c', 'secret')`,
      );
      await world.pool.query(`update projects set stars = 3`);
      await world.pool.query(`delete from projects`);
    });
    const [, ...entries] = await logOf(acme);
    expect(entries.map(({ action }) => action)).toEqual([
      'projects.inserted',
      'projects.updated',
      'projects.deleted',
    ]);
    expect(entries[0]).toMatchObject({
      actor_type: 'user',
      request_id: 'req-1',
      source: 'capture',
    });
    expect(entries[1]?.metadata).toEqual({ old: { stars: 0 }, new: { stars: 3 } });
  });

  test('an entry of the application joins the transaction of the change', async () => {
    const acme = await world.tenant();
    await world.as(acme, async () => {
      await world.pool.query('select 1');
      await world.db.transaction(async (tx) => {
        await tx.execute(`insert into projects (name) values ('two')`);
        const id = await audit.log(tx, 'project.created', {
          resource: ['project', '2'],
          metadata: { name: 'two' },
        });
        const { entries } = await audit.query(tx as never);
        expect(entries.map(({ action }) => action)).toContain('project.created');
        expect(entries[0]?.id).toBe(id);
        await tx.execute(`update projects set stars = 1`);
      });
    });
    const entries = (await logOf(acme)).slice(1);
    expect(entries.map(({ action }) => action)).toEqual([
      'projects.inserted',
      'project.created',
      'projects.updated',
    ]);
    expect(new Set(entries.map(({ xid }) => xid)).size).toBe(1);
  });

  test('what is committed is sealed, and verifies', async () => {
    const acme = await world.tenant();
    await world.as(acme, () => world.pool.query(`insert into projects (name) values ('three')`));
    await world.settle();
    const report = await world.system(() => audit.verify(world.pool));
    expect(report).toMatchObject({ ok: true, unsealed: 0, findings: [] });
    const own = await world.as(acme, () => audit.verify(world.pool));
    expect(own).toMatchObject({ ok: true, entries: 2, sealed: 2 });
  });

  test('bulk writes, cascades and two tables in one transaction are exact; what rolls back leaves nothing', async () => {
    const acme = await world.tenant();
    await world.as(acme, async () => {
      await world.pool.query(
        `insert into projects (name) values ${Array.from({ length: 50 }, (_, i) => `('p${i}')`).join()}`,
      );
      await world.db.transaction(async (tx) => {
        await tx.execute(
          `update projects set stars = 1, settings = '{"a": [1, null]}' where name < 'p3'`,
        );
        await tx
          .transaction(async (inner) => {
            await inner.execute(`update projects set stars = 2`);
            throw new Error('undone');
          })
          .catch(() => {});
        const { rows } = await tx.execute<{ id: string }>(
          `select id from projects where name = 'p7'`,
        );
        for (const title of ['a', 'b'])
          await tx.execute(
            `insert into tasks (project_id, title) values ('${rows[0]?.id}', '${title}')`,
          );
        await tx.execute(`update projects set updated_at = now()`); // excluded
        await tx.execute(`delete from projects where name = 'p7'`);
      });
      await world.db
        .transaction(async (tx) => {
          await tx.execute('delete from projects');
          throw new Error('undone');
        })
        .catch(() => {});
    });
    const counts = await world.ask(
      'select action, count(*)::int as n, count(distinct transaction_id)::int as transactions from audit_logs where organization_id = $1 group by 1 order by 1',
      [acme],
    );
    const updated = Array.from({ length: 50 }, (_, i) => `p${i}`).filter(
      (name) => name < 'p3',
    ).length;
    expect(counts).toEqual([
      { action: 'organizations.inserted', n: 1, transactions: 1 },
      { action: 'projects.deleted', n: 1, transactions: 1 },
      { action: 'projects.inserted', n: 50, transactions: 1 },
      { action: 'projects.updated', n: updated, transactions: 1 },
      { action: 'task.deleted', n: 2, transactions: 1 },
      { action: 'task.inserted', n: 2, transactions: 1 },
    ]);
    // the owner deletes a tenant: everything goes with it
    await world.ask('delete from organizations where id = $1', [acme]);
    const gone = await world.ask(
      `select action, count(*)::int as n from audit_logs where organization_id = $1 and actor_type = 'login' and action like '%.deleted' group by 1 order by 1`,
      [acme],
    );
    expect(gone).toEqual([
      { action: 'organizations.deleted', n: 1 },
      { action: 'projects.deleted', n: 49 },
    ]);
  });

  test('one statement for many tenants leaves the entries of each with it', async () => {
    const tenants = [await world.tenant(), await world.tenant(), await world.tenant()];
    await world.system(() =>
      world.pool.query(
        `insert into projects (organization_id, name) values ${tenants.map((id) => `('${id}', 'many')`).join()}`,
      ),
    );
    await world.system(() => world.pool.query(`update projects set stars = 5 where name = 'many'`));
    for (const tenant of tenants) {
      const entries = (await logOf(tenant)).slice(1);
      expect(entries.map(({ action }) => action)).toEqual([
        'projects.inserted',
        'projects.updated',
      ]);
      expect(entries[1]).toMatchObject({
        actor_type: 'system',
        actor_id: 'tests',
        reason: 'a test',
      });
    }
    await world.ask('truncate tasks, projects');
    for (const tenant of tenants)
      expect((await logOf(tenant)).at(-1)).toMatchObject({
        action: 'projects.truncated',
        source: 'capture',
        metadata: { rows: 1 },
      });
  });

  test('a write in another isolation than read committed is refused', async () => {
    const acme = await world.tenant();
    for (const isolationLevel of ['repeatable read', 'serializable'] as const) {
      const writing = world.as(acme, () =>
        world.db.transaction((tx) => tx.execute(`insert into projects (name) values ('x')`), {
          isolationLevel,
        }),
      );
      await expect(failure(writing)).resolves.toMatchObject({
        code: 'AUDIT_ISOLATION_UNSUPPORTED',
      });
    }
    const sealing = world.system(() =>
      world.db.transaction((tx) => audit.seal(tx as never), { isolationLevel: 'repeatable read' }),
    );
    await expect(failure(sealing)).resolves.toMatchObject({ code: 'AUDIT_ISOLATION_UNSUPPORTED' });
  });

  test('a capture that fails is recorded, and the write succeeds', async () => {
    const acme = await world.tenant();
    await world.ask(
      `alter table audit_logs add constraint refuses check (metadata::text !~ 'badvalue') not valid`,
    );
    const insert = () =>
      world.as(acme, () => world.pool.query(`insert into projects (name) values ('badvalue')`));
    await insert();
    const [entry] = (await logOf(acme)).slice(-1);
    expect(entry).toMatchObject({
      action: 'projects.inserted',
      metadata: {
        captureFailed: { sqlstate: '23514', table: 'public.projects', operation: 'INSERT' },
      },
    });
    await world.ask('alter table audit_logs drop constraint refuses');
    await world.ask(
      `alter table audit_logs add constraint refuses check (action <> 'projects.inserted') not valid`,
    );
    await insert();
    await world.ask('alter table audit_logs drop constraint refuses');
    const failures = await world.ask(
      'select tenant, table_name, operation, sqlstate, row_count::int as n from tenantry.audit_failures',
    );
    expect(failures).toEqual([
      { tenant: acme, table_name: 'public.projects', operation: 'INSERT', sqlstate: '23514', n: 1 },
    ]);
    const found = await world.system(() => audit.examine(world.pool));
    expect(found.map(({ rule }) => rule)).toEqual(['audit-capture-failed']);
    expect(found[0]?.found).toMatch(/^1 writes to public.projects /);
  });

  test('its SQL can run again', async () => {
    const { sections, foundation } = generate({ tenancy, schema, features: [audit] });
    await withClient(world.url, (client) =>
      runAll(
        client,
        [foundation, ...sections].flatMap(({ statements }) => statements),
      ),
    );
    const acme = await world.tenant();
    await world.as(acme, () => world.pool.query(`insert into projects (name) values ('again')`));
    expect((await logOf(acme)).map(({ action }) => action)).toEqual([
      'organizations.inserted',
      'projects.inserted',
    ]);
  });

  test('the chain of commits is refused', () => {
    const features = [defineAudit(tenancy, { actions: {}, evidence: 'linked' })];
    expect(() => generate({ tenancy, schema, features })).toThrow(
      "evidence: 'linked' in defineAudit, on Citus",
    );
  });
});
