import { defineRbac } from '@tenantry/rbac';
import { withClient } from '@tenantry/testing/schema';
import { expect, test } from 'vitest';
import { definitionJson } from '../src/sql/sync.ts';
import { codeOf, dialect, olderSnapshot, rbac, rbacWorld, tenancy } from './support/world.ts';

const world = await rbacWorld();
const { pool, as, ask, asSystem } = world;

/** The definition of the tests with other descriptions, or with more permissions. */
const described = defineRbac(tenancy, {
  permissions: {
    projects: ['create', 'read', 'update', 'delete'],
    billing: ['manage'],
    members: ['invite', 'remove'],
    roles: ['manage'],
  },
  roles: {
    viewer: ['projects:read'],
    member: ['viewer', 'projects:create'],
    editor: ['projects:read', 'projects:update'],
    admin: ['projects:*', 'members:*', 'roles:*'],
    owner: ['*'],
  },
  descriptions: { 'projects:read': 'See projects' },
  names: { viewer: 'Spectator' },
});

/** The definition of the tests, but for what one role grants. */
function granting(role: string, permissions: readonly string[]): string {
  const roles = rbac.definition.roles.map((each) =>
    each.key === role ? { ...each, permissions } : each,
  );
  return definitionJson({ ...rbac.definition, roles });
}

/** Changes what a built-in role grants, in SQL. It marks members; on Citus the first thousand are worked out. */
async function grant(role: string, permissions: readonly string[]): Promise<void> {
  if (dialect === 'citus') {
    await asSystem(() =>
      pool.query(`select tenantry.rbac_sync($1)`, [granting(role, permissions)]),
    );
    return;
  }
  const id = rbac.builtInRoleId(role as 'viewer');
  await ask('delete from built_in_role_permissions where role_id = $1 and permission <> all ($2)', [
    id,
    permissions,
  ]);
  await ask(
    `insert into built_in_role_permissions (role_id, permission) select $1, unnest($2::text[])
     on conflict do nothing`,
    [id, permissions],
  );
}

const rowsOf = (where: string, values: unknown[] = []) =>
  ask<{ user_id: string; place: string }>(
    `select user_id, xmin::text as place from tenantry.member_permissions where ${where} order by 1`,
    values,
  );
const marked = async () =>
  (
    await ask(`select user_id from tenantry.member_permissions where valid_until = '-infinity'`)
  ).map(({ user_id }) => user_id);
/** A tenant at a time: a call for each member costs 0.1 s on tables of which there are no statistics yet. */
const wrong = () =>
  ask(
    `with told as materialized (
       select e.* from (select distinct tenant_id from tenantry.member_permissions) t,
         lateral tenantry.rbac_effective(t.tenant_id, null) e)
     select d.user_id from tenantry.member_permissions d
     left join told e on (e.tenant_id, e.user_id) = (d.tenant_id, d.user_id)
     where d.facts - 'version' is distinct from e.facts or d.permissions is distinct from e.permissions`,
  );

test('another description or name concerns nobody', async () => {
  const acme = await world.organization();
  await world.member(acme.id, 'viewer');
  const before = await rowsOf('true');
  await described.sync(pool);
  expect(await rowsOf('true')).toEqual(before);
  await rbac.sync(pool);
  expect(await rowsOf('true')).toEqual(before);
});

test('a changed role concerns who has it, or one below it, and is decided by at once', async () => {
  const acme = await world.organization();
  const [viewer, member, editor] = [
    await world.member(acme.id, 'viewer'),
    await world.member(acme.id, 'member'),
    await world.member(acme.id, 'editor'),
  ];
  const before = await rowsOf('user_id = any ($1)', [[editor, acme.owner]]);
  await grant('viewer', ['billing:manage', 'projects:read']);
  const waiting = dialect === 'citus' ? [] : [viewer, member];
  expect(await marked()).toEqual(expect.arrayContaining(waiting));
  expect(await rowsOf('user_id = any ($1)', [[editor, acme.owner]])).toEqual(before);
  for (const user of [viewer, member]) {
    await as(user, acme.id, async () => {
      expect(rbac.can('billing:manage')).toBe(true);
      const { rows } = await pool.query(`select tenantry.can('billing:manage') as may`);
      expect(rows).toEqual([{ may: true }]);
    });
  }
  const drifted = dialect === 'citus' ? ['role'] : ['role', 'member'];
  expect((await rbac.drift(pool)).map(({ what }) => what)).toEqual(drifted);
  await rbac.sync(pool);
  expect(await marked()).toEqual([]);
  expect(await wrong()).toEqual([]);
  await as(viewer, acme.id, () => expect(rbac.can('billing:manage')).toBe(false));
});

test('a role that is given while its own change is under way, in either order', async () => {
  const acme = await world.organization();
  const { id } = await as(acme.owner, acme.id, () =>
    rbac.roles.save(pool, { key: 'busy', name: 'Busy', permissions: ['projects:read'] }),
  );
  const give = `insert into member_roles (organization_id, user_id, role_id) values ($1, $2, $3)`;
  const grow = `insert into role_permissions (organization_id, role_id, permission) values ($1, $2, $3)`;
  const grants = ['billing:manage', 'projects:create'];
  for (const [round, first] of (['give', 'grow'] as const).entries()) {
    const user = await world.member(acme.id);
    const run = (client: { query(text: string, values: unknown[]): Promise<unknown> }) => ({
      give: () => client.query(give, [acme.id, user, id]),
      grow: () => client.query(grow, [acme.id, id, grants[round]]),
    });
    await withClient(world.url, (one) =>
      withClient(world.url, async (two) => {
        await one.query('begin');
        await run(one)[first]();
        await two.query('begin');
        const second = run(two)[first === 'give' ? 'grow' : 'give']();
        await world.until(world.someoneWaits, 'the second waits');
        await one.query('commit');
        await second;
        await two.query('commit');
      }),
    );
    await as(user, acme.id, () =>
      expect(rbac.snapshot().permissions).toEqual(expect.arrayContaining([grants[round]])),
    );
  }
  expect(await wrong()).toEqual([]);
});

