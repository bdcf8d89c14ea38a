import { withClient } from '@tenantry/testing/schema';
import { expect, test } from 'vitest';
import { codeOf, rbac, rbacWorld } from './support/world.ts';

const world = await rbacWorld();
const { pool, as, ask } = world;
const acme = await world.organization();
const asOwner = <R>(fn: () => R | Promise<R>) => as(acme.owner, acme.id, fn);

test('a role is rows: made, given, changed and removed while everything runs', async () => {
  const user = await world.member(acme.id);
  const may = () => as(user, acme.id, () => rbac.snapshot().permissions);
  await asOwner(async () => {
    await rbac.roles.save(pool, {
      key: 'auditor',
      name: 'Auditor',
      parent: 'viewer',
      permissions: ['billing:manage'],
    });
    await rbac.members.assign(pool, { user, role: 'auditor' });
  });
  expect(await may()).toEqual(['billing:manage', 'projects:read']);
  await asOwner(() =>
    rbac.roles.save(pool, { key: 'auditor', name: 'Auditor', permissions: ['projects:*'] }),
  );
  expect(await may()).toHaveLength(4);
  const listed = await asOwner(() => rbac.roles.list(pool));
  expect(listed.find(({ key }) => key === 'auditor')).toMatchObject({
    name: 'Auditor',
    builtIn: false,
    parent: null,
    permissions: ['projects:*'],
    members: 1,
  });
  await asOwner(() => rbac.roles.remove(pool, { key: 'auditor' }));
  expect(await may()).toEqual([]);
});

test('a change reaches members of roles below it', async () => {
  const user = await world.member(acme.id);
  await asOwner(async () => {
    await rbac.roles.save(pool, { key: 'top', name: 'Top', permissions: ['projects:read'] });
    await rbac.roles.save(pool, { key: 'middle', name: 'M', parent: 'top', permissions: [] });
    await rbac.roles.save(pool, { key: 'bottom', name: 'B', parent: 'middle', permissions: [] });
    await rbac.members.assign(pool, { user, role: 'bottom' });
    await rbac.roles.save(pool, { key: 'top', name: 'Top', permissions: ['members:invite'] });
  });
  await as(user, acme.id, () => expect(rbac.snapshot().permissions).toEqual(['members:invite']));
  await asOwner(() => rbac.roles.remove(pool, { key: 'top' }));
  await as(user, acme.id, () => expect(rbac.snapshot().permissions).toEqual([]));
});

test('circles, keys of built-in roles and malformed ones are refused', async () => {
  const save = (key: string, parent: string | null = null) =>
    codeOf(asOwner(() => rbac.roles.save(pool, { key, name: key, parent, permissions: [] })));
  await save('a');
  await save('b', 'a');
  expect(await save('a', 'b')).toBe('ROLE_INVALID');
  expect(await save('a', 'a')).toBe('ROLE_INVALID');
  expect(await save('admin')).toBe('ROLE_INVALID');
  expect(await save('c', 'nobody')).toBe('ROLE_UNKNOWN');
  for (const key of ['Not a key', 'Sales', '1st', '', 'a'.repeat(64), 'a\0', 'a\ud800']) {
    expect(await save(key)).toBe('ROLE_INVALID');
  }
  expect(await codeOf(asOwner(() => rbac.roles.remove(pool, { key: 'admin' })))).toBe(
    'ROLE_UNKNOWN',
  );
  const raw = (sql: string) => asOwner(() => pool.query(sql));
  expect(await raw(`delete from roles where key = 'admin'`)).toMatchObject({ rowCount: 0 });
  for (const write of [
    `update built_in_roles set name = 'x'`,
    `insert into built_in_roles (id, key, name) values (gen_random_uuid(), 'x', 'X')`,
    'delete from built_in_role_permissions',
  ]) {
    expect(await codeOf(raw(write))).toBe('42501');
  }
});

test('two changes at once never make a circle', async () => {
  for (let round = 0; round < 12; round++) {
    const keys = ['one', 'two', 'three'].map((key) => `${key}-${round}`);
    const save = (key: string, parent: string | null) =>
      codeOf(asOwner(() => rbac.roles.save(pool, { key, name: key, parent, permissions: [] })));
    const raw = (key: string, parent: string) =>
      codeOf(
        asOwner(() =>
          pool.query(
            'update roles set parent_id = (select id from roles where key = $1) where key = $2',
            [parent, key],
          ),
        ),
      );
    for (const key of keys) await save(key, null);
    const change = round % 2 === 0 ? save : raw;
    // three edges of a circle, and the same ones the other way round
    const codes = await Promise.all(
      keys.flatMap((key, i) => {
        const next = keys[(i + 1) % 3] as string;
        return [change(key, next), change(next, key)];
      }),
    );
    expect(codes).toContain('ROLE_INVALID');
    const circles = await ask(
      `with recursive above as (
         select id, parent_id, array[id] as path from roles where organization_id = $1
         union all
         select a.id, r.parent_id, a.path || r.id from above a join roles r on r.id = a.parent_id
         where r.organization_id = $1 and r.id <> all (a.path[2:]) and cardinality(a.path) < 10)
       select from above where parent_id = id`,
      [acme.id],
    );
    expect(circles).toEqual([]);
  }
});

