import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { audit } from './support/schema.ts';
import { type CitusWorld, citusWorld } from './support/world.ts';

describe.skipIf(!process.env.TEST_CITUS_URL)('the log on Citus', () => {
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
});