test('a write in an older snapshot than the definition fails instead of deriving from it', async () => {
  const acme = await world.organization();
  const user = await world.member(acme.id);
  await withClient(world.url, async (client) => {
    await client.query('begin isolation level repeatable read');
    await client.query('select from memberships');
    await grant('editor', ['projects:read', 'projects:update', 'billing:manage']);
    const given = client.query(
      'insert into member_roles (organization_id, user_id, role_id) values ($1, $2, $3)',
      [acme.id, user, rbac.builtInRoleId('editor')],
    );
    await expect(given).rejects.toMatchObject({ code: olderSnapshot });
    await client.query('rollback');
  });
  await rbac.sync(pool);
});

test('members are worked out in pieces, beside which others write', {
  timeout: 300_000,
}, async () => {
  const crowded = [await world.organization(), await world.organization()];
  const quiet = await world.organization();
  for (const { id } of crowded) {
    const made = await ask<{ id: string }>(
      `insert into users (email) select gen_random_uuid() || '@example.com' from generate_series(1, 700) returning id`,
    );
    await ask('insert into memberships (organization_id, user_id) select $1, unnest($2::uuid[])', [
      id,
      made.map((user) => user.id),
    ]);
    await ask(
      `insert into member_roles (organization_id, user_id, role_id)
       select m.organization_id, m.user_id, r.id from memberships m, built_in_roles r
       where m.organization_id = $1 and r.key = 'editor'`,
      [id],
    );
  }
  await grant('editor', ['projects:read']);
  const waiting = (await marked()).length;
  expect(waiting).toBeGreaterThanOrEqual(dialect === 'citus' ? 400 : 1400);
  await withClient(world.url, async (client) => {
    await client.query('begin');
    const { rows } = await client.query('select tenantry.rbac_refresh(null, 300) as done');
    expect(rows).toEqual([{ done: 300 }]);
    // the piece is open: members of other tenants come and go, whoever is marked has an answer
    await asSystem(() =>
      rbac.members.add(pool, {
        organizationId: quiet.id,
        user: crowded[0]?.owner ?? '',
        role: 'viewer',
      }),
    );
    await as(quiet.owner, quiet.id, () =>
      rbac.members.remove(pool, { user: crowded[0]?.owner ?? '' }),
    );
    await client.query('commit');
  });
  expect(await marked()).toHaveLength(waiting - 300);
  await rbac.sync(pool);
  expect(await marked()).toEqual([]);
  expect(await wrong()).toEqual([]);
});

test('of two syncs at once the second sees what the first has changed', async () => {
  const acme = await world.organization();
  const viewer = await world.member(acme.id, 'viewer');
  const more = granting('viewer', ['billing:manage', 'projects:read']);
  await withClient(world.url, (one) =>
    withClient(world.url, async (two) => {
      const sync = 'select tenantry.rbac_sync($1)';
      await one.query('begin');
      await one.query(sync, [more]);
      await two.query('begin');
      const second = two.query(sync, [definitionJson(rbac.definition)]);
      await world.until(world.someoneWaits, 'the second waits');
      await one.query('commit');
      await second;
      await two.query('commit');
    }),
  );
  expect(await rbac.drift(pool)).toEqual([]);
  await as(viewer, acme.id, () => expect(rbac.snapshot().permissions).toEqual(['projects:read']));
  expect(await wrong()).toEqual([]);
});

test('a definition that changes while members come and go, again and again, leaves no row wrong', async () => {
  const acme = await world.organization();
  const users = await Promise.all(Array.from({ length: 4 }, () => world.member(acme.id)));
  await Promise.all(
    Array.from({ length: 24 }, async (_, i) => {
      const user = users[i % 4] as string;
      if (i % 6 === 0) return described.sync(pool);
      if (i % 6 === 3) return grant('viewer', ['projects:read', 'billing:manage']);
      const change = i % 2 === 0 ? rbac.members.assign : rbac.members.unassign;
      return codeOf(
        asSystem(() => change(pool, { organizationId: acme.id, user, role: 'viewer' })),
      );
    }),
  );
  await rbac.sync(pool);
  expect(await rbac.drift(pool)).toEqual([]);
  expect(await wrong()).toEqual([]);
});

test('who was a member before the package came is let in by the migration', async () => {
  const acme = await world.organization();
  const user = await world.member(acme.id, 'viewer');
  await ask('delete from tenantry.member_permissions where user_id = $1', [user]);
  expect(await codeOf(as(user, acme.id, () => 'in'))).toBe('TENANT_NOT_FOUND');
  await ask('select tenantry.rbac_backfill()');
  await as(user, acme.id, () => expect(rbac.can('projects:read')).toBe(true));
});
