import { withClient } from '@tenantry/testing/schema';
import { expect, it } from 'vitest';
import { addRoles } from '../src/add-roles.ts';
import type { Client } from '../src/demo/client.ts';
import { prepareOwnDatabase } from '../src/demo/operator.ts';
import { migratedDatabase, password, testWorld } from './support/world.ts';

const world = await testWorld();
const { url: eu1 } = await migratedDatabase();
await prepareOwnDatabase('eu1', eu1, password);
const { calder } = world.seeded.organizations;

/** What a person of Calder Studio sees. */
async function seenBy(client: Client) {
  const paths = ['organization', 'projects', 'tasks', 'members', 'roles', 'permissions'];
  const answers = await Promise.all(paths.map((path) => client.send(`GET /api/${path}`)));
  return answers.map(({ status, text }) => `${status} ${text}`);
}

/** How many rows of Calder Studio a database has, in the tables of its members, roles and work. */
const rowsIn = (url: string) =>
  withClient(url, async (client) => {
    const { rows } = await client.query(
      `select (select count(*) from projects where organization_id = $1)
         + (select count(*) from tasks where organization_id = $1)
         + (select count(*) from memberships where organization_id = $1)
         + (select count(*) from member_roles where organization_id = $1) as n`,
      [calder],
    );
    return Number(rows[0].n);
  });

it('gives one organization a database of its own when its contract asks, and nothing else changes', async () => {
  const marta = await world.as('marta', 'calder');
  const omar = await world.as('omar', 'ridgeline');
  const before = { marta: await seenBy(marta), omar: await seenBy(omar) };
  const rows = await rowsIn(world.url);
  expect(rows).toBeGreaterThan(0);

  await world.tenantry('places', 'add', 'eu1', '--url', eu1);
  // other tests of this server may have a transaction open, which the move waits for
  const moved = await world.tenantry('tenants', 'move', 'calder', '--to', 'eu1', '--wait', '120');
  expect(moved).toContain('It lives in eu1 now');
  expect([await rowsIn(world.url), await rowsIn(eu1)]).toEqual([0, rows]);
  expect({ marta: await seenBy(marta), omar: await seenBy(omar) }).toEqual(before);

  // with one sign-in for all organizations, wherever they live
  const priya = await world.as('priya');
  const { json: mine } = await priya.send('GET /account/organizations');
  expect(mine.items).toMatchObject([
    { slug: 'calder', roles: ['owner'] },
    { slug: 'ridgeline', roles: ['member'] },
  ]);

  // whoever is invited signs up as everybody does
  const email = 'ben@okoye.example';
  const ben = world.nobody();
  const body = { name: 'Ben Okoye', email, password: 'correct horse battery staple' };
  await ben.send('POST /auth/sign-up/email', { body });
  await ben.send(`GET ${world.linkTo(email).replace(/^http:\/\/[^/]+/, '')}`);
  expect((await marta.send('POST /api/invitations', { body: { email } })).status).toBe(201);
  const token = world.linkTo(email).split('#')[1];
  expect((await ben.send(`GET /account/invitations/${token}`)).status).toBe(200);
  const accepted = await ben.send('POST /account/invitations/accept', { body: { token } });
  expect(accepted.json).toEqual({ organization: 'calder' });

  // and roles are rows there too
  const editor = {
    key: 'editor',
    name: 'Editor',
    permissions: ['projects:read', 'projects:create'],
  };
  const file = { organization: 'calder', roles: [{ ...editor, members: [email] }] };
  expect(await addRoles(world, file)).toMatchObject({ roles: 1, members: 1 });
  ben.host = marta.host;
  expect((await ben.send('POST /api/projects', { body: { name: 'Mine' } })).status).toBe(201);
  expect((await ben.send('GET /api/permissions')).json.roles).toEqual(['editor']);
  expect(await rowsIn(world.url)).toBe(0);
});

it('takes it back into the shared tables', async () => {
  const marta = await world.as('marta', 'calder');
  const there = await seenBy(marta);
  await world.tenantry('tenants', 'move', 'calder', '--to', 'shared', '--wait', '120');
  expect(await seenBy(marta)).toEqual(there);
  expect(await rowsIn(eu1)).toBe(0);
  const { json: mine } = await marta.send('GET /account/organizations');
  expect(mine.items).toMatchObject([{ slug: 'calder' }]);
});
