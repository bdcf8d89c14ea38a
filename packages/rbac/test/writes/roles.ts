import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { rbac } from '../support/world.ts';
import { type Cases, type Stage, tenantChanged, unchanged } from './stage.ts';

const above = 'GRANT_ABOVE_OWN';
const one = { rowCount: 1 };

/** Roles and what they grant. */
export const roleCases = (stage: () => Promise<Stage>): Cases => ({
  'insert into roles': async () => {
    const { adminSql, ownerSql, roleId, world } = await stage();
    const child = (parent: string) =>
      `insert into roles (key, name, ${parent}) values ('child', 'Child', $1)`;
    expect(await adminSql(child('built_in_parent_id'), [await roleId('owner')])).toBe(above);
    expect(await adminSql(child('parent_id'), [await roleId('owner')])).toBe(above);
    expect(await adminSql(child('parent_id'), [await roleId('viewer')])).toBe('ROLE_UNKNOWN');
    // an id that is taken in another organization tells nothing: the tenant does not choose it
    const foreign = await world.organization();
    const { id: theirs } = await world.as(foreign.owner, foreign.id, () =>
      rbac.roles.save(world.pool, { key: 'theirs', name: 'Theirs', permissions: [] }),
    );
    const insert = `insert into roles (id, key, name) values ($1, $2, 'Mine')`;
    expect(await adminSql(insert, [theirs, 'mine'])).toMatchObject(one);
    expect(await adminSql(insert, [randomUUID(), 'free'])).toMatchObject(one);
    const merged = `${insert} on conflict (organization_id, id) do update set name = 'Taken' returning name`;
    for (const [key, id] of [
      ['merged', theirs],
      ['fresh', randomUUID()],
    ]) {
      expect(await ownerSql(merged, [id, key])).toMatchObject({ rows: [{ name: 'Mine' }] });
    }
    const [row] = await world.ask('select name from roles where id = $1', [theirs]);
    expect(row).toEqual({ name: 'Theirs' });
  },
  'update roles set key, name': async () => {
    const { adminSql, ownerSql, save } = await stage();
    await save('payer', ['billing:manage']);
    await save('reader', ['projects:read']);
    const as = (key: string, name: string, of: string) => [
      'update roles set key = $1, name = $2 where key = $3',
      [key, name, of],
    ];
    expect(await adminSql(...(as('helper', 'Helper', 'payer') as [string, unknown[]]))).toBe(above);
    expect(await adminSql(...(as('helper', 'H', 'reader') as [string, unknown[]]))).toMatchObject(
      one,
    );
    expect(await adminSql(`update roles set color = 'red' where key = 'payer'`)).toMatchObject(one);
    expect(await ownerSql(`update roles set name = 'x' where key = 'admin'`)).toMatchObject({
      rowCount: 0,
    });
  },
  'update roles set parent_id, built_in_parent_id': async () => {
    const { adminSql, roleId, save } = await stage();
    await save('payer', ['billing:manage']);
    await save('below', [], 'payer');
    await save('free', []);
    const set = 'update roles set parent_id = $1 where key = $2';
    expect(await adminSql(set, [await roleId('payer'), 'free'])).toBe(above);
    expect(await adminSql(set, [null, 'below'])).toBe(above);
    const onto = 'update roles set built_in_parent_id = $1 where key = $2';
    expect(await adminSql(onto, [await roleId('owner'), 'free'])).toBe(above);
    expect(await adminSql(onto, [await roleId('viewer'), 'free'])).toMatchObject(one);
    expect(await adminSql(set, [await roleId('viewer'), 'free'])).toBe('ROLE_UNKNOWN');
  },
  'update roles set id, organization_id': async () => {
    const { ownerSql, save } = await stage();
    await save('mine', []);
    expect(await ownerSql(`update roles set id = '${randomUUID()}'`)).toBe('42501');
    // it would be a role of another organization
    expect(await ownerSql('update roles set organization_id = null')).toBe(tenantChanged);
    const same = `update roles set ${unchanged('id', 'organization_id')} where key = 'mine'`;
    expect(await ownerSql(same)).toMatchObject(one);
  },
  'delete from roles': async () => {
    const { adminSql, save, world, id, held } = await stage();
    await save('payer', ['billing:manage']);
    await save('reader', ['projects:read']);
    const payer = await world.member(id, 'payer');
    expect(await adminSql(`delete from roles where key = 'payer'`)).toBe(above);
    expect(await adminSql('delete from roles')).toBe(above);
    expect(await held(payer)).toEqual(['billing:manage']);
    expect(await adminSql(`delete from roles where key = 'reader'`)).toMatchObject(one);
  },
  'insert into role_permissions': async () => {
    const { adminSql, ownerSql, roleId, save, world } = await stage();
    await save('mine', []);
    const insert = 'insert into role_permissions (role_id, permission) values ($1, $2)';
    expect(await adminSql(insert, [await roleId('mine'), 'billing:manage'])).toBe(above);
    expect(await adminSql(insert, [await roleId('mine'), '*'])).toBe(above);
    const foreign = await world.organization();
    const { id: theirs } = await world.as(foreign.owner, foreign.id, () =>
      rbac.roles.save(world.pool, {
        key: 'theirs',
        name: 'Theirs',
        permissions: ['projects:read'],
      }),
    );
    // of another organization's role one learns neither that it exists nor what it grants
    for (const conflict of ['', ' on conflict do nothing']) {
      for (const role of [theirs, randomUUID(), await roleId('viewer')]) {
        expect(await ownerSql(insert + conflict, [role, 'projects:read'])).toBe('ROLE_UNKNOWN');
      }
    }
  },
  'update role_permissions set role_id, permission, organization_id': async () => {
    const { ownerSql, save } = await stage();
    await save('reader', ['projects:read']);
    const same = 'update role_permissions set role_id = role_id, permission = permission';
    expect(await ownerSql(same)).toMatchObject(one);
    const columns = { role_id: '42501', permission: '42501', organization_id: tenantChanged };
    for (const [column, code] of Object.entries(columns)) {
      expect(await ownerSql(`update role_permissions set ${column} = null`)).toBe(code);
    }
  },
  'delete from role_permissions': async () => {
    const { adminSql, roleId, save, world, id, held } = await stage();
    await save('payer', ['billing:manage', 'projects:read']);
    const payer = await world.member(id, 'payer');
    const role = await roleId('payer');
    const take = 'delete from role_permissions where role_id = $1';
    expect(await adminSql(take, [role])).toBe(above);
    expect(await held(payer)).toEqual(['billing:manage', 'projects:read']);
    expect(await adminSql(`${take} and permission = 'projects:read'`, [role])).toMatchObject(one);
  },
  'rbac.roles.save': async () => {
    const { asAdmin, save, world } = await stage();
    await save('payer', ['billing:manage', 'projects:read']);
    await save('below', ['projects:read'], 'payer');
    type Permissions = Parameters<typeof rbac.roles.save>[1]['permissions'];
    const edit = (key: string, permissions: Permissions, parent: string | null = null) =>
      asAdmin(() => rbac.roles.save(world.pool, { key, name: key, permissions, parent }));
    expect(await edit('payer', [])).toBe(above);
    expect(await edit('payer', ['projects:read'])).toBe(above);
    expect(await edit('below', ['projects:read'])).toBe(above);
    expect(await edit('new', [], 'payer')).toBe(above);
    expect(await edit('payer', ['billing:manage'])).toMatchObject({ id: expect.any(String) });
  },
  'rbac.roles.remove': async () => {
    const { asAdmin, save, world } = await stage();
    await save('payer', ['billing:manage']);
    expect(await asAdmin(() => rbac.roles.remove(world.pool, { key: 'payer' }))).toBe(above);
  },
  'rbac.roles.preview': async () => {
    const { asAdmin, by, viewer, save, world, ask, id, held } = await stage();
    await save('payer', ['billing:manage']);
    const payer = await world.member(id, 'payer');
    const before = await ask('select * from role_permissions order by role_id, permission');
    const look = () => rbac.roles.preview(world.pool, { role: 'payer', permissions: [] });
    expect(await by(viewer)(look)).toBe('PERMISSION_DENIED');
    expect(await asAdmin(look)).toEqual([{ user: payer, gains: [], loses: ['billing:manage'] }]);
    expect(await held(payer)).toEqual(['billing:manage']);
    expect(await ask('select * from role_permissions order by role_id, permission')).toEqual(
      before,
    );
  },
  'rbac.roles.list': async () => {
    const { by, viewer, world } = await stage();
    const foreign = await world.organization();
    await world.as(foreign.owner, foreign.id, () =>
      rbac.roles.save(world.pool, { key: 'theirs', name: 'Theirs', permissions: [] }),
    );
    const listed = await by(viewer)(() => rbac.roles.list(world.pool));
    expect((listed as { key: string }[]).map(({ key }) => key)).not.toContain('theirs');
  },
});
