import { withClient } from '@tenantry/testing/schema';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { acme, globex, put, read, tenancy, two } from './world.ts';

const tenants = [acme, globex];
const places = [null, 'acme_own', 'globex_own'];
const schemas = ['public', 't_acme', 't_globex'];
const ways = ['statement', 'transaction', 'batch'] as const;

const step = fc.oneof(
  fc.record({
    do: fc.constant('write' as const),
    tenant: fc.nat(1),
    pool: fc.nat(1),
    way: fc.constantFrom(...ways),
  }),
  fc.record({ do: fc.constant('read' as const), tenant: fc.nat(1), pool: fc.nat(1) }),
  fc.record({ do: fc.constant('route' as const), tenant: fc.nat(1), place: fc.nat(2) }),
);

it('whatever the order of routes and work, a statement runs in the schema of its tenant', async () => {
  const { url, open } = await two();
  // two processes: what one has learnt the other has not
  const pools = [open({ max: 1 }), open({ max: 1 })];
  let title = 0;
  await withClient(url, async (client) => {
    // what a move does at its end, without the rows
    const route = async (tenant: string, place: string | null) => {
      await client.query(`select nextval('tenantry.route_epoch')`);
      await client.query('delete from tenantry.placements where tenant = $1', [tenant]);
      if (place !== null)
        await client.query('insert into tenantry.placements (tenant, place) values ($1, $2)', [
          tenant,
          place,
        ]);
    };
    const history = fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      for (const schema of schemas) await client.query(`delete from ${schema}.items`);
      for (const tenant of tenants) await route(tenant, null);
      const lives = [0, 0];
      const rows = new Map<string, number>();
      const keyOf = (tenant: number) => `${tenants[tenant]} ${lives[tenant]}`;
      for (const each of steps) {
        const tenant = tenants[each.tenant] as string;
        if (each.do === 'route') {
          lives[each.tenant] = each.place;
          await route(tenant, places[each.place] ?? null);
          continue;
        }
        const pool = pools[each.pool] as (typeof pools)[number];
        if (each.do === 'read') {
          const found = await tenancy.run(tenant, () => read(pool));
          expect(found).toHaveLength(rows.get(keyOf(each.tenant)) ?? 0);
          continue;
        }
        const next = `${++title}`;
        await tenancy.run(tenant, async () => {
          if (each.way === 'statement') await put(pool, next);
          else if (each.way === 'batch') await pool.batch(() => [put(pool, next)]);
          else await pool.transaction((tx) => put(tx, next));
        });
        rows.set(keyOf(each.tenant), (rows.get(keyOf(each.tenant)) ?? 0) + 1);
      }
      for (const [at, schema] of schemas.entries()) {
        for (const tenant of tenants) {
          const found = await client.query(
            `select count(*)::int as n from ${schema}.items where organization_id = $1`,
            [tenant],
          );
          expect([at, tenant, found.rows[0].n]).toEqual([
            at,
            tenant,
            rows.get(`${tenant} ${at}`) ?? 0,
          ]);
        }
      }
    });
    await fc.assert(history, { numRuns: process.env.TENANTRY_LONG === '1' ? 200 : 15 });
  });
});
