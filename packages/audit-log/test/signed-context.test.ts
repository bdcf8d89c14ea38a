import { createTenantPool, defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { audited, defineAudit } from '../src/index.ts';

const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid', context: 'signed' });
const { isolate, tenants } = defineIsolation(tenancy);
const audit = defineAudit(tenancy, {
  actions: { 'thing.made': z.object({ n: z.number() }) },
});
const organizations = pgTable('organizations', { id: tenancy.columns.id().primaryKey() }, (t) => [
  ...tenants(t),
]);
const things = pgTable(
  'things',
  { ...tenancy.columns.scoped(), id: tenancy.columns.id(), name: text().notNull() },
  (t) => [...isolate(t), ...audited(t)],
);
const auditLogs = pgTable('audit_logs', { ...audit.tables.entries.columns() }, (t) => [
  ...audit.tables.entries.rules(t),
]);

const secret = 'a context secret of the tests, long enough';
const acme = '00000000-0000-4000-8000-00000000ac3e';
const globex = '00000000-0000-4000-8000-0000000910be';

const database = await testDatabase({
  key: 'audit-signed',
  migrate: async (url) => {
    await applySchema(url, {
      tenancy,
      schema: { organizations, things, auditLogs },
      features: [audit],
    });
    await withClient(url, async (client) => {
      await client.query('select tenantry.set_context_secret($1)', [secret]);
      await client.query('insert into organizations values ($1), ($2)', [acme, globex]);
    });
  },
});
const logins = await createLogins(database.url, tenancy);
const pool = createTenantPool(tenancy, {
  connectionString: logins.app,
  system: { connectionString: logins.system },
  contextSecret: secret,
});
afterAll(() => pool.end());

const system = <R>(fn: () => Promise<R>) =>
  tenancy.asSystem({ reason: 'a test', actor: 'tests', write: true }, fn);
const log = (n: number) =>
  audit.log(pool, 'thing.made', { resource: ['thing', String(n)], metadata: { n } });

test('under a signed context entries are written, captured, read, sealed, erased and verified', async () => {
  await tenancy.run({ organizationId: acme, user: 'ada' }, () =>
    pool.batch(() => [pool.query("insert into things (name) values ('one')"), log(1)]),
  );
  await tenancy.run({ organizationId: globex, user: 'bob' }, () => pool.batch(() => [log(2)]));
  await system(() => audit.seal(pool));
  await system(() => audit.erase(pool, { user: 'bob', reason: 'letter' }));
  const read = (organizationId: string) =>
    tenancy.run({ organizationId }, async () =>
      (await audit.query(pool)).entries.map(({ action }) => action).sort(),
    );
  expect(await read(acme)).toEqual(['thing.made', 'things.inserted']);
  expect(await read(globex)).toEqual(['audit.erased', 'thing.made']);
  expect((await system(() => audit.verify(pool))).findings).toEqual([]);
});

test('a tenant that is set without a signature writes no entry', async () => {
  const forged = withClient(logins.app, async (client) => {
    await client.query('begin');
    await client.query("select set_config('role', 'app', true)");
    await client.query("select set_config('app.organization_id', $1, true)", [globex]);
    await client.query("select tenantry.audit_write('thing.made', 'thing')");
  });
  await expect(forged).rejects.toMatchObject({ code: '28000' });
});

test.each([
  ['the owner', '{"user":"owner"}'],
  ['a system job', '{"system":"stripe","reason":"a payment"}'],
  ['nobody', ''],
])('SQL of a member writes no entry in the name of %s', async (_, actor) => {
  const statements = [
    "insert into things (name) values ('claimed')",
    "select tenantry.audit_write('thing.made', 'thing')",
  ];
  for (const statement of statements) {
    const written = tenancy.run({ organizationId: acme, user: 'viewer' }, async () => {
      const client = await pool.connect();
      try {
        await client.query('begin');
        await client.query("select set_config('app.actor', $1, true)", [actor]);
        await client.query(statement);
        await client.query('commit');
      } catch (error) {
        await client.query('rollback');
        throw error;
      } finally {
        client.release();
      }
    });
    await expect(written).rejects.toMatchObject({ code: '28000' });
  }
  // in one statement too: the policy has been satisfied by the time that the entry is written
  const once = tenancy.run({ organizationId: acme, user: 'viewer' }, () =>
    pool.query(
      `insert into things (name) select 'claimed' from (select set_config('app.actor', $1, true)) x`,
      [actor],
    ),
  );
  await expect(once).rejects.toMatchObject({ code: '28000' });
  const claimed = await system(() =>
    pool.query(`select from audit_logs where actor_id in ('owner', 'stripe')`),
  );
  expect(claimed.rowCount).toBe(0);
});

test('an actor that nobody signed fails the write that a capture would lay to him', async () => {
  const written = () =>
    withClient(database.url, async (client) => {
      const { rows } = await client.query(
        `select (select count(*) from things) as things, (select count(*) from audit_logs) as entries`,
      );
      return rows[0];
    });
  const before = await written();
  const forged = withClient(database.url, async (client) => {
    await client.query(`select set_config('app.actor', '{"user": "the owner"}', false)`);
    await client.query(`insert into things (organization_id, name) values ($1, 'forged')`, [acme]);
  });
  await expect(forged).rejects.toMatchObject({ code: '28000' });
  expect(await written()).toEqual(before);
  expect(await system(() => audit.examine(pool, { mostLagSeconds: 3600 }))).toEqual([]);
});
