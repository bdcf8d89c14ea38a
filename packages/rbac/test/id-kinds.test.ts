import { describe, expect, expectTypeOf, test } from 'vitest';
import { createPermissionCache } from '../src/cache/permission-cache.ts';
import { kindsWorld } from './support/kinds.ts';
import { codeOf } from './support/world.ts';

const cases = [
  { id: 'integer', userId: 'bigint', acme: 42 },
  { id: 'bigint', userId: 'integer', acme: 9007199254740993n },
  { id: 'integer', userId: 'text', acme: 0 },
  { id: 'integer', userId: 'uuid', acme: 1 },
] as const;

describe.each(cases)('tenants with ids of kind $id, users of $userId', async (of) => {
  const { pool, rbac, ada, bob, teamId, enter, asSystem } = await kindsWorld(of);

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
    for (const user of ['nobody', '99999999999999999999', '1.5', '-2'])
      expect(await codeOf(enter(user, () => 'in'))).toBe('TENANT_NOT_FOUND');
    const added = enter(ada, () => rbac.explain(pool, 'projects:read', { user: 'nobody' }));
    expect(await added).toMatchObject({ allowed: false });
  });

  test('a text that is no id of a user is nobody’s, whichever function is given it', async () => {
    const { members, roles, invitations } = rbac;
    const sent = { email: 'carol@example.com', role: 'viewer' } as const;
    const { token, email } = await enter(ada, () => invitations.create(pool, sent));
    // a text can be an id, which no user has
    const refused = of.userId === 'text' ? 'CHANGED_MEANWHILE' : 'VALUE_INVALID';
    const unknown = of.userId === 'text' ? 'CHANGED_MEANWHILE' : 'MEMBER_UNKNOWN';
    for (const user of ['nobody', '-', '99999999999999999999', '1.5', ' 1', '0x1']) {
      const role = 'viewer';
      const codes = {
        add: await codeOf(asSystem(() => members.add(pool, { teamId, user, role }))),
        remove: await codeOf(asSystem(() => members.remove(pool, { teamId, user }))),
        assign: await codeOf(enter(ada, () => members.assign(pool, { user, role }))),
        unassign: await codeOf(enter(ada, () => members.unassign(pool, { user, role }))),
        transfer: await codeOf(enter(ada, () => members.transferOwnership(pool, { user }))),
        preview: await codeOf(enter(ada, () => roles.preview(pool, { user, roles: [role] }))),
        accept: await codeOf(invitations.accept(pool, { token, email, user })),
      };
      expect([user, codes]).toEqual([
        user,
        {
          add: refused,
          remove: 'MEMBER_UNKNOWN',
          assign: 'MEMBER_UNKNOWN',
          unassign: 'ROLE_NOT_HELD',
          transfer: 'MEMBER_UNKNOWN',
          preview: refused,
          accept: unknown,
        },
      ]);
    }
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
