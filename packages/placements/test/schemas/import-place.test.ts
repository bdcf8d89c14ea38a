import { withClient } from '@tenantry/testing/schema';
import { runCommand } from 'tenantry';
import { beforeEach, expect, it } from 'vitest';
import { exportTenant } from '../../src/lifecycle/export/export-tenant.ts';
import { importAtPlace } from '../../src/lifecycle/import/import-at-place.ts';
import { fresh } from '../support/exports.ts';
import { ada, ask, feature, read, tenancy, two, world } from './world.ts';

const fourth = '00000000-0000-4000-8000-00000000000d';
const rows = `insert into organizations values ('${fourth}', 'fourth');
  insert into memberships values ('${fourth}', '${ada}');
  insert into items (organization_id, title) values ('${fourth}', 'first'), ('${fourth}', 'second');
  insert into notes (organization_id, item, text) select organization_id, id, 'of ' || title from items`;

let from: string;
beforeEach(async () => {
  from = fresh();
  const { url } = await world();
  await ask(url, rows);
  await withClient(url, (client) => exportTenant(client, { tenancy, tenant: fourth, to: from }));
});

const opened = async () => {
  const { url, open, titles } = await two();
  const run = (...args: string[]) =>
    runCommand({ tenancy, features: [feature], database: { url, systemUrl: url } }, [
      'tenants',
      'import',
      from,
      ...args,
    ]);
  const route = () =>
    ask(url, 'select place, moving from tenantry.placements where tenant = $1', [fourth]);
  return { url, open, titles, run, route };
};

it('import gives a schema and reads the rows there', async () => {
  const { url, open, titles, run, route } = await opened();
  const { code, stderr } = await run('--place', 'acme_own');
  expect([code, stderr]).toEqual([0, expect.anything()]);
  expect(await route()).toEqual([{ place: 'acme_own', moving: false }]);
  expect([await titles('t_acme'), await titles('public')]).toEqual([['first', 'second'], []]);
  expect(await ask(url, 'select text from t_acme.notes order by 1')).toHaveLength(2);
  const pool = open();
  const claim = { by: 'slug', value: 'fourth' };
  expect(await pool.enter({ claim, user: ada }, () => read(pool))).toEqual(['first', 'second']);
  // sequences of the schema are behind what has come
  await tenancy.run(fourth, () => pool.query("insert into items (title) values ('third')"));
  const [{ most, last }] = (await ask(
    url,
    `select max(number)::int as most, (select number::int from t_acme.items where title = 'third') as last from t_acme.items`,
  )) as [{ most: number; last: number }];
  expect(last).toBe(most);
  // again: nothing is left to do
  expect(await run('--place', 'acme_own')).toMatchObject({ code: 0 });
  expect((await run('--place', 'globex_own')).stderr).toContain('TENANT_PLACED');
});

it('import into a schema is refused before anything is done', async () => {
  const { url, titles, run, route } = await opened();
  expect((await run('--place', 'acme_own', '--set', 'slug=acme')).stderr).toContain(
    'TENANT_EXISTS',
  );
  expect((await run('--place', 'nowhere')).stderr).toContain('PLACE_UNKNOWN');
  expect(await route()).toEqual([]);
  await ask(url, `insert into organizations values ('${fourth}', 'fourth')`);
  // also a tenant that has nothing yet keeps its route
  expect((await run('--place', 'acme_own')).stderr).toContain('TENANT_HAS_ROWS');
  expect([await titles('t_acme'), await route()]).toEqual([[], []]);
});

it('import into a schema that was interrupted is finished by the same call', async () => {
  const { url, open, titles, route } = await opened();
  const pool = open();
  const importing = (sharedUrl: () => string) =>
    tenancy.asSystem({ reason: 'import', actor: 'test', write: true }, () =>
      importAtPlace(pool, {
        tenancy,
        from,
        place: 'acme_own',
        connect: () => undefined,
        sharedUrl,
      }),
    );
  const none = () => {
    throw new Error('no login');
  };
  await expect(importing(none)).rejects.toThrow('no login');
  expect(await route()).toEqual([]);
  // the login leads nowhere: it has its route, and nobody finds it yet
  await expect(importing(() => 'postgres://127.0.0.1:1/none')).rejects.toMatchObject({
    code: 'PLACE_UNAVAILABLE',
  });
  expect([
    await route(),
    await ask(url, `select from organizations where slug = 'fourth'`),
  ]).toEqual([[{ place: 'acme_own', moving: false }], []]);
  expect((await importing(() => url)).rows).toMatchObject({ 'public.items': 2, 'public.notes': 2 });
  expect(await titles('t_acme')).toEqual(['first', 'second']);
  expect((await importing(() => url)).rows).toEqual({});
});
