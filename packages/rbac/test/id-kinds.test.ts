import { describe, expect, expectTypeOf, test } from 'vitest';
import { createPermissionCache } from '../src/cache/permission-cache.ts';
import { kindsWorld } from './support/kinds.ts';
import { codeOf } from './support/world.ts';

const cases = [
  { id: 'integer', userId: 'bigint', acme: 42 },
  { id: 'bigint', userId: 'integer', acme: 9007199254740993n },
  { id: 'integer', userId: 'text', acme: 0 },
] as const;

describe.each(cases)('tenants with ids of kind $id, users of $userId', async (of) => {
  const { pool, rbac, ada, bob, teamId, enter } = await kindsWorld(of);

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

  test('a cache answers, and forgets by the id', async () => {
    const cache = createPermissionCache(rbac, pool);
    expect(await cache.can({ teamId, user: ada }, 'projects:create')).toBe(true);
    expect(await cache.can({ teamId, user: 'nobody' }, 'projects:create')).toBe(false);
    cache.forget({ teamId });
    expect(cache.size).toBe(0);
    await cache.end();
  });
});
