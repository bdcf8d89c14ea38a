import { citusUrl } from '@tenantry/testing';
import { withClient } from '@tenantry/testing/schema';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SealAnchor } from '../../src/verify/index.ts';
import { audit } from './support/schema.ts';
import { ada, type CitusWorld, citusWorld } from './support/world.ts';

const tenantCount = 4;

/** What a writer does in one transaction: rows, an entry of the application, a savepoint, its end. */
const written = fc.record({
  tenant: fc.nat(tenantCount - 1),
  rows: fc.integer({ min: 1, max: 4 }),
  entry: fc.boolean(),
  undone: fc.integer({ min: 0, max: 2 }),
  commits: fc.boolean(),
  single: fc.boolean(),
});
type Written = typeof written extends fc.Arbitrary<infer T> ? T : never;

describe.skipIf(citusUrl() === undefined)('seals on Citus', () => {
  let world: CitusWorld;
  beforeAll(async () => {
    world = await citusWorld();
  }, 120_000);
  afterAll(() => world?.close());

  /** @returns how many entries are in the log by it */
  const write = (organizationId: string, { rows, entry, undone, commits, single }: Written) =>
    world.as(organizationId, async () => {
      const insert = (n: number) =>
        `insert into projects (name) values ${Array.from({ length: n }, (_, i) => `('p${i + 1}')`).join()}`;
      if (single) {
        await world.pool.query(insert(rows));
        return rows;
      }
      const end = new Error('it rolls back');
      try {
        await world.db.transaction(async (tx) => {
          await tx.execute(insert(rows));
          if (undone > 0)
            await tx
              .transaction(async (inner) => {
                await inner.execute(insert(undone));
                throw end;
              })
              .catch(() => {});
          if (entry) await audit.log(tx, 'thing.happened', { resource: ['thing'], metadata: {} });
          await tx.execute(`update projects set stars = 1 where name = 'p1' and stars = 0`);
          if (!commits) throw end;
        });
      } catch (error) {
        if (error !== end) throw error;
      }
      return 0;
    });

  test('whatever is written, sealed and moved at once: every entry is sealed once, and none changes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(written, { minLength: 3, maxLength: 8 }), { minLength: 3, maxLength: 5 }),
        fc.array(fc.nat(tenantCount - 1), { minLength: 1, maxLength: 2 }),
        async (writers, moved) => {
          const tenants: string[] = [];
          for (let i = 0; i < tenantCount; i++) tenants.push(await world.tenant());
          let busy = true;
          const anchors: SealAnchor[] = [];
          const sealer = async () => {
            while (busy) await world.system(() => audit.seal(world.pool));
          };
          const verifier = async () => {
            while (busy) {
              const report = await world.system(() => audit.verify(world.pool));
              expect(report.findings).toEqual([]);
              anchors.push(...report.anchors);
            }
          };
          let moving = true;
          const mover = async () => {
            for (const one of moved) await world.move(tenants[one] as string);
            moving = false;
          };
          const working = Promise.all([
            mover(),
            ...writers.map(async (all) => {
              do for (const each of all) await write(tenants[each.tenant] as string, each);
              while (moving);
            }),
          ]).finally(() => {
            busy = false;
          });
          await Promise.all([working, sealer(), sealer(), verifier()]);
          await world.settle();
          const report = await world.system(() => audit.verify(world.pool, { anchors }));
          expect(report).toMatchObject({ ok: true, unsealed: 0, findings: [] });
          const [counts] = await world.ask<{ entries: number; sealed: number }>(
            'select (select count(*)::int from audit_logs) as entries, (select sum(entries)::int from tenantry.audit_seals) as sealed',
          );
          expect(counts?.sealed).toBe(counts?.entries);
          const [missed] = await world.ask<{ n: number }>(
            `select count(*)::int as n from projects p where not exists (select 1 from audit_logs l
             where l.organization_id = p.organization_id and l.resource_id = p.id::text and l.action = 'projects.inserted')`,
          );
          expect(missed?.n).toBe(0);
          const [ghosts] = await world.ask<{ n: number }>(
            `select count(*)::int as n from audit_logs l where l.action = 'projects.inserted' and not exists (select 1 from projects p
             where p.organization_id = l.organization_id and p.id::text = l.resource_id)`,
          );
          expect(ghosts?.n).toBe(0);
        },
      ),
      { numRuns: 4, endOnFailure: true },
    );
  }, 300_000);

  test('what was written and prepared on a worker, and whose end is not known, holds seals back', async () => {
    const acme = await world.tenant();
    await world.settle();
    const [worker] = world.workers;
    await withClient(worker ?? '', async (client) => {
      await client.query('begin');
      await client.query('select pg_current_xact_id()');
      await client.query(`prepare transaction 'in doubt'`);
      await write(acme, {
        tenant: 0,
        rows: 1,
        entry: false,
        undone: 0,
        commits: true,
        single: true,
      });
      for (let i = 0; i < 3; i++) {
        const { seals, lag } = await world.system(() => audit.seal(world.pool));
        expect([seals, lag?.blockedBy?.preparedTransaction]).toEqual([0, 'in doubt']);
      }
      await client.query(`rollback prepared 'in doubt'`);
    });
    await world.settle();
    expect(await world.system(() => audit.verify(world.pool))).toMatchObject({
      ok: true,
      unsealed: 0,
    });
  });

  test('a person is erased while the shard moves', async () => {
    const acme = await world.tenant();
    let moving = true;
    const writing = async () => {
      while (moving)
        await write(acme, {
          tenant: 0,
          rows: 2,
          entry: true,
          undone: 0,
          commits: true,
          single: false,
        });
    };
    const erasing = async () => {
      while (moving)
        await world.system(() =>
          audit.erase(world.pool, { organizationId: acme, user: ada, reason: 'letter' }),
        );
    };
    const move = world.move(acme).finally(() => {
      moving = false;
    });
    await Promise.all([move, writing(), erasing()]);
    await world.system(() =>
      audit.erase(world.pool, { organizationId: acme, user: ada, reason: 'letter' }),
    );
    await world.settle();
    expect(await world.system(() => audit.verify(world.pool))).toMatchObject({
      ok: true,
      unsealed: 0,
    });
    expect(
      await world.ask('select 1 from audit_logs where organization_id = $1 and actor_id = $2', [
        acme,
        ada,
      ]),
    ).toEqual([]);
  }, 120_000);

  test('a node that has lost the epoch is asked anew', async () => {
    const acme = await world.tenant();
    await world.settle();
    await write(acme, { tenant: 0, rows: 1, entry: false, undone: 0, commits: true, single: true });
    await world.ask(`select tenantry.audit_open_epoch()`);
    await world.ask(
      `select * from tenantry.audit_is_final((select opened from tenantry.audit_epoch))`,
    );
    const told = await world.ask<{ n: number }>(
      'select count(*)::int as n from tenantry.audit_nodes',
    );
    expect(told).toEqual([{ n: 1 + world.workers.length }]);
    const other = await world.ask<{ final: boolean }>(
      `select final from tenantry.audit_is_final((select opened + 1 from tenantry.audit_epoch))`,
    );
    expect(other).toEqual([{ final: false }]);
    expect(await world.ask('select 1 from tenantry.audit_nodes')).toEqual([]);
    await world.settle();
    expect(await world.system(() => audit.verify(world.pool))).toMatchObject({
      ok: true,
      unsealed: 0,
    });
  });

  test('a tenant gets a shard of its own while it writes', async () => {
    const acme = await world.tenant();
    let busy = true;
    const writing = async () => {
      while (busy) {
        const each = { tenant: 0, rows: 2, entry: true, undone: 1, commits: true, single: false };
        await write(acme, each);
        await world.system(() => audit.seal(world.pool));
      }
    };
    const isolating = world
      .ask(
        `select isolate_tenant_to_new_shard('organizations', '${acme}', 'CASCADE', 'block_writes')`,
      )
      .finally(() => {
        busy = false;
      });
    await Promise.all([isolating, writing()]);
    await world.settle();
    expect(await world.system(() => audit.verify(world.pool))).toMatchObject({
      ok: true,
      unsealed: 0,
    });
  }, 120_000);
});
