import fc from 'fast-check';
import { expect, it } from 'vitest';
import { acme, ask, globex, places, tenancy } from './support/world.ts';

const tenants = [acme, globex];
const names = [null, 'eu1', 'eu2'];
const kinds = ['statement', 'transaction', 'batch'] as const;

const step = fc.oneof(
  fc.record({
    do: fc.constant('write' as const),
    tenant: fc.nat(1),
    pool: fc.nat(1),
    kind: fc.constantFrom(...kinds),
  }),
  fc.record({ do: fc.constant('read' as const), tenant: fc.nat(1), pool: fc.nat(1) }),
  fc.record({ do: fc.constant('route' as const), tenant: fc.nat(1), place: fc.nat(2) }),
  fc.record({ do: fc.constant('suspend' as const), tenant: fc.nat(1) }),
  fc.record({ do: fc.constant('restore' as const), tenant: fc.nat(1) }),
);

it('whatever the order of routes, suspensions and work, a statement runs where its tenant lives, or is refused', async () => {
  const { shared, urls, open, route } = await places('eu1', 'eu2');
  // two processes: what one has learnt the other has not
  const pools = [open(), open()];
  const urlOf = (at: number) => urls.get(names[at] ?? '') ?? shared;
  const insert = `insert into items (organization_id, title) values (current_setting('app.organization_id')::uuid, $1)`;
  try {
    const history = fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      for (const url of [shared, ...urls.values()]) await ask(url, 'delete from items');
      for (const tenant of tenants) {
        await ask(shared, 'select tenantry.restore_tenant($1)', [tenant]);
        await route(tenant, null);
      }
      const suspended = [false, false];
      const lives = [0, 0];
      const rows = new Map<string, number>();
      const keyOf = (tenant: number) => `${tenants[tenant]} ${lives[tenant]}`;
      for (const each of steps) {
        const tenant = tenants[each.tenant] as string;
        if (each.do === 'route') {
          lives[each.tenant] = each.place;
          await route(tenant, names[each.place] ?? null);
          continue;
        }
        if (each.do === 'suspend') {
          suspended[each.tenant] = true;
          await ask(shared, "select tenantry.suspend_tenant($1, 'x')", [tenant]);
          for (const url of new Set([shared, urlOf(lives[each.tenant] as number)]))
            await ask(url, 'select tenantry.fence_tenant($1)', [tenant]);
          continue;
        }
        if (each.do === 'restore') {
          suspended[each.tenant] = false;
          await ask(shared, 'select tenantry.restore_tenant($1)', [tenant]);
          continue;
        }
        const pool = pools[each.pool] as (typeof pools)[number];
        if (suspended[each.tenant]) {
          const refused = tenancy.run(tenant, () => pool.query('select id from items'));
          await expect(refused).rejects.toMatchObject({ code: 'TENANT_SUSPENDED' });
          continue;
        }
        if (each.do === 'read') {
          const found = await tenancy.run(tenant, () => pool.query('select id from items'));
          expect(found.rows).toHaveLength(rows.get(keyOf(each.tenant)) ?? 0);
          continue;
        }
        await tenancy.run(tenant, async () => {
          if (each.kind === 'statement') await pool.query(insert, [each.kind]);
          else if (each.kind === 'batch') await pool.batch(() => [pool.query(insert, [each.kind])]);
          else await pool.transaction((tx) => tx.query(insert, [each.kind]));
        });
        rows.set(keyOf(each.tenant), (rows.get(keyOf(each.tenant)) ?? 0) + 1);
      }
      for (const at of [0, 1, 2]) {
        for (const [i, tenant] of tenants.entries()) {
          const [found] = await ask(
            urlOf(at),
            'select count(*)::int as n from items where organization_id = $1',
            [tenant],
          );
          expect([at, i, found?.n]).toEqual([at, i, rows.get(`${tenant} ${at}`) ?? 0]);
        }
      }
    });
    await fc.assert(history, { numRuns: process.env.TENANTRY_LONG === '1' ? 200 : 15 });
  } finally {
    await Promise.all(pools.map((pool) => pool.end()));
  }
});
