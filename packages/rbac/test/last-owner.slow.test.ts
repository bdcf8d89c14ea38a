import { expect, test } from 'vitest';
import { codeOf, rbac, rbacWorld } from './support/world.ts';

const world = await rbacWorld();
const { pool, as, ask, asSystem } = world;

const owners = async (organizationId: string) =>
  Number(
    (
      await ask(
        `select count(*) from member_roles mr join built_in_roles r on r.id = mr.role_id
         where mr.organization_id = $1 and r.key = 'owner' and mr.expires_at is null`,
        [organizationId],
      )
    )[0]?.count,
  );

/** An organization with this many owners. */
async function withOwners(count: number) {
  const { id, owner } = await world.organization();
  const others = [];
  for (let i = 1; i < count; i++) others.push(await world.member(id, 'owner'));
  return { id, owners: [owner, ...others] };
}

const attacks: Record<string, (organizationId: string, user: string) => Promise<unknown>> = {
  'demoted through the API': (id, user) =>
    as(user, id, () => rbac.members.unassign(pool, { user, role: 'owner' })),
  'removed through the API': (id, user) => as(user, id, () => rbac.members.remove(pool, { user })),
  leaving: (id, user) => as(user, id, () => rbac.members.leave(pool)),
  'demoted by raw SQL': (id, user) =>
    as(user, id, () => pool.query('delete from member_roles where user_id = $1', [user])),
  'made temporary by raw SQL': (id, user) =>
    as(user, id, () =>
      pool.query(
        `update member_roles set expires_at = now() + interval '1 day' where user_id = $1`,
        [user],
      ),
    ),
  'made a viewer by raw SQL of the system': (id, user) =>
    asSystem(() =>
      pool.query(
        `update member_roles set role_id = (select id from built_in_roles where key = 'viewer')
         where organization_id = $1 and user_id = $2`,
        [id, user],
      ),
    ),
  'removed by raw SQL of the superuser': (id, user) =>
    ask('delete from memberships where organization_id = $1 and user_id = $2', [id, user]),
  'deleted as a user': (_, user) => ask('delete from users where id = $1', [user]),
};

test.each(Object.entries(attacks))('the only owner, %s, stays', async (_, attack) => {
  const {
    id,
    owners: [only = ''],
  } = await withOwners(1);
  expect(['LAST_OWNER', 'TN001']).toContain(await codeOf(attack(id, only)));
  expect(await owners(id)).toBe(1);
});

test.each(Object.entries(attacks))(
  'of owners who are all %s at once, one is left',
  async (_, attack) => {
    const { id, owners: all } = await withOwners(8);
    const codes = await Promise.all(all.map((user) => codeOf(attack(id, user))));
    expect(await owners(id)).toBeGreaterThanOrEqual(1);
    expect(codes.filter((code) => code === 'LAST_OWNER' || code === 'TN001').length).toBe(
      await owners(id),
    );
  },
);

test('fifty at once, each against another of two owners, never leave none', async () => {
  for (let round = 0; round < 3; round++) {
    const { id, owners: all } = await withOwners(2);
    const tries = Object.values(attacks);
    await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        codeOf((tries[i % tries.length] as (typeof tries)[0])(id, all[i % 2] as string)),
      ),
    );
    expect(await owners(id)).toBeGreaterThanOrEqual(1);
  }
});

test('the row of the organization is guard enough where nothing is derived', async () => {
  // with the triggers that hold the row of the version, two guards would hide each other
  const derive = async (state: 'disable' | 'enable') => {
    for (const event of ['insert', 'update', 'delete'])
      await ask(`alter table member_roles ${state} trigger tenantry_rbac_derive_${event}`);
  };
  const worlds = await Promise.all(Array.from({ length: 12 }, () => withOwners(2)));
  await derive('disable');
  try {
    await Promise.all(
      worlds.flatMap(({ id, owners: all }) =>
        all.map((user) =>
          codeOf(
            ask('delete from member_roles where organization_id = $1 and user_id = $2', [id, user]),
          ),
        ),
      ),
    );
    for (const { id } of worlds) expect(await owners(id)).toBe(1);
  } finally {
    await derive('enable');
  }
});

test('an organization needs an owner from its first transaction on', async () => {
  const made = asSystem(() => pool.query(`insert into organizations (name) values ('Nobody’s')`));
  expect(await codeOf(made)).toBe('LAST_OWNER');
});

test('an owner with an end does not count', async () => {
  const { id, owner } = await world.organization();
  const other = await world.member(id);
  await asSystem(() =>
    rbac.members.assign(pool, {
      organizationId: id,
      user: other,
      role: 'owner',
      expiresAt: new Date(Date.now() + 60_000),
    }),
  );
  const left = as(owner, id, () => rbac.members.leave(pool));
  expect(await codeOf(left)).toBe('LAST_OWNER');
});

test('deleting the organization works, and takes everything of it', async () => {
  const { id, owner } = await world.organization();
  await as(owner, id, () =>
    rbac.roles.save(pool, { key: 'tester', name: 'Tester', permissions: ['projects:read'] }),
  );
  await world.member(id, 'tester');
  await asSystem(() => pool.query('delete from organizations where id = $1', [id]));
  for (const table of ['memberships', 'member_roles', 'roles']) {
    expect(await ask(`select from ${table} where organization_id = $1`, [id])).toEqual([]);
  }
  for (const table of ['member_permissions', 'rbac_versions']) {
    expect(await ask(`select from tenantry.${table} where tenant_id = $1`, [id])).toEqual([]);
  }
});

test('the ownership changes hands in one transaction', async () => {
  const { id, owner } = await world.organization();
  const heir = await world.member(id, 'member');
  const stranger = await world.user();
  const transfer = (by: string, to: string) =>
    as(by, id, () => rbac.members.transferOwnership(pool, { user: to, keep: 'admin' }));
  expect(await codeOf(transfer(heir, heir))).toBe('PERMISSION_DENIED');
  expect(await codeOf(transfer(heir, owner))).toBe('PERMISSION_DENIED');
  expect(await codeOf(transfer(owner, stranger))).toBe('MEMBER_UNKNOWN');
  await transfer(owner, heir);
  await as(owner, id, () => {
    expect(rbac.can('members:invite')).toBe(true);
    expect(rbac.can('billing:manage')).toBe(false);
  });
  await as(heir, id, () => expect(rbac.can('billing:manage')).toBe(true));
});

test('of fifty transfers at once one happens', async () => {
  const { id, owner } = await world.organization();
  const heirs: string[] = [];
  for (let i = 0; i < 10; i++) heirs.push(await world.member(id));
  const codes = await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      codeOf(
        as(owner, id, () =>
          rbac.members.transferOwnership(pool, { user: heirs[i % 10] as string }),
        ),
      ),
    ),
  );
  expect(codes.filter((code) => typeof code === 'object')).toHaveLength(1);
  expect(await owners(id)).toBe(1);
});
