import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { codeOf, dialect, rbac, rbacWorld } from './support/world.ts';

const world = await rbacWorld();
const { pool, as, ask, asSystem } = world;
const acme = await world.organization();
const system = (sql: string, values: unknown[] = []) =>
  codeOf(asSystem(() => pool.query(sql, values)));

test('the id of a built-in role is the same in TypeScript, in SQL and in every database', async () => {
  const rows = await ask<{ id: string; key: string; derived: string }>(
    'select id, key, tenantry.rbac_built_in_role_id(key) as derived from built_in_roles order by key',
  );
  expect(rows.map(({ key }) => key)).toEqual(['admin', 'editor', 'member', 'owner', 'viewer']);
  for (const { id, key, derived } of rows) {
    expect([key, derived, rbac.builtInRoleId(key as 'owner')]).toEqual([key, id, id]);
  }
  // it is written into databases: it never changes
  expect(rbac.builtInRoleId('owner')).toBe('4188fcb2-9b4e-8812-a273-dc47b11f3b24');
  const keys = Array.from({ length: 300 }, (_, i) => `k${i.toString(36)}-_${'z'.repeat(i % 60)}`);
  const [row] = await ask<{ ids: string[] }>(
    'select array(select tenantry.rbac_built_in_role_id(k) from unnest($1::text[]) with ordinality u (k, n) order by n)::text[] as ids',
    [keys],
  );
  expect(row?.ids).toEqual(keys.map((key) => rbac.builtInRoleId(key as 'owner')));
});

const insert = `insert into roles (organization_id, id, key, name) values ($1, $2, $3, 'X')`;

test('one id never means two roles, whoever writes', async () => {
  expect(await system(insert, [acme.id, rbac.builtInRoleId('owner'), 'x'])).toBe('23514');
  expect(await system(insert, [acme.id, randomUUID(), 'viewer'])).toBe('ROLE_INVALID');
});

// on Citus nobody writes one by SQL
test.skipIf(dialect === 'citus')('the key of a built-in role decides its id', async () => {
  const builtIn = `insert into built_in_roles (id, key, name) values ($1, 'x', 'X') returning id`;
  expect(await system(builtIn, [randomUUID()])).toMatchObject({
    rows: [{ id: rbac.builtInRoleId('x' as 'owner') }],
  });
  const other = `update built_in_roles set id = $1 where key = 'x'`;
  expect(await system(other, [randomUUID()])).toBe('23514');
  await system(`delete from built_in_roles where key = 'x'`);
});

test('a role has one parent, of one kind', async () => {
  await as(acme.owner, acme.id, () =>
    rbac.roles.save(pool, { key: 'child', name: 'Child', parent: 'viewer', permissions: [] }),
  );
  const above = await as(acme.owner, acme.id, () =>
    rbac.roles.save(pool, { key: 'above', name: 'Above', permissions: ['billing:manage'] }),
  );
  const both = `update roles set parent_id = $1 where key = 'child'`;
  expect(await system(both, [above.id])).toBe('23514');
  const parentOf = async () =>
    (await as(acme.owner, acme.id, () => rbac.roles.list(pool))).find(({ key }) => key === 'child')
      ?.parent;
  expect(await parentOf()).toBe('viewer');
  await as(acme.owner, acme.id, () =>
    rbac.roles.save(pool, { key: 'child', name: 'Child', parent: 'above', permissions: [] }),
  );
  expect(await parentOf()).toBe('above');
  const user = await world.member(acme.id, 'child');
  const permissions = () => as(user, acme.id, () => rbac.snapshot().permissions);
  expect(await permissions()).toEqual(['billing:manage']);
  // the parent goes, the child stays
  await as(acme.owner, acme.id, () => rbac.roles.remove(pool, { key: 'above' }));
  expect([await parentOf(), await permissions()]).toEqual([null, []]);
});

test('a role that goes takes what refers to it along, and none that refers to it is left', async () => {
  await as(acme.owner, acme.id, () =>
    rbac.roles.save(pool, { key: 'short', name: 'Short', permissions: ['projects:read'] }),
  );
  const user = await world.member(acme.id, 'short');
  await as(acme.owner, acme.id, () =>
    rbac.invitations.create(pool, { email: 'short@example.com', role: 'short' }),
  );
  await as(acme.owner, acme.id, () => rbac.roles.remove(pool, { key: 'short' }));
  expect(await ask('select from member_roles where user_id = $1', [user])).toEqual([]);
  expect(await ask(`select from invitations where email = 'short@example.com'`)).toEqual([]);
  // also where triggers do not look: replication and repair
  const [row] = await ask<{ keys: string[] }>(
    `select array_agg(pg_get_constraintdef(oid) order by pg_get_constraintdef(oid)) as keys from pg_constraint
     where contype = 'f' and conrelid = 'member_roles'::regclass and pg_get_constraintdef(oid) like '%role_id%'`,
  );
  expect(row?.keys).toEqual([
    'FOREIGN KEY (built_in_role_id) REFERENCES built_in_roles(id) ON DELETE CASCADE',
    'FOREIGN KEY (organization_id, own_role_id) REFERENCES roles(organization_id, id) ON DELETE CASCADE',
  ]);
});

test('no table holds rows without a tenant beside rows with one', async () => {
  const rows = await ask(
    `select table_name from information_schema.columns
     where table_schema = 'public' and column_name = 'organization_id' and is_nullable = 'YES'`,
  );
  expect(rows).toEqual([]);
});