test('a change of parents in an older snapshot fails instead of closing a circle', async () => {
  const save = (key: string) =>
    asOwner(() => rbac.roles.save(pool, { key, name: key, permissions: [] }));
  const [left, right] = [(await save('left')).id, (await save('right')).id];
  const set = 'update roles set parent_id = $1 where id = $2';
  await withClient(world.url, async (client) => {
    await client.query('begin isolation level repeatable read');
    await client.query('select from roles');
    await ask(set, [left, right]);
    await expect(client.query(set, [right, left])).rejects.toMatchObject({ code: '40001' });
    await client.query('rollback');
  });
});

test('only who manages roles makes them', async () => {
  const member = await world.member(acme.id, 'member');
  const save = as(member, acme.id, () =>
    rbac.roles.save(pool, { key: 'x', name: 'X', permissions: ['projects:read'] }),
  );
  expect(await codeOf(save)).toBe('PERMISSION_DENIED');
  const raw = as(member, acme.id, () =>
    pool.query(`insert into roles (key, name) values ('x', 'x')`),
  );
  expect(await codeOf(raw)).toBe('42501');
});

test('changes of roles and members at once leave what was derived right', async () => {
  const users = await Promise.all(Array.from({ length: 6 }, () => world.member(acme.id)));
  const patterns = [
    'projects:read',
    'projects:create',
    'members:invite',
    'billing:manage',
  ] as const;
  await asOwner(() => rbac.roles.save(pool, { key: 'busy', name: 'Busy', permissions: [] }));
  await Promise.all(
    Array.from({ length: 48 }, (_, i) =>
      asOwner<unknown>(() =>
        i % 3 === 0
          ? rbac.roles.save(pool, {
              key: 'busy',
              name: 'Busy',
              permissions: patterns.filter((_, at) => (i >> at) % 2 === 0),
            })
          : i % 3 === 1
            ? rbac.members.assign(pool, { user: users[i % 6] as string, role: 'busy' })
            : codeOf(
                rbac.members.unassign(pool, { user: users[(i + 1) % 6] as string, role: 'busy' }),
              ),
      ),
    ),
  );
  const wrong = await ask(
    `select from tenantry.member_permissions d
     full join tenantry.rbac_effective($1, null) e on e.tenant_id = d.tenant_id and e.user_id = d.user_id
     where d.tenant_id = $1 and d.facts - 'version' is distinct from e.facts`,
    [acme.id],
  );
  expect(wrong).toEqual([]);
});

test('a preview says who gains and loses what, and changes nothing', async () => {
  const user = await world.member(acme.id);
  await asOwner(async () => {
    await rbac.roles.save(pool, { key: 'tester', name: 'Tester', permissions: ['projects:read'] });
    await rbac.members.assign(pool, { user, role: 'tester' });
    const version = async () =>
      (await ask('select version from tenantry.rbac_versions where tenant_id = $1', [acme.id]))[0];
    const before = await version();
    expect(
      await rbac.roles.preview(pool, { role: 'tester', permissions: ['projects:create'] }),
    ).toEqual([{ user, gains: ['projects:create'], loses: ['projects:read'] }]);
    expect(await rbac.roles.preview(pool, { role: 'tester', parent: 'admin' })).toMatchObject([
      { user, loses: [] },
    ]);
    expect(await rbac.roles.preview(pool, { role: 'tester', remove: true })).toEqual([
      { user, gains: [], loses: ['projects:read'] },
    ]);
    expect(await rbac.roles.preview(pool, { user, roles: ['viewer', 'editor'] })).toEqual([
      { user, gains: ['projects:update'], loses: [] },
    ]);
    expect(await codeOf(rbac.roles.preview(pool, { role: 'admin', remove: true }))).toBe(
      'ROLE_UNKNOWN',
    );
    expect(await version()).toEqual(before);
  });
  await as(user, acme.id, async () => {
    expect(rbac.snapshot().permissions).toEqual(['projects:read']);
    expect(await codeOf(rbac.roles.preview(pool, { role: 'tester', remove: true }))).toBe(
      'PERMISSION_DENIED',
    );
  });
});

test('an explanation names role, assignment, path and the smallest fix', async () => {
  const user = await world.member(acme.id, 'member');
  const why = (permission: Parameters<typeof rbac.can>[0], who = user) =>
    asOwner(() => rbac.explain(pool, permission, { user: who }));
  const [row] = await ask('select id from member_roles where user_id = $1', [user]);
  expect(await why('projects:read')).toEqual({
    permission: 'projects:read',
    user,
    member: true,
    allowed: true,
    grants: [
      {
        assignment: row?.id,
        role: 'member',
        through: ['member', 'viewer'],
        pattern: 'projects:read',
        expiresAt: null,
        expired: false,
        resource: null,
      },
    ],
    fix: null,
  });
  expect((await why('projects:update')).fix).toBe(
    'Give the role editor (it also has projects:read), or add projects:update to a role of the user.',
  );
  expect((await why('billing:manage')).fix).toContain('the role ');
  const stranger = await world.user();
  expect(await why('projects:update', stranger)).toMatchObject({
    member: false,
    allowed: false,
    fix: 'Invite the user with the role editor.',
  });
});
