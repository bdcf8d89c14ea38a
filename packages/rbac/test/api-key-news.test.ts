import { createTenantPool } from '@tenantry/core';
import { createPermissionCache } from '@tenantry/rbac';
import { apiKeys } from '@tenantry/rbac/api-keys';
import { pgTable } from 'drizzle-orm/pg-core';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { codeOf, rbac, rbacWorld, tenancy } from './support/world.ts';

// A cache of another process: its own pool, and a connection that really listens.

const table = pgTable('api_keys', rbac.tables.apiKeys.columns(), (t) => [
  ...rbac.tables.apiKeys.rules(t, { read: 'roles:manage', write: 'roles:manage' }),
]);
const world = await rbacWorld({}, { apiKeys: table });
const { pool, ask, as, asSystem, organization, member, until } = world;
const keys = apiKeys(rbac, { prefix: 'acme' });
const elsewhere = createTenantPool(tenancy, { connectionString: world.logins.app });
const cache = createPermissionCache(rbac, elsewhere, {
  listen: world.logins.app,
  ttlSeconds: 86_400,
});
const ear = new pg.Client({ connectionString: world.logins.app });
await ear.connect();
await ear.query('listen tenantry_rbac');
const heard: string[] = [];
ear.on('notification', ({ payload }) => heard.push(payload ?? ''));
afterAll(async () => {
  await cache.end();
  await Promise.all([ear.end(), elsewhere.end()]);
});

/** A key that the cache believes. */
async function believed(more: { expiresAt?: Date } = {}, role = 'admin') {
  const org = await organization();
  const maker = await member(org.id, role);
  const made = await as(maker, org.id, () =>
    keys.create(pool, { name: 'CI', permissions: ['projects:read'], ...more }),
  );
  const who = { organizationId: org.id, user: made.id };
  const can = () => cache.can(who, 'projects:read');
  await until(async () => {
    await can();
    await ask(`select pg_notify('tenantry_rbac', '{}')`);
    return cache.size === 0;
  }, 'the cache hears');
  expect(await can()).toBe(true);
  // nothing that is still on its way makes it forget
  await ear.query('select');
  const quiet = async () => {
    const told = heard.length;
    await ask(`select pg_notify('tenantry_rbac', $1)`, [`{"tenant":"mark","version":${told}}`]);
    await until(async () => heard.includes(`{"tenant":"mark","version":${told}}`), 'the mark');
  };
  await quiet();
  return { org, maker, id: made.id, can };
}

const forgets = (can: () => Promise<boolean>) =>
  until(async () => !(await can()), 'the other process refuses the key');

test('a revoked key is refused by caches of other processes', async () => {
  const { org, maker, id, can } = await believed();
  await as(maker, org.id, () => keys.revoke(pool, { id }));
  await forgets(can);
});

test('one that an operator revokes, deletes, ends earlier or gives less', async () => {
  for (const change of [
    `select tenantry.rbac_end_api_key($1::text, null)`,
    'delete from api_keys where id = $1',
    'update api_keys set expires_at = now() where id = $1',
    `update api_keys set permissions = '{}' where id = $1`,
  ]) {
    const { id, can } = await believed();
    await ask(change, [id]);
    await forgets(can);
  }
});

test('with its maker, and with its tenant', async () => {
  const one = await believed();
  await asSystem(() => rbac.members.remove(pool, { organizationId: one.org.id, user: one.maker }));
  await forgets(one.can);
  const two = await believed();
  await ask('delete from organizations where id = $1', [two.org.id]);
  await forgets(two.can);
  const left = await ask('select from tenantry.rbac_versions where tenant_id = $1', [two.org.id]);
  expect(left).toEqual([]);
});

test('nobody is told of a revocation that is rolled back, nor of a use', async () => {
  const { org, maker, id, can } = await believed();
  const before = heard.length;
  const undone = as(maker, org.id, () =>
    pool.transaction(async (tx) => {
      await keys.revoke(tx, { id });
      throw new Error('undone');
    }),
  );
  expect(await codeOf(undone)).toBe('undone');
  await as(id, org.id, () => pool.query('select 1'));
  await ask(`select pg_notify('tenantry_rbac', '{"tenant":"mark","version":-1}')`);
  await until(async () => heard.length > before, 'the mark');
  expect(heard.slice(before)).toEqual(['{"tenant":"mark","version":-1}']);
  expect(await can()).toBe(true);
});

test('a cache believes a key no longer than the grant of its maker', async () => {
  const { org, maker, id } = await believed();
  const expiresAt = new Date(Date.now() + 3_600_000);
  await asSystem(async () => {
    const of = { organizationId: org.id, user: maker };
    await rbac.members.assign(pool, { ...of, role: 'viewer', expiresAt });
    await rbac.members.unassign(pool, { ...of, role: 'admin' });
  });
  const [row] = await ask<{ until: number }>(
    `select (tenantry.rbac_facts_of($1, $2) ->> 'until')::float8 as until`,
    [org.id, id],
  );
  expect(row?.until).toBeCloseTo(expiresAt.getTime() / 1000, 1);
});

test('a revocation and the end of its tenant do not wait for each other', async () => {
  const { org, maker, id } = await believed();
  const clients = await Promise.all(
    [1, 2].map(async () => {
      const client = new pg.Client({ connectionString: world.url });
      await client.connect();
      return client;
    }),
  );
  const [holder, deleter] = clients as [pg.Client, pg.Client];
  const waiting = (count: number) =>
    until(async () => {
      const rows = await ask(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rows.length === count;
    }, `${count} wait`);
  await holder.query('begin');
  await holder.query('select tenantry.rbac_hold_tenant($1)', [org.id]);
  const deleted = deleter.query('delete from organizations where id = $1', [org.id]);
  await waiting(1);
  const revoked = codeOf(as(maker, org.id, () => keys.revoke(pool, { id })));
  await waiting(2);
  await holder.query('commit');
  expect((await deleted).rowCount).toBe(1);
  expect(await revoked).toBe('API_KEY_UNKNOWN');
  const left = await ask('select from tenantry.rbac_versions where tenant_id = $1', [org.id]);
  expect(left).toEqual([]);
  await Promise.all(clients.map((client) => client.end()));
});
