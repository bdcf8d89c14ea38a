import { randomUUID } from 'node:crypto';
import { createPermissionCache } from '@tenantry/rbac';
import { expect } from 'vitest';
import { codeOf, dialect, rbac } from '../support/world.ts';
import { type Cases, type Stage, tenantChanged } from './stage.ts';

/** Everything beside members, roles and invitations. */
export const otherCases = (stage: () => Promise<Stage>): Cases => ({
  'insert, update, delete on organizations': async () => {
    const { ownerSql, world, id } = await stage();
    const foreign = await world.organization();
    const insert = `insert into organizations (id, name) values ($1, 'X')`;
    // taken or free, the answer is the same
    for (const other of [foreign.id, randomUUID()]) {
      expect(await ownerSql(insert, [other])).toBe('42501');
      expect(await ownerSql(`${insert} on conflict do nothing`, [other])).toBe('42501');
    }
    expect(await ownerSql(`update organizations set id = '${foreign.id}'`)).toBe(tenantChanged);
    expect(await ownerSql('delete from organizations')).toBe('42501');
    expect(await ownerSql('select id from organizations')).toMatchObject({ rows: [{ id }] });
  },
  'insert, update, delete on permissions': async () => {
    const { ownerSql } = await stage();
    const insert = `insert into permissions (key, resource, action) values ('a:b', 'a', 'b')`;
    expect(await ownerSql(insert)).toBe('42501');
    expect(await ownerSql(`update permissions set description = 'x'`)).toBe('42501');
    expect(await ownerSql('delete from permissions')).toBe('42501');
  },
  'insert, update, delete on built_in_roles': async () => {
    const { ownerSql } = await stage();
    const insert = `insert into built_in_roles (id, key, name) values (gen_random_uuid(), 'a', 'A')`;
    expect(await ownerSql(insert)).toBe('42501');
    expect(await ownerSql(`update built_in_roles set name = 'x'`)).toBe('42501');
    expect(await ownerSql('delete from built_in_roles')).toBe('42501');
  },
  'insert, update, delete on built_in_role_permissions': async () => {
    const { ownerSql, roleId } = await stage();
    const insert = 'insert into built_in_role_permissions (role_id, permission) values ($1, $2)';
    expect(await ownerSql(insert, [await roleId('viewer'), '*'])).toBe('42501');
    expect(await ownerSql(`update built_in_role_permissions set permission = '*'`)).toBe('42501');
    expect(await ownerSql('delete from built_in_role_permissions')).toBe('42501');
  },
  truncate: async () => {
    const { sqlAs, owner } = await stage();
    for (const table of [
      ...['organizations', 'users', 'memberships', 'roles', 'permissions', 'role_permissions'],
      ...['member_roles', 'invitations', 'built_in_roles', 'built_in_role_permissions'],
    ]) {
      // the pool refuses it before the database would
      expect(['42501', 'STATEMENT_REFUSED']).toContain(
        await sqlAs(owner)(`truncate ${table} cascade`),
      );
    }
  },
  'tables in schema tenantry': async () => {
    const { ownerSql, world, id } = await stage();
    const tables = ['member_permissions', 'rbac_versions', 'rbac_departures'];
    const writes = (table: string) => [
      `delete from tenantry.${table}`,
      `insert into tenantry.${table} (tenant_id) values ('${id}')`,
    ];
    for (const sql of [
      ...tables.map((table) => `select from tenantry.${table}`),
      ...tables.flatMap(writes),
    ])
      if (!(dialect === 'citus' && sql === 'select from tenantry.rbac_versions'))
        expect([sql, await ownerSql(sql)]).toEqual([sql, '42501']);
    if (dialect === 'postgres') return;
    // on Citus a tenant finds its node by its own version, and holds it by a column that nobody reads
    await world.organization();
    const own = await ownerSql('select tenant_id from tenantry.rbac_versions');
    expect(own).toMatchObject({ rows: [{ tenant_id: id }] });
    expect(await ownerSql('update tenantry.rbac_versions set version = 0')).toBe('42501');
    expect(await ownerSql('update tenantry.rbac_versions set held = true')).toMatchObject({
      rowCount: 1,
    });
  },
  'delete from projects': async () => {
    const { ownerSql, viewer, save, asOwner, ask, by, world } = await stage();
    const { pool } = world;
    await save('reviewer', ['projects:update', 'projects:read']);
    const project = randomUUID();
    const make = () => ownerSql(`insert into projects (id, name) values ($1, 'One')`, [project]);
    const on = { type: 'projects', id: project.toUpperCase() };
    const give = () => rbac.members.assign(pool, { user: viewer, role: 'reviewer', on });
    expect(await asOwner(give)).toBe('RESOURCE_UNKNOWN');
    await make();
    await asOwner(give);
    const may = () => by(viewer)(async () => rbac.can('projects:update', { id: project }));
    expect(await may()).toBe(true);
    await ownerSql('delete from projects where id = $1', [project]);
    // also for somebody who makes another one with the same id
    await make();
    expect(await may()).toBe(false);
    const grants = 'select from member_roles where user_id = $1 and resource_type is not null';
    expect(await ask(grants, [viewer])).toEqual([]);
    // of a row that moved, and of a table that was emptied
    await asOwner(give);
    await ask('update projects set id = $2 where id = $1', [project, randomUUID()]);
    expect(await ask(grants, [viewer])).toEqual([]);
    await make();
    await asOwner(give);
    const emptied = codeOf(ask('truncate projects'));
    if (dialect === 'citus') expect(await emptied).toBe('0A000');
    else expect([await emptied, await ask(grants, [viewer])]).toEqual([[], []]);
  },
  'rbac.explain': async () => {
    const { by, viewer, owner, world } = await stage();
    const why = (user?: string) =>
      rbac.explain(world.pool, 'billing:manage', user === undefined ? {} : { user });
    expect(await by(viewer)(() => why())).toMatchObject({ allowed: false });
    // members read each other's roles where no permission was named for it
    expect(await by(viewer)(() => why(owner))).toMatchObject({ allowed: true });
    const foreign = await world.organization();
    expect(await by(viewer)(() => why(foreign.owner))).toMatchObject({
      member: false,
      grants: [],
    });
  },
  'rbac.load, rbac.snapshot, tenantry.my_permissions': async () => {
    const { sqlAs, viewer } = await stage();
    const mine = await sqlAs(viewer)('select tenantry.my_permissions() as facts');
    expect(mine).toMatchObject({ rows: [{ facts: { permissions: ['projects:read'] } }] });
  },
  'on behalf of another': async () => {
    const { world, id, owner, admin, roleId } = await stage();
    const user = await world.member(id);
    const give = world
      .as(
        owner,
        id,
        async () =>
          world.pool.query('insert into member_roles (user_id, role_id) values ($1, $2)', [
            user,
            await roleId('owner'),
          ]),
        admin,
      )
      .catch(({ code }) => code);
    expect(await give).toBe('GRANT_ABOVE_OWN');
  },
  'notify tenantry_rbac': async () => {
    const { world, ask, viewer, id } = await stage();
    const cache = createPermissionCache(rbac, world.pool, {
      listen: world.logins.app,
      ttlSeconds: 3600,
    });
    const who = { organizationId: id, user: viewer };
    const told = async (payload: string) => {
      await world.until(async () => {
        await cache.can(who, 'projects:read');
        await ask(`select pg_notify('tenantry_rbac', $1)`, [payload]);
        return cache.size === 0;
      }, `it forgets on ${payload}`);
    };
    for (const payload of [
      ...['x', '', 'null', '5', '[]', '"x"', '{}', '{"tenant":1}', '{"tenant":null,"version":1}'],
      ...['{"tenant":"x","version":"1"}', '{"tenant":"x","version":1e999}', '{"__proto__":null}'],
    ]) {
      await told(payload);
    }
    expect(await cache.can(who, 'projects:read')).toBe(true);
    await cache.end();
  },
  'the system role': async () => {
    const { asSystem, world, id } = await stage();
    const user = await world.member(id);
    await asSystem(() =>
      rbac.members.assign(world.pool, { organizationId: id, user, role: 'owner' }),
    );
  },
});
