import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { dialect, rbac } from '../support/world.ts';
import { type Cases, type Stage, tenantChanged, unchanged } from './stage.ts';

const above = 'GRANT_ABOVE_OWN';
const one = { rowCount: 1 };
const mine =
  'organization_id = tenantry.current_tenant() and organization_id = tenantry.routed_tenant()';
/** On Citus nobody in a tenant reads people. */
const noPeople = expect.objectContaining({ rowCount: 0 });

/** Memberships, users, and the functions of members. */
export const memberCases = (stage: () => Promise<Stage>): Cases => ({
  'insert into memberships': async () => {
    const { world, adminSql, ownerSql } = await stage();
    const stranger = await world.user();
    const seen = () => ownerSql('select id from users where id = $1', [stranger]);
    for (const sql of [adminSql, ownerSql]) {
      for (const conflict of ['', ' on conflict do nothing']) {
        const insert = `insert into memberships (user_id) values ($1)${conflict}`;
        expect(await sql(insert, [stranger])).toBe('PERMISSION_DENIED');
        // nor does an error tell whether there is such a user
        expect(await sql(insert, [randomUUID()])).toBe('PERMISSION_DENIED');
      }
      expect(await seen()).toEqual(noPeople);
    }
  },
  'update memberships': async () => {
    const { ownerSql, viewer, world, ask } = await stage();
    // no permission was named for it
    const joined = await ownerSql('update memberships set joined_at = now()');
    expect(joined).toMatchObject({ rowCount: 0 });
    // Citus has one policy, with the tenant in it
    const [policy, all, none] =
      dialect === 'citus'
        ? ['memberships_tenant_isolation_update', mine, `${mine} and false`]
        : ['memberships_may_update', 'true', 'false'];
    const may = (term: string) =>
      ask(`alter policy ${policy} on memberships using (${term}) with check (${term})`);
    await may(all);
    const columns = { user_id: '42501', organization_id: tenantChanged };
    for (const [column, code] of Object.entries(columns)) {
      const set = `update memberships set ${column} = $1 where user_id = $2`;
      expect(await ownerSql(set, [await world.user(), viewer])).toBe(code);
    }
    const same = `update memberships set ${unchanged('user_id', 'organization_id')} where user_id = $1`;
    expect(await ownerSql(same, [viewer])).toMatchObject(one);
    await may(none);
  },
  'delete from memberships': async () => {
    const { adminSql, owner, viewer, save, asOwner, world, id } = await stage();
    await world.member(id, 'owner');
    expect(await adminSql('delete from memberships where user_id = $1', [owner])).toBe(above);
    await save('payer', ['billing:manage']);
    const payer = await world.member(id, 'payer');
    expect(await adminSql('delete from memberships where user_id = $1', [payer])).toBe(above);
    expect(await adminSql('delete from memberships')).toBe(above);
    expect(await adminSql('delete from memberships where user_id = $1', [viewer])).toMatchObject(
      one,
    );
    expect(await asOwner(() => rbac.members.remove(world.pool, { user: payer }))).toEqual({
      version: expect.any(Number),
    });
  },
  'rbac.members.add': async () => {
    const { asOwner, asSystem, world, id } = await stage();
    const { pool } = world;
    const user = await world.user();
    expect(await asOwner(() => rbac.members.add(pool, { user, role: 'viewer' }))).toBe(
      'PERMISSION_DENIED',
    );
    await asSystem(() => rbac.members.add(pool, { organizationId: id, user, role: 'viewer' }));
  },
  'rbac.members.remove': async () => {
    const { asAdmin, owner, world, id } = await stage();
    await world.member(id, 'owner');
    expect(await asAdmin(() => rbac.members.remove(world.pool, { user: owner }))).toBe(above);
  },
  'rbac.members.leave': async () => {
    const { by, viewer, held, world } = await stage();
    expect(await by(viewer)(() => rbac.members.leave(world.pool))).toBeUndefined();
    expect(await held(viewer)).toBeNull();
  },
  'rbac.members.transferOwnership': async () => {
    const { admin, asAdmin, asOwner, owner, world } = await stage();
    const { pool } = world;
    const give = (user: string, keep?: string) =>
      rbac.members.transferOwnership(pool, { user, ...(keep !== undefined && { keep }) });
    // to oneself, to the owner, and to nobody
    for (const to of [admin, owner, randomUUID(), 'x']) {
      expect(await asAdmin(() => give(to))).toBe('PERMISSION_DENIED');
    }
    expect(await asOwner(() => give(owner))).toMatchObject({ version: expect.any(Number) });
    expect(await asOwner(() => give(admin, 'nobody'))).toBe('ROLE_UNKNOWN');
    expect(await asOwner(() => give(randomUUID()))).toBe('MEMBER_UNKNOWN');
    expect(await asOwner(() => give(admin, 'viewer'))).toMatchObject({
      version: expect.any(Number),
    });
    expect(await asOwner(() => give(owner))).toBe('PERMISSION_DENIED');
  },
  'select from users': async () => {
    const { ownerSql, world } = await stage();
    const [stranger, other] = [await world.user(), await world.organization()];
    const people = await ownerSql('select from users where id = any ($1)', [
      [stranger, other.owner],
    ]);
    expect(people).toEqual(noPeople);
  },
  'insert, update, delete on users': async () => {
    const { ownerSql, viewer } = await stage();
    expect(await ownerSql(`insert into users (email) values ('x@example.com')`)).toBe('42501');
    expect(await ownerSql(`update users set email = 'x@example.com'`)).toBe('42501');
    expect(await ownerSql('delete from users where id = $1', [viewer])).toBe('42501');
  },
});

