import type { TenantPool } from '@tenantry/core';
import { testDatabase } from '@tenantry/testing/vitest';
import { onTestFinished } from 'vitest';
import { moveTenant } from '../../src/move/move-tenant.ts';
import type { Moving } from '../../src/move/moving.ts';
import { undoMove } from '../../src/move/undo-move.ts';
import { acme, ask, globex, initech, openPool, prepare, tenancy, two } from './world.ts';

export const places = [null, 'acme_own', 'third', 'eu1'] as const;
export type Place = (typeof places)[number];

/** The shared database with three schemas, and the database eu1; all three tenants live in the shared tables. */
export async function movers() {
  const { url, route, add } = await two();
  for (const tenant of [acme, globex]) await route(tenant, null);
  const { code, stderr } = await add('third', 't_third');
  if (code !== 0) throw new Error(stderr);
  const eu1 = await testDatabase({
    key: 'schemas-eu1',
    migrate: async (to) => {
      await prepare(to);
      // what is there of a tenant that has never been there
      await ask(to, 'delete from memberships');
      await ask(to, 'delete from organizations');
      await ask(to, `insert into tenantry.here (place) values ('eu1')`);
    },
  });
  const [here] = await ask(eu1.url, 'select mark from tenantry.here');
  await ask(url, `insert into tenantry.places (name, mark) values ('eu1', $1)`, [here?.mark]);
  const pools: TenantPool[] = [];
  const open = async () => {
    const pool = await openPool(url, (name) => (name === 'eu1' ? eu1.url : undefined));
    pools.push(pool);
    return pool;
  };
  onTestFinished(async () => void (await Promise.all(pools.map((pool) => pool.end()))));
  const moving = (pool: TenantPool, tenant: string): Moving => ({
    tenancy,
    pool,
    tenant,
    owners: { connect: () => eu1.url, url },
    ledger: { schema: 'drizzle', table: '__drizzle_migrations' },
    waitMs: 10_000,
    progress: () => {},
  });
  const asSystem = <R>(fn: () => Promise<R>) =>
    tenancy.asSystem({ reason: 'move', actor: 'test', write: true }, fn);
  const at = (place: Place) => ({
    url: place === 'eu1' ? eu1.url : url,
    schema: place === 'acme_own' ? 't_acme' : place === 'third' ? 't_third' : 'public',
  });
  /** The rows of a tenant at a place, as text. */
  const rowsAt = async (place: Place, tenant: string) => {
    const { url: of, schema } = at(place);
    const rows = await ask(
      of,
      `select 'item ' || i::text as row from ${schema}.items i where organization_id = $1
       union all select 'note ' || n::text from ${schema}.notes n where organization_id = $1 order by 1`,
      [tenant],
    );
    return rows.map(({ row }) => row as string);
  };
  return {
    url,
    eu1: eu1.url,
    open,
    rowsAt,
    at,
    move: (pool: TenantPool, tenant: string, to: Place) =>
      asSystem(() => moveTenant(moving(pool, tenant), to)),
    undo: (pool: TenantPool, tenant: string) => asSystem(() => undoMove(moving(pool, tenant))),
    routes: () => ask(url, 'select tenant, place, moving from tenantry.placements order by tenant'),
    /** Rows of a tenant in the shared tables: items with parents and notes. */
    fill: (tenant = initech, count = 20) =>
      ask(
        url,
        `with made as (insert into items (organization_id, id, title, by, parent)
           select $1::uuid, gen_random_uuid(), 'row ' || n, '00000000-0000-4000-8000-0000000000a1'::uuid, null from generate_series(1, $2::int) n returning id)
         insert into notes (organization_id, item, text) select $1::uuid, id, 'note' from made`,
        [tenant, count],
      ),
  };
}
