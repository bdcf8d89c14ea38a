import { expect, it } from 'vitest';
import type { Client } from '../src/demo/client.ts';
import { rootDomain } from '../src/demo/world.ts';
import { testWorld } from './support/world.ts';

const world = await testWorld();
const password = 'correct horse battery staple';

/** Signs up at the page of the application, with an address that is not confirmed yet. */
async function signUp(name: string, email: string): Promise<Client> {
  const client = world.nobody();
  const made = await client.send('POST /auth/sign-up/email', { body: { name, email, password } });
  expect(made.status).toBe(200);
  return client;
}

const pathOf = (url: string) => url.slice(url.indexOf('/', 'http://'.length));
const confirm = (client: Client, url: string) => client.send(`GET ${pathOf(url)}`);
const tokenIn = (email: string) => world.linkTo(email).split('#')[1] ?? '';

it('sign up, found an organization, invite, accept, switch, leave, sign out', async () => {
  const emma = await signUp('Emma Sato', 'emma@sato.example');
  await confirm(emma, world.linkTo('emma@sato.example'));
  const founded = await emma.send('POST /account/organizations', {
    body: { name: 'Sato Ceramics', slug: 'sato' },
  });
  expect(founded.json).toMatchObject({ slug: 'sato', plan: 'free' });
  const origin = `http://sato.${rootDomain}:${world.port}`;
  expect(founded.json.address).toBe(`${origin}/`);

  // the cookie of the sign-in holds at the subdomain; the founder owns what is there
  emma.host = `sato.${rootDomain}`;
  const { json: mine } = await emma.send('GET /api/permissions');
  expect(mine).toMatchObject({ roles: ['owner'] });
  expect(mine.permissions).toContain('roles:manage');
  const project = await emma.send('POST /api/projects', { body: { name: 'Autumn glazes' } });
  expect(project.status).toBe(201);

  // an invitation without a role is one as member
  const email = 'ben@okoye.example';
  const invited = await emma.send('POST /api/invitations', { body: { email } });
  expect(invited).toMatchObject({ status: 201, json: { email, role: 'member' } });
  expect(invited.json).not.toHaveProperty('token');
  const token = tokenIn(email);
  const seen = await world.nobody().send(`GET /account/invitations/${token}`);
  expect(seen.status).toBe(401);

  const ben = await signUp('Ben Okoye', email);
  const accept = () => ben.send('POST /account/invitations/accept', { body: { token } });
  expect((await accept()).json.code).toBe('INVITATION_EMAIL_MISMATCH'); // the address is not confirmed
  await confirm(ben, world.linkTo(email));
  const stranger = await world.as('omar');
  const stolen = await stranger.send('POST /account/invitations/accept', { body: { token } });
  expect(stolen.json.code).toBe('INVITATION_EMAIL_MISMATCH');
  const accepted = await Promise.all([accept(), accept(), accept()]);
  expect(accepted.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  expect(accepted.find(({ status }) => status === 201)?.json).toEqual({ organization: 'sato' });

  // Ben founds an organization too, and works in both with one sign-in
  await ben.send('POST /account/organizations', { body: { name: 'Okoye Film', slug: 'okoye' } });
  const { json: list } = await ben.send('GET /account/organizations');
  expect(list.items).toMatchObject([
    { slug: 'okoye', roles: ['owner'] },
    { slug: 'sato', roles: ['member'] },
  ]);
  const switched = await ben.send('POST /account/switch', { body: { organization: 'sato' } });
  expect(switched.json).toEqual({ address: `${origin}/` });
  ben.host = `sato.${rootDomain}`;
  expect((await ben.send('GET /api/projects')).json.items).toMatchObject([
    { name: 'Autumn glazes' },
  ]);
  expect((await ben.send('POST /api/projects', { body: { name: 'Mine' } })).status).toBe(403);
  ben.host = `okoye.${rootDomain}`;
  expect((await ben.send('GET /api/projects')).json.items).toEqual([]);
  expect((await ben.send('POST /api/projects', { body: { name: 'Mine' } })).status).toBe(201);
  const elsewhere = await ben.send('POST /account/switch', {
    body: { organization: 'calder' },
    host: rootDomain,
  });
  expect(elsewhere.json.code).toBe('TENANT_NOT_FOUND');

  // who leaves is out with the next request, whatever the cookie says
  const { json: members } = await emma.send('GET /api/members');
  const ofBen = members.items.find((member: { email: string }) => member.email === email);
  ben.host = `sato.${rootDomain}`;
  expect((await ben.send(`DELETE /api/members/${ofBen.userId}`)).status).toBe(204);
  expect((await ben.send('GET /api/projects')).status).toBe(404);
  expect((await emma.send(`DELETE /api/members/${world.seeded.users.nora}`)).status).toBe(404);

  expect((await ben.send('POST /auth/sign-out', { body: {} })).status).toBe(200);
  ben.host = rootDomain;
  expect((await ben.send('GET /account/organizations')).status).toBe(401);
});

it('keeps an owner, whoever leaves', async () => {
  const nora = await world.as('nora', 'ridgeline');
  const { nora: own, omar } = world.seeded.users;
  expect((await nora.send(`DELETE /api/members/${own}`)).json.code).toBe('LAST_OWNER');
  const heir = { userId: omar, keep: 'member' };
  const handed = await nora.send('POST /api/members/transfer-ownership', { body: heir });
  expect(handed.status).toBe(200);
  expect((await nora.send(`DELETE /api/members/${own}`)).status).toBe(204);
});

it('takes no change from a page of another host, although the cookie is sent', async () => {
  const priya = await world.as('priya', 'calder');
  const body = { name: 'Not asked for' };
  for (const origin of [
    `http://ridgeline.${rootDomain}:${world.port}`,
    'null',
    'https://x.example',
  ]) {
    const refused = await priya.send('POST /api/projects', { body, headers: { origin } });
    expect(refused.json.code).toBe('ORIGIN_REFUSED');
  }
});

it('lets an organization change its name, and neither its plan nor its slug', async () => {
  const marta = await world.as('marta', 'calder');
  const settings = { color: '#0b6e4f' };
  const changed = await marta.send('PATCH /api/organization', { body: { settings } });
  expect(changed.json).toMatchObject({ name: 'Calder Studio', settings });
  for (const body of [{ plan: 'team' }, { slug: 'ridgeline' }, { domain: 'x.example' }]) {
    expect((await marta.send('PATCH /api/organization', { body })).status).toBe(422);
  }
  // nor by a handler that passes a whole body on
  const { calder } = world.seeded.organizations;
  const raw = world.pool.enter(
    { claim: { by: 'id', value: calder }, user: world.seeded.users.marta },
    () => world.pool.query(`update organizations set plan = 'team'`),
  );
  await expect(raw).rejects.toMatchObject({ code: '42501' });
});
