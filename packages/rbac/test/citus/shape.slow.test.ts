import { randomUUID } from 'node:crypto';
import { createPermissionCache, defineRbac } from '@tenantry/rbac';
import { defineIsolation } from '@tenantry/rls';
import { withClient } from '@tenantry/testing/schema';
import { pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { definitionJson } from '../../src/sql/sync.ts';
import { codeOf, olderSnapshot, rbac, rbacWorld, tenancy } from '../support/world.ts';

/** What is unique across tenants is on every node. */
const slugs = pgTable(
  'slugs',
  { slug: text().primaryKey(), organizationId: uuid('organization_id').notNull() },
  (t) => [...defineIsolation(tenancy).shared(t)],
);
const world = await rbacWorld({}, { slugs }, { slug: slugs.slug });
const { pool, as, ask, asSystem } = world;

async function withProjects(count: number) {
  const org = await world.organization();
  const ids = Array.from({ length: count }, () => randomUUID());
  for (const id of ids)
    await ask(`insert into projects (organization_id, id, name) values ($1, $2, 'P')`, [
      org.id,
      id,
    ]);
  return { ...org, ids };
}

// EXPLAIN of a term for single resources fails on a worker, which the statement itself does not
test.each([
  ['select', 'select email from invitations'],
  ['join', 'select i.email from invitations i join member_roles r on r.user_id = i.invited_by'],
  ['update', `update invitations set email = 'a@b.c' where id = '${randomUUID()}'`],
  ['delete', `delete from invitations where email = 'none'`],
])('a scoped %s with terms is one task, and asks for them once', async (_, text) => {
  const { id, owner } = await world.organization();
  const { rows } = await as(owner, id, () => pool.query(`explain ${text}`));
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toContain('Task Count: 1');
  expect(plan).toMatch(/One-Time Filter:.*tenant_if_can\('members:invite'/);
  // no condition of a row calls a function
  expect(plan).not.toMatch(/^ *(Filter|Join Filter):.*tenantry/m);
});

test('a role for one resource shows its row alone, and a plan that was kept shows no more', async () => {
  const { id, ids } = await withProjects(3);
  const user = await world.member(id);
  const [one, two] = ids as [string, string];
  const give = (to: string) =>
    asSystem(() =>
      rbac.members.assign(pool, {
        organizationId: id,
        user,
        role: 'editor',
        on: { type: 'projects', id: to },
      }),
    );
  await give(one);
  const rows = async () => (await pool.query('select id from projects')).rows;
  await as(user, id, async () => {
    expect(await rows()).toEqual([{ id: one }]);
    expect((await pool.query(`update projects set name = 'Q'`)).rowCount).toBe(1);
    await give(two);
    expect(await rows()).toHaveLength(2);
  });
});

test('a function that has kept its plan shows a resource no longer than the role is held', async () => {
  await ask(`create function public.seen() returns bigint language plpgsql set search_path = public as $$
    begin return (select count(*) from projects); end $$`);
  const { id, ids } = await withProjects(2);
  const user = await world.member(id);
  const [project = ''] = ids;
  const role = { organizationId: id, user, role: 'editor', on: { type: 'projects', id: project } };
  await asSystem(() => rbac.members.assign(pool, role as never));
  await as(user, id, () =>
    pool.transaction(async (tx) => {
      const seen = async () => (await tx.query('select public.seen()::int as n')).rows;
      expect(await seen()).toEqual([{ n: 1 }]);
      await ask('delete from member_roles where organization_id = $1 and user_id = $2', [id, user]);
      expect(await seen()).toEqual([{ n: 0 }]);
    }),
  );
});

test('a revocation is seen by the next statement of an open scope', async () => {
  const { id } = await withProjects(2);
  const viewer = await world.member(id, 'viewer');
  const rows = () => pool.query('select id from projects').then(({ rowCount }) => rowCount);
  await as(viewer, id, async () => {
    expect(await rows()).toBe(2);
    await ask('delete from member_roles where organization_id = $1 and user_id = $2', [id, viewer]);
    expect(await rows()).toBe(0);
  });
});

test('a tenant is entered by a name that is unique across tenants', async () => {
  const { id, owner } = await world.organization();
  const slug = `s${id}`;
  await ask('insert into slugs (slug, organization_id) values ($1, $2)', [slug, id]);
  const enter = (user: string, value: string) =>
    pool.enter({ claim: { by: 'slug', value }, user }, async () => {
      const { rows } = await pool.query('select id from organizations');
      return { rows, roles: rbac.snapshot().roles };
    });
  expect(await enter(owner, slug)).toEqual({ rows: [{ id }], roles: ['owner'] });
  expect(await codeOf(enter(await world.user(), slug))).toBe('TENANT_NOT_FOUND');
  expect(await codeOf(enter(owner, 'nobody'))).toBe('TENANT_NOT_FOUND');
});

test('within a transaction the functions see what the caller has written, and the caller what they have', async () => {
  const { id, owner } = await withProjects(1);
  const other = await world.member(id, 'member');
  await as(owner, id, () =>
    pool.transaction(async (tx) => {
      await tx.query(`insert into projects (name) values ('New')`);
      expect((await tx.query('select from projects')).rowCount).toBe(2);
      await rbac.members.unassign(tx, { user: other, role: 'member' });
      expect((await rbac.explain(tx, 'projects:create', { user: other })).allowed).toBe(false);
      await rbac.members.assign(tx, { user: other, role: 'admin' });
      expect((await rbac.explain(tx, 'projects:create', { user: other })).allowed).toBe(true);
    }),
  );
});

test('people are read by their tenants alone; describe and invite read them as the caller', async () => {
  const { id, owner } = await world.organization();
  const { owner: stranger } = await world.organization();
  const [row] = await ask<{ email: string }>('select email from users where id = $1', [owner]);
  await as(owner, id, async () => {
    expect((await pool.query('select email from users')).rows).toEqual([row]);
    expect((await pool.query('select from users where id = $1', [stranger])).rows).toEqual([]);
    expect(JSON.stringify(await rbac.describe(pool))).toContain(row?.email);
    const again = rbac.invitations.create(pool, { email: row?.email as string, role: 'viewer' });
    expect(await codeOf(again)).toBe('MEMBER_EXISTS');
  });
});

test('the end of a person ends the memberships', async () => {
  const { id, owner } = await world.organization();
  const user = await world.member(id, 'member');
  await ask('delete from users where id = $1', [user]);
  expect(await codeOf(as(user, id, () => {}))).toBe('TENANT_NOT_FOUND');
  expect(await codeOf(as(owner, id, () => 'in'))).toBe('in');
});

test('of ten who accept an invitation at once one becomes a member', async () => {
  const { id, owner } = await world.organization();
  const email = `${randomUUID()}@example.com`;
  const { token } = await as(owner, id, () =>
    rbac.invitations.create(pool, { email, role: 'member' }),
  );
  const users = await Promise.all(Array.from({ length: 10 }, () => world.user()));
  const codes = await Promise.all(
    users.map((user) => codeOf(rbac.invitations.accept(pool, { token, user, email }))),
  );
  expect(codes.filter((code) => typeof code === 'object')).toHaveLength(1);
  expect(new Set(codes.filter((code) => typeof code === 'string'))).toEqual(
    new Set(['INVITATION_USED']),
  );
});

test('a role that goes leaves its children without a parent', async () => {
  const { id, owner } = await world.organization();
  const save = (key: string, parent: string | null) =>
    rbac.roles.save(pool, { key, name: key, parent: parent as 'viewer', permissions: [] });
  await as(owner, id, async () => {
    await save('above', null);
    await save('below', 'above');
    await rbac.roles.remove(pool, { key: 'above' });
    const roles = await rbac.roles.list(pool);
    expect(roles.find(({ key }) => key === 'below')?.parent).toBeNull();
  });
});

test('only a sync writes the definition', async () => {
  for (const sql of [
    `insert into permissions (key, resource, action) values ('a:b', 'a', 'b')`,
    `update built_in_roles set parent_id = null`,
    `delete from built_in_role_permissions`,
  ])
    expect(await codeOf(asSystem(() => pool.query(sql)))).toBe('PERMISSION_DENIED');
});

test('a sync in an older snapshot is refused, which would miss what has changed', async () => {
  await withClient(world.url, async (client) => {
    await client.query('begin isolation level repeatable read');
    const sync = client.query('select tenantry.rbac_sync($1)', [definitionJson(rbac.definition)]);
    await expect(sync).rejects.toMatchObject({ code: olderSnapshot });
    await client.query('rollback');
  });
});

test('a sync that changes nothing waits for no tenant', async () => {
  const { id } = await world.organization();
  const user = await world.user();
  await ask(
    `update tenantry.member_permissions set valid_until = '-infinity' where tenant_id = $1`,
    [id],
  );
  await withClient(world.url, (one) =>
    withClient(world.url, async (two) => {
      await one.query('begin');
      await one.query('insert into memberships (organization_id, user_id) values ($1, $2)', [
        id,
        user,
      ]);
      // ends a wait, which would be for ever
      await two.query(`set statement_timeout = '30s'`);
      await two.query('begin');
      await two.query('select tenantry.rbac_sync($1)', [definitionJson(rbac.definition)]);
      await two.query('commit');
      await one.query('commit');
    }),
  );
  await rbac.sync(pool);
});

test('definitions that change while members come and go leave no row wrong', async () => {
  const orgs = await Promise.all(Array.from({ length: 3 }, () => world.organization()));
  const sync = (viewer: readonly string[]) =>
    defineRbac(tenancy, {
      permissions: {
        projects: ['create', 'read', 'update', 'delete'],
        billing: ['manage'],
        members: ['invite', 'remove'],
        roles: ['manage'],
      },
      roles: { viewer: viewer as never, owner: ['*'] },
    }).sync(pool);
  for (let round = 0; round < 5; round++) {
    await Promise.all([
      sync(round % 2 === 0 ? ['projects:*'] : ['billing:manage']),
      ...orgs.map(({ id }) => world.member(id, 'viewer')),
      world.organization(),
    ]);
  }
  await rbac.sync(pool);
  for (const { id } of orgs) {
    const [row] = await ask(
      `select count(*) filter (where d.permissions <> e.permissions or d.valid_until = '-infinity') as wrong, count(*) as all
       from tenantry.rbac_effective($1, null) e join tenantry.member_permissions d on d.tenant_id = $1 and d.user_id = e.user_id
       where d.tenant_id = $1`,
      [id],
    );
    expect(row).toEqual({ wrong: '0', all: '6' });
  }
});

test('a cache does not listen, because a worker tells nobody', () => {
  expect(() => createPermissionCache(rbac, pool, { listen: world.url })).toThrow(/CONFIG_INVALID/);
});
