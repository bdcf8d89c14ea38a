import { randomBytes } from 'node:crypto';
import { createTenantPool, defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { applySchema, createLogins, runAll, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { audited, defineAudit } from '../src/index.ts';

/** Roles of its own, which a login that is no superuser may hand functions to. */
const suffix = randomBytes(4).toString('hex');
const roles = { app: `app_${suffix}`, system: `system_${suffix}` };
const owner = `owner_${suffix}`;
const tenancy = defineTenancy({ tenant: 'workspace', id: 'text', roles });
const { isolate, tenants } = defineIsolation(tenancy);
const audit = defineAudit(tenancy, {
  actions: { 'thing.made': z.object({ n: z.number() }) },
  evidence: 'linked',
  table: 'history',
  role: `${roles.app}_history`,
});
const workspaces = pgTable('workspaces', { id: tenancy.columns.id().primaryKey() }, (t) => [
  ...tenants(t),
]);
const things = pgTable(
  'things',
  { ...tenancy.columns.scoped(), id: tenancy.columns.id(), name: text().notNull() },
  (t) => [...isolate(t), ...audited(t)],
);
const history = pgTable('history', { ...audit.tables.entries.columns() }, (t) => [
  ...audit.tables.entries.rules(t),
]);

const database = await testDatabase();
const as = (login: string) => {
  const url = new URL(database.url);
  url.username = login;
  url.password = 'test';
  return url.href;
};

test('a migrating login that is no superuser, text ids and another name of the table do everything', async () => {
  await withClient(database.url, async (client) => {
    await client.query(`create role ${roles.app} nologin`);
    await client.query(`create role ${roles.system} nologin`);
    await client.query(`create role ${owner} login password 'test'`);
    await client.query(`create role ${roles.app}_history nologin`);
    await client.query(`grant ${roles.app}, ${roles.system}, ${roles.app}_history to ${owner}`);
    await client.query(
      `alter database ${new URL(database.url).pathname.slice(1)} owner to ${owner}`,
    );
  });
  const application = { tenancy, schema: { workspaces, things, history }, features: [audit] };
  const { sections } = await applySchema(as(owner), application);
  await withClient(as(owner), (client) =>
    runAll(
      client,
      sections.flatMap(({ statements }) => statements),
    ),
  );
  const logins = await createLogins(database.url, tenancy);
  const pool = createTenantPool(tenancy, {
    connectionString: logins.app,
    system: { connectionString: logins.system },
  });
  afterAll(async () => {
    await pool.end();
    await withClient(database.url, async (client) => {
      for (const login of [
        `tenantry_test_app_${roles.app}`,
        `tenantry_test_system_${roles.system}`,
      ])
        await client.query(`drop role ${login}`);
      await client.query(
        `alter database ${new URL(database.url).pathname.slice(1)} owner to current_user`,
      );
      await client.query(`drop owned by ${owner}, ${roles.system}, ${roles.app} cascade`);
      await client.query(`drop role ${owner}, ${roles.system}, ${roles.app}`);
    });
  });
  const system = <R>(fn: () => Promise<R>) =>
    tenancy.asSystem({ reason: 'a test', actor: 'tests', write: true }, fn);
  const scope = { workspaceId: 'ws_1', user: 'u-1', ip: '2001:db8::1', onBehalfOf: 'u-2' };

  await system(() => pool.query(`insert into workspaces values ('ws_1')`));
  // the month is missing: what is written meanwhile moves past the forced policies of the owner
  await withClient(as(owner), async (client) => {
    const { rows } = await client.query(
      `select format('history_%s', to_char(now() at time zone 'UTC', 'YYYY_MM')) as name`,
    );
    await client.query(`drop table tenantry.${rows[0].name}`);
    await client.query('delete from tenantry.audit_partitions where partition = $1', [
      rows[0].name,
    ]);
  });
  await tenancy.run(scope, () =>
    pool.batch(() => [
      pool.query(`insert into things (name) values ('one')`),
      audit.log(pool, 'thing.made', { resource: ['thing'], metadata: { n: 1 } }),
    ]),
  );
  expect((await system(() => audit.maintain(pool))).created).toHaveLength(1);
  const [stray] = (
    await system(() => pool.query('select count(*)::int as n from tenantry.history_default'))
  ).rows;
  expect(stray.n).toBe(0);
  await system(() => audit.seal(pool));
  await expect(system(() => audit.erase(pool, { user: 'u-2', reason: 'letter' }))).resolves.toEqual(
    [{ workspaceId: 'ws_1', entries: 2 }],
  );
  const { entries } = await tenancy.run(scope, () => audit.query(pool));
  expect(entries.map(({ action }) => action).sort()).toEqual([
    'audit.erased',
    'thing.made',
    'things.inserted',
  ]);
  expect(entries.find(({ action }) => action === 'thing.made')).toMatchObject({
    actor: { id: 'u-1', onBehalfOf: null, ip: '2001:db8::1' },
    erased: ['onBehalfOf'],
  });
  const report = await system(() => audit.verify(pool));
  expect(report.findings).toEqual([]);
});
