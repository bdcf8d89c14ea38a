import { withClient } from '@tenantry/testing/schema';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exportTenant } from '../../src/lifecycle/export/export-tenant.ts';
import { importAtPlace } from '../../src/lifecycle/import/import-at-place.ts';
import { fresh } from '../support/exports.ts';
import { ask, emptyDatabase, places, tenancy } from '../support/world.ts';

const initech = '00000000-0000-4000-8000-00000000000c';
const peter = '00000000-0000-4000-8000-0000000000c1';
const from = fresh();
let world: Awaited<ReturnType<typeof places>>;
let pool: ReturnType<typeof world.open>;
beforeAll(async () => {
  world = await places('eu1', 'eu2');
  pool = world.open();
  const { url } = await emptyDatabase();
  await ask(
    url,
    `insert into organizations values ('${initech}', 'initech'); insert into users values ('${peter}', 'peter@initech.example');
     insert into memberships values ('${initech}', '${peter}'); insert into items (organization_id, title) values ('${initech}', 'TPS report')`,
  );
  await withClient(url, (client) => exportTenant(client, { tenancy, tenant: initech, to: from }));
});
afterAll(() => pool.end());

const entry = { reason: 'import', actor: 'test', write: true };
const connect = (place: string) => world.urls.get(place);
const importing = (place = 'eu1', open: typeof connect = connect, set = {}) =>
  tenancy.asSystem(entry, () =>
    importAtPlace(pool, {
      tenancy,
      from,
      place,
      connect: open,
      sharedUrl: () => world.shared,
      set,
    }),
  );
const found = () => ask(world.shared, 'select slug from organizations where id = $1', [initech]);
const route = () =>
  ask(world.shared, 'select place, moving from tenantry.placements where tenant = $1', [initech]);

it('import gives a place and reads the rows there, also when it was interrupted', async () => {
  // what the shared database would refuse at the end, it refuses at the beginning
  await expect(importing('eu1', connect, { slug: 'acme' })).rejects.toMatchObject({
    code: 'TENANT_EXISTS',
  });
  await expect(importing('eu9')).rejects.toMatchObject({ code: 'PLACE_UNKNOWN' });
  expect(await route()).toEqual([]);
  // interrupted before its rows: nobody finds it yet
  await expect(importing('eu1', () => undefined)).rejects.toMatchObject({
    code: 'PLACE_UNAVAILABLE',
  });
  await expect(importing('eu1', () => connect('eu2'))).rejects.toMatchObject({
    code: 'PLACE_UNAVAILABLE',
  });
  expect([await found(), await route()]).toEqual([[], [{ place: 'eu1', moving: false }]]);
  const { rows } = await importing();
  expect(rows).toMatchObject({ 'public.items': 1, 'public.users': 1, 'public.organizations': 1 });
  // interrupted behind its rows
  await ask(world.shared, 'delete from organizations where id = $1', [initech]);
  expect((await importing()).rows).toEqual({});
  expect(await found()).toEqual([{ slug: 'initech' }]);
  const claim = { by: 'slug', value: 'initech' };
  const read = () => pool.query('select title from items').then((answer) => answer.rows);
  expect(await pool.enter({ claim, user: peter }, read)).toEqual([{ title: 'TPS report' }]);
  expect(await ask(world.shared, 'select from items')).toEqual([]);
  // another import of it is no repetition
  await expect(importing('eu1', connect, { slug: 'initech' })).rejects.toMatchObject({
    code: 'TENANT_HAS_ROWS',
  });
  await expect(importing('eu2')).rejects.toMatchObject({ code: 'TENANT_PLACED' });
});
