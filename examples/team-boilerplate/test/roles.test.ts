import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { addRoles, type RolesFile } from '../src/add-roles.ts';
import type { Client } from '../src/demo/client.ts';
import { loginUrls } from '../src/prepare.ts';
import { emailOf } from '../src/seed.ts';
import { password, testWorld } from './support/world.ts';

const world = await testWorld();
const folder = fileURLToPath(new URL('..', import.meta.url));
const ids = async (client: Client, path: string) =>
  (await client.send(`GET /api/${path}`)).json.items.map(({ id }: { id: string }) => id);

it('adds three roles in under a minute, while the application runs', async () => {
  const people = await Promise.all(
    (['omar', 'jack', 'lucia'] as const).map((person) => world.as(person, 'ridgeline')),
  );
  const [omar, jack, lucia] = people as [Client, Client, Client];
  const [projectId] = await ids(omar, 'projects');
  const [taskId] = await ids(omar, 'tasks');
  const scores = (client: Client) =>
    client.send(`PATCH /api/tasks/${taskId}`, { body: { status: 'done' } });
  const plans = (client: Client, title: string) =>
    client.send('POST /api/tasks', { body: { projectId, title } });
  const opens = (client: Client, name: string) =>
    client.send('POST /api/projects', { body: { name } });
  const allowed = async (answers: Promise<{ status: number }>[]) =>
    (await Promise.all(answers)).map(({ status }) => status < 400);

  // one role for everybody: members write tasks, and open no location
  expect(await allowed(people.map(scores))).toEqual([true, true, true]);
  expect(await allowed(people.map((each, i) => plans(each, `Before ${i}`)))).toEqual([
    true,
    true,
    true,
  ]);
  expect(await allowed(people.map((each, i) => opens(each, `Before ${i}`)))).toEqual([
    false,
    false,
    false,
  ]);

  const started = performance.now();
  const { url, systemUrl } = loginUrls(world.url, password);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      '--conditions=@tenantry/source',
      '--import',
      'tsx',
      'scripts/add-roles.ts',
      'roles/ridgeline.json',
    ],
    {
      cwd: folder,
      env: { ...process.env, DATABASE_URL: url, SYSTEM_DATABASE_URL: systemUrl },
    },
  );
  expect(stdout).toMatch(/^3 roles for 3 members in \d+\.\d\d s, without a deploy\.$/m);
  expect(performance.now() - started).toBeLessThan(60_000);

  // the same processes and cookies: scorers score, managers plan, admins open locations
  expect(await allowed(people.map(scores))).toEqual([true, true, true]);
  expect(await allowed(people.map((each, i) => plans(each, `After ${i}`)))).toEqual([
    false,
    true,
    true,
  ]);
  expect(await allowed(people.map((each, i) => opens(each, `After ${i}`)))).toEqual([
    false,
    false,
    true,
  ]);
  expect((await jack.send('GET /api/permissions')).json.roles).toEqual(['location-manager']);

  // a role without a name in the code is explained as any other
  const { json: why } = await jack.send('GET /api/permissions/projects:create');
  expect(why).toMatchObject({ allowed: false, fix: expect.stringContaining('location-admin') });

  // who is invited without a role becomes what the organization has chosen
  const body = { email: 'kim@mail.example' };
  const invited = await lucia.send('POST /api/invitations', { body });
  expect(invited.json).toMatchObject({ role: 'scorer' });
});

it('adds all roles of a file or none', async () => {
  const role = { key: 'night-watch', name: 'Night watch', permissions: ['tasks:read'] as const };
  const add = (roles: object[]) => addRoles(world, { organization: 'calder', roles });
  const count = async () =>
    (await world.ask(`select count(*)::int as n from roles where key = 'night-watch'`))[0];
  await expect(
    add([role, { ...role, key: 'x', permissions: ['tasks:fly'] }]),
  ).rejects.toMatchObject({ cause: { code: 'PERMISSION_UNKNOWN' } });
  await expect(add([{ ...role, members: [emailOf('omar')] }])).rejects.toThrow('not a member');
  expect(await count()).toEqual({ n: 0 });
  const file: RolesFile = { organization: 'nowhere', roles: [] };
  await expect(addRoles(world, file)).rejects.toThrow('no organization nowhere');
});

it('lets the role editor do the same over HTTP, and nobody give more than they have', async () => {
  const marta = await world.as('marta', 'calder');
  const put = (client: Client, key: string, permissions: string[], parent: string | null = null) =>
    client.send(`PUT /api/roles/${key}`, { body: { name: key, parent, permissions } });
  expect((await put(marta, 'lead', ['projects:*', 'members:assign'], 'member')).status).toBe(200);
  const { priya } = world.seeded.users;
  const give = (client: Client, role: string) =>
    client.send(`POST /api/members/${priya}/roles`, { body: { role } });
  expect((await give(marta, 'lead')).status).toBe(201);
  await marta.send(`DELETE /api/members/${priya}/roles/owner`);
  const priyaThere = await world.as('priya', 'calder');
  expect((await give(priyaThere, 'owner')).json.code).toBe('GRANT_ABOVE_OWN');
  expect((await put(priyaThere, 'lead', ['*'])).json).toMatchObject({
    code: 'PERMISSION_DENIED',
    permission: 'roles:manage',
  });

  const less = { name: 'lead', parent: 'member', permissions: ['members:assign'] };
  const { json } = await marta.send('POST /api/roles/lead/preview', { body: less });
  expect(json.effects).toMatchObject([
    { user: priya, loses: expect.arrayContaining(['projects:create']) },
  ]);
  const isDefault = { body: { isDefault: true } };
  expect((await marta.send('PATCH /api/roles/lead', isDefault)).status).toBe(200);
  expect((await marta.send('PATCH /api/roles/none', isDefault)).status).toBe(404);
  expect((await marta.send('DELETE /api/roles/lead')).status).toBe(204);
  expect((await priyaThere.send('GET /api/projects')).json.items).toEqual([]);
});