/** Who has which role: the rows, and the functions that write them. */
export const assignmentCases = (stage: () => Promise<Stage>): Cases => ({
  'insert into member_roles': async () => {
    const { adminSql, admin, viewer, roleId, world } = await stage();
    const insert = `insert into member_roles (user_id, role_id) values ($1, $2)`;
    expect(await adminSql(insert, [admin, await roleId('owner')])).toBe(above);
    expect(await adminSql(insert, [viewer, await roleId('owner')])).toBe(above);
    const merged = `${insert} on conflict (organization_id, user_id, role_id, resource_type, resource_id) do update set expires_at = null`;
    expect(await adminSql(merged, [viewer, await roleId('owner')])).toBe(above);
    expect(await adminSql(merged, [viewer, await roleId('admin')])).toMatchObject(one);
    const foreign = await world.organization();
    await world.as(foreign.owner, foreign.id, () =>
      rbac.roles.save(world.pool, { key: 'theirs', name: 'Theirs', permissions: [] }),
    );
    const [theirs] = await world.ask(`select id from roles where key = 'theirs'`);
    for (const role of [theirs?.id, randomUUID()]) {
      expect(await adminSql(insert, [viewer, role])).toBe('ROLE_UNKNOWN');
    }
  },
  'update member_roles set user_id': async () => {
    const { adminSql, admin, owner, world, id } = await stage();
    await world.member(id, 'owner');
    const move = `update member_roles set user_id = $1 where user_id = $2`;
    expect(await adminSql(move, [admin, owner])).toBe(above);
  },
  'update member_roles set role_id': async () => {
    const { adminSql, viewer, roleId } = await stage();
    const set = 'update member_roles set role_id = $1 where user_id = $2';
    expect(await adminSql(set, [await roleId('owner'), viewer])).toBe(above);
    expect(await adminSql(set, [await roleId('member'), viewer])).toMatchObject(one);
  },
  'update member_roles set own_role_id, built_in_role_id': async () => {
    const { ownerSql, roleId } = await stage();
    for (const column of ['own_role_id', 'built_in_role_id']) {
      const set = `update member_roles set ${column} = $1`;
      expect(await ownerSql(set, [await roleId('owner')])).toBe('428C9');
    }
  },
  'update member_roles set resource_type, resource_id': async () => {
    const { adminSql, ownerSql, viewer, roleId, save } = await stage();
    await save('payer', ['billing:manage']);
    await ownerSql(`insert into projects (id, name) values ($1, 'One')`, [viewer]);
    await ownerSql(
      `insert into member_roles (user_id, role_id, resource_type, resource_id) values ($1, $2, 'projects', $3)`,
      [viewer, await roleId('payer'), viewer],
    );
    const sets = [
      'resource_type = null, resource_id = null',
      `resource_type = 'invoices', resource_id = '1'`,
    ];
    const widen = (set: string) =>
      `update member_roles set ${set} where user_id = $1 and resource_type is not null`;
    for (const set of sets) expect(await adminSql(widen(set), [viewer])).toBe(above);
    for (const set of sets.reverse()) {
      expect(await ownerSql(widen(set), [viewer])).toMatchObject(one);
    }
  },
  'update member_roles set expires_at': async () => {
    const { ask, id, save, sqlAs, world, owner, adminSql } = await stage();
    await save('payer', ['billing:manage', 'members:*', 'projects:*', 'roles:*']);
    const temporary = await world.member(id);
    const other = await world.member(id);
    await world.asSystem(() =>
      rbac.members.assign(world.pool, {
        organizationId: id,
        user: temporary,
        role: 'payer',
        expiresAt: new Date(Date.now() + 3_600_000),
      }),
    );
    await world.asSystem(() =>
      rbac.members.assign(world.pool, {
        organizationId: id,
        user: other,
        role: 'payer',
        expiresAt: new Date(Date.now() + 60_000),
      }),
    );
    const prolong = `update member_roles set expires_at = $1 where user_id = $2`;
    const by = sqlAs(temporary);
    for (const end of ['infinity', null, new Date(Date.now() + 7_200_000).toISOString()]) {
      expect(await by(prolong, [end, temporary])).toBe(above);
      expect(await by(prolong, [end, other])).toBe(above);
      expect(await adminSql(prolong, [end, other])).toBe(above);
    }
    expect(
      await by(prolong, [new Date(Date.now() + 1_800_000).toISOString(), other]),
    ).toMatchObject(one);
    expect(await by('update member_roles set expires_at = now() where user_id = $1', [owner])).toBe(
      above,
    );
    expect(await ask('select from memberships where user_id = $1', [other])).toHaveLength(1);
  },
  'update member_roles set created_at': async () => {
    const { adminSql, owner, viewer } = await stage();
    const set = 'update member_roles set created_at = now() where user_id = $1';
    expect(await adminSql(set, [owner])).toBe(above);
    expect(await adminSql(set, [viewer])).toMatchObject(one);
  },
  'update member_roles set id, organization_id': async () => {
    const { ownerSql, viewer, world } = await stage();
    const { id: foreign } = await world.organization();
    const set = (values: string) => `update member_roles set ${values} where user_id = $1`;
    expect(await ownerSql(set(`id = '${foreign}'`), [viewer])).toBe('42501');
    expect(await ownerSql(set(`organization_id = '${foreign}'`), [viewer])).toBe(tenantChanged);
    const same = set(unchanged('id', 'organization_id'));
    expect(await ownerSql(same, [viewer])).toMatchObject(one);
  },
  'delete from member_roles': async () => {
    const { adminSql, owner, viewer, world, id, ask } = await stage();
    await world.member(id, 'owner');
    expect(await adminSql('delete from member_roles where user_id = $1', [owner])).toBe(above);
    // nor from within a trigger of the application
    await ask(`
      create table if not exists public.cleaner (id int);
      grant insert on public.cleaner to app;
      create or replace function public.clean() returns trigger language plpgsql set search_path = public
        as $$ begin delete from member_roles; return new; end $$;
      create or replace trigger clean before insert on public.cleaner for each row execute function public.clean()`);
    expect(await adminSql('insert into public.cleaner values (1)')).toBe(above);
    expect(await adminSql('delete from member_roles where user_id = $1', [viewer])).toMatchObject(
      one,
    );
  },
  'rbac.members.assign': async () => {
    const { asAdmin, admin, world } = await stage();
    const give = (role: string) => rbac.members.assign(world.pool, { user: admin, role });
    expect(await asAdmin(() => give('owner'))).toBe(above);
    expect(await asAdmin(() => give('viewer'))).toMatchObject({ version: expect.any(Number) });
  },
  'rbac.members.unassign': async () => {
    const { asAdmin, owner, viewer, world, id } = await stage();
    await world.member(id, 'owner');
    const take = (user: string, role: string) =>
      asAdmin(() => rbac.members.unassign(world.pool, { user, role }));
    expect(await take(owner, 'owner')).toBe(above);
    expect(await take(viewer, 'member')).toBe('ROLE_NOT_HELD');
    expect(await take(randomUUID(), 'viewer')).toBe('ROLE_NOT_HELD');
    expect(await take(viewer, 'viewer')).toMatchObject({ version: expect.any(Number) });
  },
});
