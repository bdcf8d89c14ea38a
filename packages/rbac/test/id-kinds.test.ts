import { createTenantPool, defineTenancy } from '@tenantry/core';
import { defineRbac } from '@tenantry/rbac';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { type AnyPgTable, bigserial, pgTable, serial, text, type uuid } from 'drizzle-orm/pg-core';
import { afterAll, describe, expect, expectTypeOf, test } from 'vitest';
import { createPermissionCache } from '../src/cache/permission-cache.ts';
import { codeOf } from './support/world.ts';

const as = <C>(column: C) => column as unknown as ReturnType<typeof uuid>;
const cases = [
  { id: 'integer', userId: 'bigint', user: () => as(bigserial({ mode: 'bigint' })), acme: 42 },
  { id: 'bigint', userId: 'integer', user: () => as(serial()), acme: 9007199254740993n },
  { id: 'integer', userId: 'text', user: () => as(text()), acme: 7 },
] as const;

describe.each(cases)('tenants with ids of kind $id, users of $userId', async (of) => {
  const tenancy = defineTenancy({ tenant: 'team', id: of.id as 'integer' });
  const rbac = defineRbac(tenancy, {
    permissions: { projects: ['create', 'read', 'update'], members: ['invite'] },
    roles: { viewer: ['projects:read'], editor: ['projects:update'], owner: ['*'] },
    userId: of.userId as 'bigint',
  });
  const { tables } = rbac;
  const part = <N extends keyof typeof tables>(name: N) => tables[name] as never;
  const plain = (name: string, of: { columns(): never; rules(t: never): never[] }) =>
    pgTable(name, of.columns(), (t) => [...of.rules(t as never)]);
  const teams = pgTable('teams', { id: tenancy.columns.id().primaryKey() }, (t) => [
    ...tables.tenants.rules(t),
  ]);
  const users = pgTable('users', { id: of.user().primaryKey(), ...tables.users.columns() }, (t) => [
    ...tables.users.rules(t, { memberships: (): AnyPgTable => memberships }),
  ]);
  const memberships = pgTable('memberships', tables.memberships.columns(), (t) => [
    ...tables.memberships.rules(t),
  ]);
  const projects = pgTable(
    'projects',
    { ...tenancy.columns.scoped(), id: tenancy.columns.id(), name: text().notNull() },
    (t) => [
      ...rbac.isolate(t, {
        read: { permission: 'projects:read', of: t.id },
        write: { insert: 'projects:create', update: { permission: 'projects:update', of: t.id } },
      }),
    ],
  );
  const schema = {
    teams,
    users,
    memberships,
    projects,
    builtInRoles: plain('built_in_roles', part('builtInRoles')),
    builtInRolePermissions: plain('built_in_role_permissions', part('builtInRolePermissions')),
    roles: plain('roles', part('roles')),
    permissions: plain('permissions', part('permissions')),
    rolePermissions: plain('role_permissions', part('rolePermissions')),
    memberRoles: pgTable('member_roles', tables.memberRoles.columns(), (t) => [
      ...tables.memberRoles.rules(t, { write: 'members:invite' }),
    ]),
    invitations: pgTable('invitations', tables.invitations.columns(), (t) => [
      ...tables.invitations.rules(t, { read: 'members:invite', write: 'members:invite' }),
    ]),
  };
  const { url } = await testDatabase();
  const directory = { tenant: teams.id, member: memberships.userId };
  await applySchema(url, { tenancy, schema, directory, features: [rbac] });
  const logins = await createLogins(url, tenancy);
  const pool = createTenantPool(tenancy, {
    connectionString: logins.app,
    system: { connectionString: logins.system },
  });
  afterAll(() => pool.end());
  const [ada, bob] = of.userId === 'text' ? ['user_ada', 'user_bob'] : ['1000', '1001'];
  const teamId = of.acme as number;
  await withClient(url, (client) =>
    client.query(
      `insert into users (id, email) values ('${ada}', 'ada@example.com'), ('${bob}', 'bob@example.com')`,
    ),
  );
  await tenancy.asSystem({ reason: 'sign-up', actor: 'test', write: true }, () =>
    pool.transaction(async (tx) => {
      await tx.query('insert into teams (id) values ($1)', [of.acme]);
      await rbac.members.add(tx, { teamId, user: ada, role: 'owner' });
    }),
  );
  const enter = <R>(user: string, fn: () => R | Promise<R>) =>
    pool.enter({ claim: { by: 'id', value: of.acme }, user }, fn);

  test('an invitation makes a member, whose role is a number’s row', async () => {
    const { token } = await enter(ada, () =>
      rbac.invitations.create(pool, { email: 'bob@example.com', role: 'viewer' }),
    );
    expect(await rbac.invitations.find(pool, token)).toMatchObject({ teamId: of.acme });
    const accepted = await rbac.invitations.accept(pool, {
      token,
      user: bob,
      email: 'bob@example.com',
    });
    expect(accepted.teamId).toBe(of.acme);
    expectTypeOf(accepted.teamId).toEqualTypeOf<number>();
    const [one, two] = await enter(ada, async () => {
      const add = async (name: string) =>
        (await pool.query('insert into projects (name) values ($1) returning id', [name])).rows[0];
      return [await add('one'), await add('two')];
    });
    await enter(bob, async () => {
      expect(rbac.can('projects:read')).toBe(true);
      expect(rbac.snapshot()).toMatchObject({ teamId: of.acme, user: bob });
      const { rowCount } = await pool.query(`update projects set name = 'mine'`);
      expect(rowCount).toBe(0);
    });
    // a role for one row, whose id is a number
    const assign = (id: string) =>
      enter(ada, () =>
        rbac.members.assign(pool, { user: bob, role: 'editor', on: { type: 'projects', id } }),
      );
    await assign(String(one.id));
    for (const id of ['99999', '99999999999999999999', 'one', `0${one.id}`, '-1'])
      expect(await codeOf(assign(id))).toBe('RESOURCE_UNKNOWN');
    await enter(bob, async () => {
      const { rows } = await pool.query(`update projects set name = 'mine' returning id`);
      expect(rows).toEqual([{ id: one.id }]);
      const explained = await rbac.explain(pool, 'projects:update', {
        of: { id: String(two.id), resource: 'projects' },
      });
      expect(explained.allowed).toBe(false);
    });
  });

  test('a user who is none of the kind is nobody', async () => {
    for (const user of ['nobody', '99999999999999999999', '1.5', '-1'])
      expect(await codeOf(enter(user, () => 'in'))).toBe('TENANT_NOT_FOUND');
    const added = enter(ada, () => rbac.explain(pool, 'projects:read', { user: 'nobody' }));
    expect(await added).toMatchObject({ allowed: false });
  });

  test('a cache answers, and forgets by the id', async () => {
    const cache = createPermissionCache(rbac, pool);
    expect(await cache.can({ teamId, user: ada }, 'projects:create')).toBe(true);
    expect(await cache.can({ teamId, user: 'nobody' }, 'projects:create')).toBe(false);
    cache.forget({ teamId });
    expect(cache.size).toBe(0);
    await cache.end();
  });
});
