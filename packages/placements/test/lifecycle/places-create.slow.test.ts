import { createLogins, withClient } from '@tenantry/testing/schema';
import { runCommand } from 'tenantry';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { acme, ask, emptyDatabase, featureOf, tenancy } from '../support/world.ts';

let shared: string;
let template: string;
const at = (url: string, database: string) => {
  const own = new URL(url);
  own.pathname = `/${database}`;
  return own.href;
};
const database = (url: string) => new URL(url).pathname.slice(1);
const made = `places_create_${process.pid}`;
beforeAll(async () => {
  [shared, template] = await Promise.all([
    emptyDatabase().then(({ url }) => url),
    emptyDatabase().then(({ url }) => url),
  ]);
});
afterAll(() => ask(at(shared, 'postgres'), `drop database if exists "${made}" with (force)`));

const run = async (name: string, ...more: string[]) => {
  const { system: systemUrl } = await createLogins(shared, tenancy);
  const config = {
    tenancy,
    features: [featureOf(() => undefined)],
    database: { url: shared, systemUrl },
  };
  const url = at(shared, 'postgres');
  return runCommand(config, ['places', 'create', name, '--url', url, '--json', ...more]);
};

it('makes a database of a template, and adds it as a place', async () => {
  const create = () => run('eu7', '--from', database(template), '--database', made);
  const { stdout, stderr, code } = await create();
  expect([code, stderr]).toEqual([0, '']);
  const { ms } = JSON.parse(stdout);
  expect(ms).toBeGreaterThan(0);
  expect(await ask(shared, 'select name from tenantry.places')).toEqual([{ name: 'eu7' }]);
  expect(await ask(at(shared, made), 'select place from tenantry.here')).toEqual([
    { place: 'eu7' },
  ]);
  expect(await ask(template, 'select place from tenantry.here')).toEqual([]);
  // an interrupted call is finished: the database was there, and not yet a place
  await ask(at(shared, made), 'delete from tenantry.here');
  await ask(shared, 'delete from tenantry.places');
  expect(JSON.parse((await create()).stdout)).toMatchObject({ place: 'eu7', ms: 0 });
  expect((await create()).code).toBe(0);
  // the name of a database of somebody else
  expect((await run('eu8', '--from', database(template), '--database', made)).stderr).toContain(
    'TEMPLATE_UNFIT',
  );
});

it('refuses a template that has tenants, is a place, or has no tables', async () => {
  const from = async (name: string) => (await run('eu9', '--from', name)).stderr;
  expect(await from(made)).toContain('is the place eu7');
  expect(await from(database(shared))).toContain('that of the shared tables');
  expect(await from('postgres')).toContain('has not run your migrations');
  await withClient(template, async () => {
    expect(await from(database(template))).toContain('PLACE_UNAVAILABLE');
  });
  for (const [row, table] of [
    [`insert into organizations values ('${acme}', 'acme')`, 'organizations'],
    [`insert into users values ('${acme}', 'a@b')`, 'users'],
  ] as const) {
    await ask(template, row);
    expect(await from(database(template))).toContain(`has rows in public.${table}`);
    await ask(template, `delete from ${table}`);
  }
  expect(await ask(shared, 'select name from tenantry.places')).toEqual([{ name: 'eu7' }]);
});
