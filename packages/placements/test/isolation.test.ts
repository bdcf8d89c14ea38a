import type { TenantPool } from '@tenantry/core';
import { expectIsolated } from '@tenantry/testing';
import { afterAll, expect, it } from 'vitest';
import { ask, featureOf, places, schema, tenancy } from './support/world.ts';

const placements = featureOf(() => undefined);
const { shared, urls, open } = await places('eu1');
const pool = open() as unknown as TenantPool;
afterAll(() => pool.end());
const eu1 = urls.get('eu1') as string;

const attack = () =>
  expectIsolated({
    pool,
    tenancy,
    schema,
    place: 'eu1',
    prepare: (organizationId) => placements.place(pool, { organizationId, place: 'eu1' }),
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
