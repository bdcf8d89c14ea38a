import type { TenantPool } from '@tenantry/core';
import { expectIsolated } from '@tenantry/testing';
import { afterAll, expect, it } from 'vitest';
import { ask, featureOf, places, schema, tenancy } from './support/world.ts';

const placements = featureOf(() => undefined);
const { shared, urls, open } = await places('eu1');
const pool = open() as unknown as TenantPool;
afterAll(() => pool.end());
const eu1 = urls.get('eu1') as string;

const attack = (on = pool) =>
  expectIsolated({
    pool: on,
    tenancy,
    schema,
    place: 'eu1',
    prepare: (organizationId) => placements.place(on, { organizationId, place: 'eu1' }),
  });

it('attacks the tenants of a place there, and nowhere else', async () => {
  const before = await ask(
    shared,
    'select pg_stat_get_tuples_inserted(c.oid) as n from pg_class c where relname = $1',
    ['items'],
  );
  const { leaks, results } = await attack();
  expect(leaks).toEqual([]);
  expect(results.filter(({ target }) => target === 'items').length).toBeGreaterThan(10);
  const after = await ask(
    shared,
    'select pg_stat_get_tuples_inserted(c.oid) as n from pg_class c where relname = $1',
    ['items'],
  );
  expect(after).toEqual(before);
  await ask(eu1, 'alter policy items_tenant_isolation on items using (true) with check (true)');
  await ask(eu1, 'alter policy items_tenant_floor on items using (true) with check (true)');
  await expect(attack()).rejects.toMatchObject({ code: 'ISOLATION_BROKEN' });
});

it('refuses an attacker whose statements do not come there', async () => {
  for (const options of [{ place: 'eu1', attackerPlace: null }, { attackerPlace: 'eu1' }])
    await expect(expectIsolated({ pool, tenancy, schema, ...options })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('another database'),
    });
});

it('attacks a place without a tenant there', async () => {
  const { urls: others, open: openOther } = await places('eu1');
  const url = others.get('eu1') as string;
  const [policy] = await ask(
    url,
    "select pg_get_expr(polqual, polrelid) as term from pg_policy where polname = 'items_tenant_isolation'",
  );
  await ask(
    url,
    `alter policy items_tenant_isolation on items
       using (coalesce(current_setting('${tenancy.setting}', true), '') = '' or (${policy.term}));
     drop policy items_tenant_floor on items`,
  );
  const other = openOther() as unknown as TenantPool;
  try {
    await expect(attack(other)).rejects.toMatchObject({
      code: 'ISOLATION_BROKEN',
      message: expect.stringContaining('lost context on items'),
    });
  } finally {
    await other.end();
  }
});
