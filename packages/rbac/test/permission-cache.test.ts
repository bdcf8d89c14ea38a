import { createPermissionCache } from '@tenantry/rbac';
import { expect, test } from 'vitest';
import { codeOf, dialect, rbac, rbacWorld } from './support/world.ts';

const world = await rbacWorld();
const { pool, ask, asSystem } = world;
const acme = await world.organization();
const globex = await world.organization();

const { until } = world;

/** Waits until a cache hears: told that everything may have changed, it forgets. */
const hears = (cache: { readonly size: number }, known: () => Promise<unknown>) =>
  until(async () => {
    await known();
    await ask(`select pg_notify('tenantry_rbac', '{}')`);
    return cache.size === 0;
  }, 'it hears');

test('without news it believes what it read, and reads again what is asked for by version', async () => {
  const cache = createPermissionCache(rbac, pool);
  const who = { organizationId: acme.id, user: await world.member(acme.id, 'viewer') };
  expect(await cache.can(who, 'projects:read')).toBe(true);
  const { version } = await asSystem(() => rbac.members.unassign(pool, { ...who, role: 'viewer' }));
  expect(await cache.can(who, 'projects:read')).toBe(true);
  expect(await cache.can(who, 'projects:read', { atLeast: version })).toBe(false);
  expect(await cache.can(who, 'projects:read')).toBe(false);
  cache.forget();
  expect(cache.size).toBe(0);
});

test('a user of two organizations has two entries, and strangers have none of either', async () => {
  const cache = createPermissionCache(rbac, pool);
  const user = await world.member(acme.id, 'admin');
  await asSystem(() => rbac.members.add(pool, { organizationId: globex.id, user, role: 'viewer' }));
  for (let round = 0; round < 3; round++) {
    expect(await cache.can({ organizationId: acme.id, user }, 'projects:delete')).toBe(true);
    expect(await cache.can({ organizationId: globex.id, user }, 'projects:delete')).toBe(false);
  }
  expect(await cache.can({ organizationId: globex.id, user: acme.owner }, 'projects:read')).toBe(
    false,
  );
  expect(cache.size).toBe(3);
});

test.skipIf(dialect === 'citus')('a notification makes a change known', async () => {
  const cache = createPermissionCache(rbac, pool, { listen: world.logins.app, ttlSeconds: 3600 });
  const who = { organizationId: acme.id, user: await world.member(acme.id, 'viewer') };
  expect(await cache.can(who, 'projects:read')).toBe(true);
  await hears(cache, () => cache.can(who, 'projects:read'));
  expect(await cache.can(who, 'projects:read')).toBe(true);
  await ask('delete from member_roles where user_id = $1', [who.user]);
  await until(async () => !(await cache.can(who, 'projects:read')), 'the change is seen');
  await cache.end();
});

test.skipIf(dialect === 'citus')(
  'when the connection is lost, everything is forgotten and it listens again',
  async () => {
    const url = new URL(world.logins.app);
    url.searchParams.set('application_name', 'rbac-listener');
    const cache = createPermissionCache(rbac, pool, { listen: url.href, ttlSeconds: 3600 });
    const who = { organizationId: acme.id, user: await world.member(acme.id, 'viewer') };
    const listening = async () =>
      (
        await ask(
          `select from pg_stat_activity where application_name = 'rbac-listener' and query like 'listen%' and state = 'idle'`,
        )
      ).length === 1;
    await until(listening, 'it listens');
    await hears(cache, () => cache.can(who, 'projects:read'));
    await cache.can(who, 'projects:read');
    const [row] = await ask<{ pid: number }>(
      `select pid from pg_stat_activity where application_name = 'rbac-listener'`,
    );
    await ask('select pg_terminate_backend($1)', [row?.pid]);
    await until(async () => cache.size === 0, 'it forgets');
    await until(listening, 'it listens again');
    await hears(cache, () => cache.can(who, 'projects:read'));
    await cache.end();
  },
);

test('it ends with the grant, and keeps no more than it was told to', async () => {
  const cache = createPermissionCache(rbac, pool, { maxEntries: 2 });
  const who = { organizationId: acme.id, user: await world.member(acme.id) };
  // the end is close, so that it comes while the entry is believed; nothing depends on when
  const expiresAt = new Date(Date.now() + 1500);
  await asSystem(() => rbac.members.assign(pool, { ...who, role: 'viewer', expiresAt }));
  const seen = await cache.can(who, 'projects:read');
  if (Date.now() < expiresAt.getTime()) expect(seen).toBe(true);
  await until(async () => Date.now() > expiresAt.getTime(), 'the grant has ended');
  expect(await cache.can(who, 'projects:read')).toBe(false);
  for (let i = 0; i < 4; i++) {
    await cache.can(
      { organizationId: acme.id, user: await world.member(acme.id) },
      'projects:read',
    );
  }
  expect(cache.size).toBe(2);
});

test('bad options and unknown permissions are errors', async () => {
  expect(() => createPermissionCache(rbac, pool, { ttlSeconds: -1 })).toThrow('CONFIG_INVALID');
  const cache = createPermissionCache(rbac, pool);
  const who = { organizationId: acme.id, user: acme.owner };
  // @ts-expect-error: the definition does not have it
  expect(await codeOf(cache.can(who, 'projects:fly'))).toBe('PERMISSION_UNKNOWN');
  expect(await codeOf(cache.can({ ...who, organizationId: 'x' }, 'projects:read'))).toBe(
    'TENANT_ID_MALFORMED',
  );
});
