import fc from 'fast-check';
import { expect, test } from 'vitest';
import { codeOf, rbac, rbacWorld } from './support/world.ts';

const world = await rbacWorld();
const { pool, as, db } = world;
const acme = await world.organization();
const asOwner = <R>(fn: () => R | Promise<R>) => as(acme.owner, acme.id, fn);
const member = await world.member(acme.id, 'viewer');

/** Texts that a client can send and a database cannot store, or not as they are. */
const odd = [
  '\0',
  'a\0b',
  '\ud800',
  'a\udfffb',
  '',
  'x'.repeat(100_000),
  '\u{1f600}'.repeat(1000),
  '%',
  "'",
  '\\',
  'NaN',
  ...[null, undefined, 5, {}, []],
] as string[];

const never = /^([0-9A-Z]{5}|.*(invalid|null|byte|undefined).*)$/; // a bare SQLSTATE, or a message

const calls: Readonly<Record<string, (value: string) => Promise<unknown>>> = {
  'the user of add': (user) =>
    world.asSystem(() => rbac.members.add(pool, { organizationId: acme.id, user })),
  'the user of assign': (user) =>
    asOwner(() => rbac.members.assign(pool, { user, role: 'viewer' })),
  'the role of assign': (role) => asOwner(() => rbac.members.assign(pool, { user: member, role })),
  'the type of a resource': (type) =>
    asOwner(() =>
      rbac.members.assign(pool, { user: member, role: 'viewer', on: { type, id: '1' } }),
    ),
  'the id of a resource': (id) =>
    asOwner(() =>
      rbac.members.assign(pool, { user: member, role: 'viewer', on: { type: 'projects', id } }),
    ),
  'the user of remove': (user) => asOwner(() => rbac.members.remove(pool, { user })),
  'the role of unassign': (role) =>
    asOwner(() => rbac.members.unassign(pool, { user: member, role })),
  'the heir': (user) => asOwner(() => rbac.members.transferOwnership(pool, { user })),
  'the key of a role': (key) =>
    asOwner(() => rbac.roles.save(pool, { key, name: 'X', permissions: [] })),
  'the name of a role': (name) =>
    asOwner(() => rbac.roles.save(pool, { key: 'named', name, permissions: [] })),
  'the parent of a role': (parent) =>
    asOwner(() =>
      rbac.roles.save(pool, { key: 'below', name: 'X', parent: parent ?? '', permissions: [] }),
    ),
  'a permission of a role': (permission) =>
    asOwner(() =>
      rbac.roles.save(pool, { key: 'odd', name: 'X', permissions: [permission as never] }),
    ),
  'the role of remove': (key) => asOwner(() => rbac.roles.remove(pool, { key })),
  'the role of preview': (role) => asOwner(() => rbac.roles.preview(pool, { role, remove: true })),
  'a role of a member in preview': (role) =>
    asOwner(() => rbac.roles.preview(pool, { user: member, roles: [role] })),
  'an address': (email) => asOwner(() => rbac.invitations.create(pool, { email, role: 'viewer' })),
  'a part of an address': (part) =>
    asOwner(() => rbac.invitations.create(pool, { email: `${part}@example.com`, role: 'viewer' })),
  'the role of an invitation': (role) =>
    asOwner(() => rbac.invitations.create(pool, { email: 'x@example.com', role })),
  'the id of an invitation': (id) => asOwner(() => rbac.invitations.resend(pool, { id })),
  'a token': (token) =>
    rbac.invitations.accept(pool, { token, user: member, email: 'x@example.com' }),
  'the user of accept': (user) =>
    rbac.invitations.accept(pool, { token: 'A'.repeat(43), user, email: 'x@example.com' }),
  'a permission of explain': (permission) =>
    asOwner(() => rbac.explain(pool, permission as 'projects:read')),
  'the id of explain': (id) =>
    asOwner(() => rbac.explain(pool, 'projects:read', { of: { id: id ?? '' } })),
};

test.each(Object.entries(calls))('%s is refused by a code', async (_, call) => {
  for (const value of odd) {
    const code = await codeOf(call(value));
    // some are names that exist nowhere, or addresses that are odd and fine
    if (typeof code === 'string')
      expect([value, code]).not.toEqual([value, expect.stringMatching(never)]);
  }
});

test('any text is refused by a code, or stored as it is', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 })
      .map((units) => String.fromCharCode(...units)),
  );
  await fc.assert(
    fc.asyncProperty(text, async (name) => {
      const saved = await codeOf(
        asOwner(() => rbac.roles.save(pool, { key: 'any', name, permissions: [] })),
      );
      if (saved === 'ROLE_INVALID') return;
      const listed = await asOwner(() => rbac.roles.list(pool));
      expect(listed.find(({ key }) => key === 'any')?.name).toBe(name);
    }),
    { numRuns: 100, examples: [['\ud83d'], ['\0'], ['😀']] },
  );
});

test('times that no calendar has are refused', async () => {
  for (const expiresAt of [
    new Date(Number.NaN),
    new Date(8.64e15),
    new Date(-8.64e15),
    'tomorrow' as never,
    null as never,
  ]) {
    const given = asOwner(() =>
      rbac.members.assign(pool, { user: member, role: 'viewer', expiresAt }),
    );
    expect(await codeOf(given)).toBe('VALUE_INVALID');
  }
  // an end before every Date, which raw SQL can write
  await world.ask(`update member_roles set expires_at = '-infinity' where user_id = $1`, [member]);
  const why = await asOwner(() => rbac.explain(pool, 'projects:read', { user: member }));
  expect(why.fix).toContain('ended long ago');
});

test('what a trigger or a race refuses has a code too, through Drizzle as well', async () => {
  const gone = await world.member(acme.id);
  // the row goes between the look at it and the insert: what a foreign key says
  await world.ask(`
    create or replace function public.vanish() returns trigger language plpgsql set search_path = public as $$
    begin
      delete from memberships where organization_id = new.organization_id and user_id = new.user_id;
      return new;
    end $$`);
  await world.ask(
    `create trigger zz_vanish before insert on member_roles for each row execute function public.vanish()`,
  );
  for (const on of [pool, db]) {
    const assigned = world.asSystem(() =>
      rbac.members.assign(on, { organizationId: acme.id, user: gone, role: 'viewer' }),
    );
    expect(['CHANGED_MEANWHILE', 'MEMBER_UNKNOWN']).toContain(await codeOf(assigned));
  }
  await world.ask('drop trigger zz_vanish on member_roles');
  await world.ask(`alter table roles add constraint short check (length(name) < 5) not valid`);
  for (const on of [pool, db]) {
    const saved = asOwner(() =>
      rbac.roles.save(on, { key: 'long', name: 'Longer', permissions: [] }),
    );
    await expect(saved).rejects.toMatchObject({ code: 'VALUE_INVALID', status: 400 });
    // what the row was is for logs, not for clients
    await expect(saved).rejects.not.toThrow(/Longer/);
  }
});
