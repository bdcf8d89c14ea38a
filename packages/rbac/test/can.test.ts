import { expect, test } from 'vitest';
import { codeOf, rbac, rbacWorld } from './support/world.ts';

const world = await rbacWorld();
const { pool, as } = world;
const acme = await world.organization();

test('a member may what the roles grant, wildcards and parents expanded', async () => {
  const member = await world.member(acme.id, 'member');
  await as(member, acme.id, async () => {
    expect(rbac.can('projects:create')).toBe(true);
    expect(rbac.can('projects:read')).toBe(true);
    expect(rbac.can('projects:delete')).toBe(false);
    expect(await codeOf(rbac.authorize('billing:manage'))).toBe('PERMISSION_DENIED');
  });
  await as(acme.owner, acme.id, () => expect(rbac.can('billing:manage')).toBe(true));
});

test('the policies decide the same', async () => {
  const viewer = await world.member(acme.id, 'viewer');
  const insert = () => pool.query("insert into projects (name) values ('Rocket')");
  await as(acme.owner, acme.id, insert);
  await as(viewer, acme.id, async () => {
    expect((await pool.query('select name from projects')).rows).toEqual([{ name: 'Rocket' }]);
    expect(await codeOf(insert())).toBe('42501');
    expect((await pool.query('delete from projects')).rowCount).toBe(0);
  });
});
