import { createTenantPool, defineTenancy, type IdKind } from '@tenantry/core';
import { defineRbac } from '@tenantry/rbac';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { type AnyPgTable, bigserial, pgTable, serial, text, uuid } from 'drizzle-orm/pg-core';
import { afterAll } from 'vitest';
import { databaseOf, dialect } from './dialect.ts';

const as = <C>(column: C) => column as unknown as ReturnType<typeof uuid>;
const userIds: Readonly<Record<IdKind, () => ReturnType<typeof uuid>>> = {
  uuid: () => uuid(),
  text: () => as(text()),
  integer: () => as(serial()),
  bigint: () => as(bigserial({ mode: 'bigint' })),
};
const users: Readonly<Record<IdKind, readonly [string, string]>> = {
  uuid: ['00000000-0000-4000-8000-0000000000a1', '00000000-0000-4000-8000-0000000000b0'],
  text: ['user_ada', 'user_bob'],
  integer: ['0', '-1'],
  bigint: ['9007199254740993', '9007199254740995'],
};

/**
 * A database whose ids are of these kinds, with a tenant and its owner Ada; Bob is a user.
 * @param kinds.acme the id of the tenant
 */
export async function kindsWorld<K extends IdKind, U extends IdKind>(kinds: {
  readonly id: K;
  readonly userId: U;
  readonly acme: string | number | bigint;
}) {
  // one kind stands for all in the types
  const tenancy = defineTenancy({ tenant: 'team', id: kinds.id as 'integer', dialect });
  const rbac = defineRbac(tenancy, {
    permissions: { projects: ['create', 'read', 'update'], members: ['invite'] },
    roles: { viewer: ['projects:read'], editor: ['projects:update'], owner: ['*'] },
    userId: kinds.userId as 'bigint',
  });
  const { tables } = rbac;
  const part = <N extends keyof typeof tables>(name: N) => tables[name] as never;
  const plain = (name: string, of: { columns(): never; rules(t: never): never[] }) =>
    pgTable(name, of.columns(), (t) => [...of.rules(t as never)]);
  const teams = pgTable('teams', { id: tenancy.columns.id().primaryKey() }, (t) => [
    ...tables.tenants.rules(t),
  ]);
  const usersTable = pgTable(
    'users',
    { id: userIds[kinds.userId]().primaryKey(), ...tables.users.columns() },
    (t) => [...tables.users.rules(t, { memberships: (): AnyPgTable => memberships })],
  );
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
    users: usersTable,
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
    apiKeys: pgTable('api_keys', tables.apiKeys.columns(), (t) => [
      ...tables.apiKeys.rules(t, { read: 'members:invite', write: 'members:invite' }),
    ]),
  };
  const directory = { tenant: teams.id, member: memberships.userId };
  const url = await databaseOf(async (at) => {
    await applySchema(at, { tenancy, schema, directory, features: [rbac] });
  });
  const logins = await createLogins(url, tenancy);
  const pool = createTenantPool(tenancy, {
    connectionString: logins.app,
    system: { connectionString: logins.system },
  });
  afterAll(() => pool.end());
  const [ada, bob] = users[kinds.userId];
  const teamId = kinds.acme as number;
  await withClient(url, (client) =>
    client.query(
      `insert into users (id, email) values ('${ada}', 'ada@example.com'), ('${bob}', 'bob@example.com')`,
    ),
  );
  const asSystem = <R>(fn: () => R | Promise<R>) =>
    tenancy.asSystem({ reason: 'a test', actor: 'test', write: true }, fn);
  await asSystem(() =>
    pool.transaction(async (tx) => {
      await tx.query('insert into teams (id) values ($1)', [kinds.acme]);
      await rbac.members.add(tx, { teamId, user: ada, role: 'owner' });
    }),
  );
  /** Runs `fn` as a signed-in user, as a request does. */
  const enter = <R>(user: string, fn: () => R | Promise<R>) =>
    pool.enter({ claim: { by: 'id', value: kinds.acme }, user }, fn);
  return { tenancy, rbac, url, logins, pool, ada, bob, teamId, asSystem, enter };
}
