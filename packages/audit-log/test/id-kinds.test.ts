import { createTenantPool, defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { afterAll, describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { audited, defineAudit, toOcsf } from '../src/index.ts';
import { verifyExport, verifyProof } from '../src/verify/index.ts';

describe.each([
  ['integer', 42, 43],
  ['bigint', 9007199254740993n, 9007199254740992n],
] as const)('the log of tenants with ids of kind %s', async (id, acme, globex) => {
  const tenancy = defineTenancy({ tenant: 'team', id: id as 'bigint' });
  const { isolate, tenants } = defineIsolation(tenancy);
  const audit = defineAudit(tenancy, {
    actions: { 'project.viewed': z.object({ by: z.string() }) },
    evidence: 'linked',
    keepMonths: 1,
  });
  const { entries } = audit.tables;
  const teams = pgTable('teams', { id: tenancy.columns.id().primaryKey(), name: text() }, (t) => [
    ...tenants(t),
    ...audited(t),
  ]);
  const projects = pgTable(
    'projects',
    { ...tenancy.columns.scoped(), id: tenancy.columns.id(), name: text().notNull() },
    (t) => [...isolate(t), ...audited(t)],
  );
  const auditLogs = pgTable('audit_logs', { ...entries.columns() }, (t) => [...entries.rules(t)]);
  const { url } = await testDatabase();
  await applySchema(url, { tenancy, schema: { teams, projects, auditLogs }, features: [audit] });
  await withClient(url, async (client) => {
    await client.query(
      `select set_config('app.actor', '{"system": "tests", "reason": "seed"}', false)`,
    );
    await client.query('insert into teams (id) values ($1), ($2)', [acme, globex]);
  });
  const logins = await createLogins(url, tenancy);
  const pool = createTenantPool(tenancy, {
    connectionString: logins.app,
    system: { connectionString: logins.system },
  });
  afterAll(() => pool.end());
  const teamId = acme as bigint;
  const asAda = <R>(fn: () => R | Promise<R>) => tenancy.run({ teamId, user: 'ada' }, fn);
  const system = <R>(fn: () => R | Promise<R>) =>
    tenancy.asSystem({ reason: 'test', actor: 'test', write: true }, fn);
  await asAda(() =>
    pool.transaction(async (tx) => {
      await tx.query(`insert into projects (name) values ('one')`);
      await audit.log(tx, 'project.viewed', {
        resource: ['project', '1'],
        metadata: { by: 'ada' },
      });
    }),
  );
  // other test files keep transactions open on the same server
  const sealAll = () =>
    system(async () => {
      await audit.seal(pool);
      return audit.lag(pool);
    });

  test('entries name their tenant, and captures have it too', async () => {
    const { entries: own } = await asAda(() => audit.query(pool));
    expect(own.map(({ action, teamId: of }) => [action, of])).toEqual(
      expect.arrayContaining([
        ['project.viewed', acme],
        ['projects.inserted', acme],
      ]),
    );
    expectTypeOf(own[0]?.teamId).toEqualTypeOf<bigint | undefined>();
    const [entry] = own;
    if (entry === undefined) throw new Error('no entry');
    expect(toOcsf(tenancy, entry, { name: 'Acme' }).metadata.tenant_uid).toBe(String(acme));
  });

  test('the export, the proof and the verification agree about the id', async () => {
    expect(await asAda(() => audit.verify(pool))).toMatchObject({ ok: true });
    expect(await system(() => audit.verify(pool))).toMatchObject({ ok: true });
    let text = '';
    await asAda(async () => {
      for await (const chunk of audit.export(pool)) text += chunk;
    });
    expect(text).toContain(`"tenant":"${acme}"`);
    async function* lines() {
      yield* text.trimEnd().split('\n');
    }
    expect(await verifyExport(lines())).toMatchObject({ ok: true });
    const { entries: own } = await asAda(() => audit.query(pool));
    await expect.poll(sealAll).toBeUndefined();
    const proof = await asAda(() => audit.prove(pool, own[0]?.id ?? ''));
    expect(await verifyProof(proof)).toMatchObject({ ok: true });
  });

  test('holds, retention and erasure take the id, and say whose log it was', async () => {
    await system(() => audit.hold(pool, { teamId, reason: 'a matter' }));
    await expect(
      system(() => audit.erase(pool, { teamId, user: 'ada', reason: 'a letter' })),
    ).rejects.toMatchObject({
      code: 'AUDIT_ON_HOLD',
    });
    expect(await system(() => audit.release(pool, { teamId, reason: 'over' }))).toBe(1);
    await system(() => audit.setRetention(pool, { teamId, months: 12, reason: 'a contract' }));
    const erased = await system(() => audit.erase(pool, { user: 'ada', reason: 'a letter' }));
    expect(erased).toEqual([{ teamId: acme, entries: expect.any(Number) }]);
    expect(await asAda(() => audit.verify(pool))).toMatchObject({ ok: true });
    const { lists } = await system(() => audit.describe(pool));
    expect(lists.find(({ id: list }) => list === 'retention')?.rows).toEqual([
      { teamId: String(acme), months: 12 },
    ]);
    await system(() => audit.maintain(pool));
    await expect(
      system(() => audit.hold(pool, { teamId: '01' as never, reason: 'x' })),
    ).rejects.toMatchObject({
      code: 'TENANT_ID_MALFORMED',
    });
  });
});
