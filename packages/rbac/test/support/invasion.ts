import { createHash, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect } from 'vitest';
import { newToken } from '../../src/api/invitation-token.ts';
import { codeOf, rbac, type World } from './world.ts';

const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');
const actors = ['owner', 'admin', 'helper', 'viewer'] as const;
const roles = ['owner', 'admin', 'viewer', 'grown', 'payer'] as const;

/** What an actor does in raw SQL; `$n` are picked from what there is. */
const writes = [
  'insert into memberships (user_id) values (@user)',
  'delete from memberships where user_id = @user',
  'insert into member_roles (user_id, role_id) values (@user, @role) on conflict do nothing',
  `insert into member_roles (user_id, role_id, expires_at) values (@user, @role, now() + interval '1 day')
   on conflict (organization_id, user_id, role_id, resource_type, resource_id) do update set expires_at = excluded.expires_at`,
  'update member_roles set user_id = @user where user_id = @other and role_id = @role',
  'update member_roles set role_id = @role where user_id = @user',
  'update member_roles set expires_at = null where user_id = @user',
  'delete from member_roles where user_id = @user and role_id = @role',
  `insert into role_permissions (role_id, permission) select id, @permission from roles where key = 'grown' on conflict do nothing`,
  `delete from role_permissions where role_id = @role and permission = @permission`,
  `update roles set parent_id = @own, built_in_parent_id = @builtIn where key = 'grown'`,
  `update roles set parent_id = null, built_in_parent_id = null where key = 'grown'`,
  `delete from roles where key = 'payer'`,
  'delete from invitations where id = @invitation',
];

/** What an actor sets in an invitation. */
const sets = [
  'email = @email',
  'token_hash = @hash',
  'role_id = @role',
  `expires_at = now() + interval '1 day'`,
  'expires_at = now()',
  'accepted_at = null',
  'accepted_by = null',
  'accepted_at = now()',
  'revoked_at = null',
  'revoked_at = now()',
  'invited_by = @user',
  'invited_by = null',
  `created_at = now() + interval '1 day'`,
];

const pick = fc.nat(1000);
const command = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('invite' as const),
      by: fc.constantFrom(...actors),
      pick,
      role: fc.constantFrom(...roles),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('accept' as const), pick, guest: fc.nat(2) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('set' as const),
      by: fc.constantFrom(...actors),
      pick,
      sets: fc.subarray(sets, { minLength: 1, maxLength: 5 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      by: fc.constantFrom(...actors),
      pick,
      sql: fc.constantFrom(...writes),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('resend' as const, 'revoke' as const),
      by: fc.constantFrom(...actors),
      pick,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('remove' as const),
      by: fc.constantFrom(...actors),
      pick,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('expire' as const, 'join' as const), pick }),
  },
);
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;

export const invasion: fc.Arbitrary<readonly Command[]> = fc.array(command, {
  minLength: 4,
  maxLength: 16,
});

type Held = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Lets actors do all of it to one organization. After each step nobody has gained or lost what the
 * one who acted lacks, and an invitation has brought in whom it should and nobody else.
 */
