import { expect, test } from 'vitest';
import { codeOf, rbac, rbacWorld } from './support/world.ts';

const world = await rbacWorld();
const { pool, as, ask } = world;
const acme = await world.organization();
const admin = await world.member(acme.id, 'admin');
const roleId = async (key: string) =>
  (
    await ask<{ id: string }>(
      'select id from built_in_roles where key = $1 union all select id from roles where key = $1',
      [key],
    )
  )[0]?.id as string;
const asAdmin = (fn: () => Promise<unknown>) => codeOf(as(admin, acme.id, fn));

test('nobody gives a role with more than they have, in raw SQL either', async () => {
  const user = await world.member(acme.id);
  const give = async (role: string) =>
    pool.query('insert into member_roles (user_id, role_id) values ($1, $2)', [
      user,
      await roleId(role),
    ]);
  expect(await asAdmin(() => rbac.members.assign(pool, { user, role: 'owner' }))).toBe(
    'GRANT_ABOVE_OWN',
  );
  expect(await asAdmin(() => give('owner'))).toBe('GRANT_ABOVE_OWN');
  expect(await asAdmin(() => give('admin'))).toMatchObject({ rowCount: 1 });
  const values = [await roleId('owner'), user];
  const raise = () => pool.query('update member_roles set role_id = $1 where user_id = $2', values);
  expect(await asAdmin(raise)).toBe('GRANT_ABOVE_OWN');
  expect(await asAdmin(() => rbac.members.assign(pool, { user: admin, role: 'owner' }))).toBe(
    'GRANT_ABOVE_OWN',
  );
});

test('nobody takes what they could not give', async () => {
  await world.member(acme.id, 'owner'); // so that it is not the last one that stays
  const { owner } = acme;
  expect(await asAdmin(() => rbac.members.remove(pool, { user: owner }))).toBe('GRANT_ABOVE_OWN');
  expect(await asAdmin(() => rbac.members.unassign(pool, { user: owner, role: 'owner' }))).toBe(
    'GRANT_ABOVE_OWN',
  );
  const raw = (sql: string) => asAdmin(() => pool.query(sql, [owner]));
  expect(await raw('delete from memberships where user_id = $1')).toBe('GRANT_ABOVE_OWN');
  expect(await raw('delete from member_roles where user_id = $1')).toBe('GRANT_ABOVE_OWN');
});

test('nobody makes a role with more than they have', async () => {
  const save = (
    permissions: readonly ('projects:read' | 'projects:*' | 'billing:manage' | '*')[],
  ) => asAdmin(() => rbac.roles.save(pool, { key: 'mine', name: 'Mine', permissions }));
  expect(await save(['projects:*'])).toMatchObject({ id: expect.any(String) });
  expect(await save(['billing:manage'])).toBe('GRANT_ABOVE_OWN');
  expect(await save(['*'])).toBe('GRANT_ABOVE_OWN');
  const child = asAdmin(() =>
    rbac.roles.save(pool, { key: 'child', name: 'Child', parent: 'owner', permissions: [] }),
  );
  expect(await child).toBe('GRANT_ABOVE_OWN');
  const id = (await roleId('mine')) as string;
  const raw = `insert into role_permissions (role_id, permission) values ('${id}', 'billing:manage')`;
  expect(await asAdmin(() => pool.query(raw))).toBe('GRANT_ABOVE_OWN');
  const system = `insert into role_permissions (role_id, permission) values ('${await roleId('viewer')}', 'projects:create')`;
  expect(await asAdmin(() => pool.query(system))).toBe('ROLE_UNKNOWN');
});

test('a wildcard is more than all that it stands for today', async () => {
  const lead = await world.member(acme.id);
  await as(acme.owner, acme.id, async () => {
    await rbac.roles.save(pool, {
      key: 'lead',
      name: 'Lead',
      permissions: [
        'projects:create',
        'projects:read',
        'projects:update',
        'projects:delete',
        'members:*',
      ],
    });
    await rbac.members.assign(pool, { user: lead, role: 'lead' });
    await rbac.roles.save(pool, { key: 'star', name: 'Star', permissions: ['projects:*'] });
  });
  const user = await world.member(acme.id);
  const give = (role: string) =>
    codeOf(as(lead, acme.id, () => rbac.members.assign(pool, { user, role })));
  expect(await give('star')).toBe('GRANT_ABOVE_OWN');
  expect(await give('lead')).toMatchObject({ version: expect.any(Number) });
});

test('who has something until tonight gives it until tonight at most', async () => {
  const temporary = await world.member(acme.id);
  const user = await world.member(acme.id);
  const tonight = new Date(Date.now() + 3_600_000);
  await as(acme.owner, acme.id, () =>
    rbac.members.assign(pool, { user: temporary, role: 'admin', expiresAt: tonight }),
  );
  const give = (expiresAt?: Date) =>
    codeOf(
      as(temporary, acme.id, () =>
        rbac.members.assign(pool, { user, role: 'viewer', ...(expiresAt && { expiresAt }) }),
      ),
    );
  expect(await give()).toBe('GRANT_ABOVE_OWN');
  expect(await give(new Date(tonight.getTime() + 60_000))).toBe('GRANT_ABOVE_OWN');
  expect(await give(tonight)).toMatchObject({ version: expect.any(Number) });
});

test('without a user nothing is given; the system gives what it wants', async () => {
  const user = await world.member(acme.id);
  const nobody = rbac.tenancy.run(acme.id, () =>
    rbac.members.assign(pool, { user, role: 'viewer' }),
  );
  expect(await codeOf(nobody)).toBe('ACTOR_MISSING');
  await world.asSystem(() =>
    rbac.members.assign(pool, { organizationId: acme.id, user, role: 'admin' }),
  );
});

test('on behalf of another one gives what both have', async () => {
  const other = await world.member(acme.id, 'admin');
  const user = await world.member(acme.id);
  const give = (role: string) =>
    codeOf(as(acme.owner, acme.id, () => rbac.members.assign(pool, { user, role }), other));
  expect(await give('owner')).toBe('GRANT_ABOVE_OWN');
  expect(await give('viewer')).toMatchObject({ version: expect.any(Number) });
});
