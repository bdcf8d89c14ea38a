import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { codeOf, rbac, rbacWorld, tenancy } from './support/world.ts';

const world = await rbacWorld();
const { pool, as, ask, asSystem } = world;
const acme = await world.organization();
const admin = await world.member(acme.id, 'admin');
const viewer = await world.member(acme.id, 'viewer');
const expiresAt = new Date(Date.now() + 3_600_000);
await as(acme.owner, acme.id, async () => {
  await rbac.roles.save(pool, {
    key: 'auditor',
    name: 'Auditor',
    parent: 'viewer',
    permissions: ['billing:manage'],
  });
  await rbac.members.assign(pool, {
    user: viewer,
    role: 'member',
    on: { type: 'projects', id: await project() },
    expiresAt,
  });
  await rbac.invitations.create(pool, { email: 'new@example.com', role: 'auditor' });
  const gone = await rbac.invitations.create(pool, { email: 'gone@example.com', role: 'viewer' });
  await rbac.invitations.revoke(pool, { id: gone.id });
});
const globex = await world.organization();
await as(globex.owner, globex.id, async () => {
  await rbac.roles.save(pool, { key: 'secret', name: 'Secret', permissions: ['projects:read'] });
  await rbac.invitations.create(pool, { email: 'other@example.com', role: 'secret' });
});

async function project(): Promise<string> {
  const id = randomUUID();
  await ask('insert into projects (organization_id, id, name) values ($1, $2, $3)', [
    acme.id,
    id,
    'One',
  ]);
  return id;
}

const rowsOf = async (user: string, id: string) => {
  const { lists } = await as(user, acme.id, () => rbac.describe(pool));
  return lists.find((list) => list.id === id)?.rows ?? [];
};

test('it shows roles, members and open invitations of the tenant, and of no other', async () => {
  const described = await as(acme.owner, acme.id, () => rbac.describe(pool));
  expect(described).toMatchObject({
    feature: 'rbac',
    title: 'Roles and permissions',
    changes: [],
  });
  expect(described.lists.map(({ id, more }) => [id, more])).toEqual([
    ['roles', false],
    ['members', false],
    ['invitations', false],
  ]);
  const roles = await rowsOf(acme.owner, 'roles');
  expect(roles.map(({ key }) => key)).toEqual([
    'admin',
    'editor',
    'member',
    'owner',
    'viewer',
    'auditor',
  ]);
  expect(roles.at(-1)).toEqual({
    key: 'auditor',
    name: 'Auditor',
    builtIn: false,
    parent: 'viewer',
    permissions: 'billing:manage',
  });
  const members = new Map((await rowsOf(acme.owner, 'members')).map((row) => [row.user, row]));
  expect([...members.keys()].sort()).toEqual([acme.owner, admin, viewer].sort());
  expect(members.get(admin)?.roles).toBe('admin');
  expect(members.get(viewer)?.roles).toMatch(/^member \(projects [0-9a-f-]{36}\), viewer$/);
  expect(members.get(viewer)?.email).toMatch(/@example\.com$/);
  expect(await rowsOf(acme.owner, 'invitations')).toEqual([
    {
      email: 'new@example.com',
      role: 'auditor',
      invitedBy: acme.owner,
      expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
    },
  ]);
});

test('every permission is allowed or not, as can() says', async () => {
  const { allowances, can } = await as(admin, acme.id, async () => ({
    can: rbac.permissions.map((key) => [key, rbac.can(key)]),
    ...(await rbac.describe(pool)),
  }));
  expect(allowances.map(({ key, allowed }) => [key, allowed])).toEqual(can);
  expect(allowances[0]).toMatchObject({ used: null, limit: null, until: null });
});

test('nobody sees more than the policies let them', async () => {
  expect(await rowsOf(viewer, 'invitations')).toEqual([]);
  expect(await rowsOf(viewer, 'members')).toHaveLength(3);
  // invitations are read with a permission, which nobody has whom nobody knows
  expect(await codeOf(tenancy.run(acme.id, () => rbac.describe(pool)))).toBe('ACTOR_MISSING');
});

test('a list ends after a hundred rows and says so', async () => {
  const many = await world.organization();
  await ask(
    `with people as (insert into users (email) select 'many' || n || '@example.com' from generate_series(1, 120) n returning id)
     insert into memberships (organization_id, user_id) select $1, id from people`,
    [many.id],
  );
  const { lists } = await as(many.owner, many.id, () => rbac.describe(pool));
  const members = lists.find(({ id }) => id === 'members');
  expect([members?.rows.length, members?.more]).toEqual([100, true]);
});

test('a system scope has the roles of the definition, and nobody’s permissions', async () => {
  const { lists, allowances } = await asSystem(() => rbac.describe(pool));
  expect(lists.map(({ id }) => id)).toEqual(['roles']);
  expect(lists[0]?.rows.map(({ key }) => key)).toEqual([
    'admin',
    'editor',
    'member',
    'owner',
    'viewer',
  ]);
  expect(allowances).toEqual([]);
});