export async function invade(world: World, steps: readonly Command[]): Promise<void> {
  const { pool, as, ask, asSystem } = world;
  const { id, owner } = await world.organization();
  const people: Record<(typeof actors)[number], string> = {
    owner,
    admin: await world.member(id, 'admin'),
    helper: await world.member(id, 'admin'),
    viewer: await world.member(id, 'viewer'),
  };
  await as(owner, id, async () => {
    await rbac.roles.save(pool, { key: 'grown', name: 'Grown', permissions: ['projects:read'] });
    await rbac.roles.save(pool, { key: 'payer', name: 'Payer', permissions: ['billing:manage'] });
  });
  // somebody who has what the admins lack, so that it can be taken
  await asSystem(() =>
    rbac.members.assign(pool, { organizationId: id, user: people.viewer, role: 'payer' }),
  );
  const guests = await Promise.all([1, 2, 3].map(() => world.user()));
  const users = [...Object.values(people), ...guests];
  const addresses = (
    await ask<{ email: string }>(
      'select email from users where id = any ($1) order by array_position($1, id)',
      [users],
    )
  ).map(({ email }) => email);
  const tokens = [newToken(id)];
  const removals = new Map<string, number>();
  const made = new Map<string, number>();

  const held = async (): Promise<Held> =>
    new Map(
      (
        await ask<{ user_id: string; permissions: string[] }>(
          'select user_id, permissions from tenantry.rbac_effective($1, null)',
          [id],
        )
      ).map(({ user_id, permissions }) => [user_id, new Set(permissions)]),
    );
  const invitations = () =>
    ask<{
      id: string;
      email: string;
      token_hash: string;
      invited_by: string | null;
      open: boolean;
    }>(
      `select id, email, token_hash, invited_by,
         accepted_at is null and revoked_at is null and expires_at > now() as open
       from invitations where organization_id = $1 order by created_at, id`,
      [id],
    );
  const roleIds = async () =>
    ask<{ id: string; key: string; built_in: boolean }>(
      `select id, key, true as built_in from built_in_roles
       union all select id, key, false from roles where organization_id = $1 order by key`,
      [id],
    );
  const from = <T>(list: readonly T[], at: number) => list[at % list.length] as T;

  for (const [step, each] of steps.entries()) {
    const before = await held();
    const rows = await invitations();
    const there = await roleIds();
    const role = from(
      there.filter(({ key }) => (roles as readonly string[]).includes(key)),
      each.pick >> 2,
    );
    const values: Record<string, unknown> = {
      user: from(users, each.pick),
      other: from(users, each.pick >> 3),
      role: role.id,
      own: role.built_in ? null : role.id,
      builtIn: role.built_in ? role.id : null,
      permission: from(['billing:manage', 'projects:read', '*', 'members:*'], each.pick),
      email: from(addresses, each.pick),
      hash: hashOf(from(tokens, each.pick)),
      invitation: rows.length > 0 ? from(rows, each.pick).id : randomUUID(),
    };
    const run = (sql: string) => {
      const given: unknown[] = [];
      const text = sql.replaceAll(/@(\w+)/g, (_, name: string) => `$${given.push(values[name])}`);
      return pool.query(text, given);
    };
    const by = 'by' in each ? people[each.by] : null;
    const acting = <R>(fn: () => Promise<R>) => codeOf(as(by as string, id, fn));
    let accepted: unknown;
    // an acceptance mostly fits some invitation: by chance alone it never would
    const aimed = each.pick % 8 === 0 ? undefined : rows.at(-1 - (each.pick % 3));
    const token =
      tokens.find((known) => hashOf(known) === aimed?.token_hash) ?? from(tokens, each.pick);
    const address = aimed?.email ?? from(addresses, each.pick >> 1);

    if (each.do === 'write') await acting(() => run(each.sql));
    else if (each.do === 'set') {
      // accepted_at twice is no SQL
      const once = each.sets.filter(
        (set, i, all) => all.findIndex((s) => s.split(' ')[0] === set.split(' ')[0]) === i,
      );
      await acting(() => run(`update invitations set ${once.join(', ')} where id = @invitation`));
    } else if (each.do === 'invite') {
      const sent = await acting(() =>
        rbac.invitations.create(pool, {
          email: from(addresses.slice(-3), each.pick),
          role: each.role,
        }),
      );
      if (typeof sent === 'object') tokens.push((sent as { token: string }).token);
    } else if (each.do === 'resend') {
      const sent = await acting(() =>
        rbac.invitations.resend(pool, { id: values.invitation as string }),
      );
      if (typeof sent === 'object') tokens.push((sent as { token: string }).token);
    } else if (each.do === 'revoke') {
      await acting(() => rbac.invitations.revoke(pool, { id: values.invitation as string }));
    } else if (each.do === 'remove') {
      await acting(() => rbac.members.remove(pool, { user: values.user as string }));
    } else if (each.do === 'expire') {
      await ask(`update invitations set expires_at = now() where id = $1`, [values.invitation]);
    } else if (each.do === 'join') {
      await codeOf(
        asSystem(() =>
          rbac.members.add(pool, {
            organizationId: id,
            user: values.user as string,
            role: 'viewer',
          }),
        ),
      );
    } else if ('guest' in each) {
      accepted = await codeOf(
        rbac.invitations.accept(pool, {
          token,
          user: guests[each.guest] as string,
          email: address,
        }),
      );
    }

    const after = await held();
    for (const row of await invitations()) if (!made.has(row.id)) made.set(row.id, step);
    for (const user of before.keys()) if (!after.has(user)) removals.set(user, step);
    const none = new Set<string>();
    const moved = users.flatMap((user) => {
      const [was, is] = [before.get(user) ?? none, after.get(user) ?? none];
      return [...was, ...is].filter((key) => was.has(key) !== is.has(key));
    });
    const what = JSON.stringify({ step, each });
    if (each.do === 'accept') {
      const guest = guests[each.guest] as string;
      const matching = rows.filter(
        (row) => row.token_hash === hashOf(token) && row.email === address,
      );
      const good = matching.some(
        ({ id: invitation, open, invited_by }) =>
          open &&
          !before.has(guest) &&
          (invited_by === null || before.has(invited_by)) &&
          (removals.get(guest) ?? -1) < (made.get(invitation) ?? 0),
      );
      const sender = before.get(matching.find(({ open }) => open)?.invited_by ?? '') ?? none;
      const joined = typeof accepted === 'object';
      if (joined) expect([what, good]).toEqual([what, true]);
      expect([what, moved.filter((key) => !sender.has(key))]).toEqual([what, []]);
      if (good && !joined) {
        // only because of what its sender lacks now
        expect([what, accepted]).toEqual([what, 'INVITATION_REVOKED']);
      }
      if (!joined) expect([what, after.has(guest)]).toEqual([what, before.has(guest)]);
    } else if (by !== null) {
      const own = before.get(by) ?? none;
      expect([what, moved.filter((key) => !own.has(key))]).toEqual([what, []]);
      const come = [...after.keys()].filter((user) => !before.has(user));
      expect([what, come]).toEqual([what, []]);
    }
  }
  await asSystem(() => pool.query('delete from organizations where id = $1', [id]));
}
