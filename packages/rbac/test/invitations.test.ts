import { randomUUID } from 'node:crypto';
import { type InvitationMailer, sendInvitation } from '@tenantry/rbac';
import { beforeAll, expect, test } from 'vitest';
import { codeOf, dialect, rbac, rbacWorld } from './support/world.ts';

const world = await rbacWorld();
const { pool, as, ask, asSystem } = world;
let acme: { id: string; owner: string };

beforeAll(async () => {
  acme = await world.organization();
});

const newEmail = () => `${randomUUID()}@example.com`;
const invite = (email: string, role = 'member', by = acme) =>
  as(by.owner, by.id, () => rbac.invitations.create(pool, { email, role }));
const accept = (token: string, user: string, email: string) =>
  rbac.invitations.accept(pool, { token, user, email });
const rolesIn = (organizationId: string, user: string) =>
  as(user, organizationId, () => rbac.snapshot().roles);

test('an invited user becomes a member with the role', async () => {
  const email = newEmail();
  const { token } = await invite(email.toUpperCase(), 'editor');
  const user = await world.user();
  expect(await rbac.invitations.find(pool, token)).toMatchObject({
    email,
    role: 'editor',
    organizationId: acme.id,
    state: 'open',
    invitedBy: acme.owner,
  });
  expect(await accept(token, user, ` ${email} `)).toEqual({
    organizationId: acme.id,
    version: expect.any(Number),
  });
  expect(await rolesIn(acme.id, user)).toEqual(['editor']);
  expect((await rbac.invitations.find(pool, token))?.state).toBe('accepted');
});

test('only a hash of the token is stored', async () => {
  const { token, id } = await invite(newEmail());
  expect(token).toMatch(/^[\w-]{43}[0-9A-Za-z]{22,23}$/);
  const [row] = await ask('select i::text as whole from invitations i where id = $1', [id]);
  expect(row?.whole).not.toContain(token);
});

test('fifty at once make one member', async () => {
  for (let round = 0; round < 3; round++) {
    const email = newEmail();
    const { token } = await invite(email);
    const users = await Promise.all(Array.from({ length: 10 }, () => world.user()));
    const codes = await Promise.all(
      Array.from({ length: 50 }, (_, i) => codeOf(accept(token, users[i % 10] as string, email))),
    );
    expect(codes.filter((code) => typeof code === 'object')).toHaveLength(1);
    expect(new Set(codes.filter((code) => typeof code === 'string'))).toEqual(
      new Set(['INVITATION_USED']),
    );
    expect(
      await ask('select from memberships where organization_id = $1 and user_id = any ($2)', [
        acme.id,
        users,
      ]),
    ).toHaveLength(1);
  }
});

test('fifty at once through the function in raw SQL make one member', async () => {
  const email = newEmail();
  const { id, token } = await invite(email);
  const [row] = await ask<{ token_hash: string }>(
    'select token_hash from invitations where id = $1',
    [id],
  );
  const users = await Promise.all(Array.from({ length: 10 }, () => world.user()));
  const codes = await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      codeOf(
        ask('select tenantry.rbac_accept_invitation($1, $2, $3)', [
          row?.token_hash,
          email,
          users[i % 10],
        ]),
      ),
    ),
  );
  expect(codes.filter((code) => typeof code === 'object')).toHaveLength(1);
  expect(await codeOf(accept(token, users[0] as string, email))).toBe('INVITATION_USED');
});

test('a hash that a tenant can read accepts nothing', async () => {
  const email = newEmail();
  await invite(email);
  const user = await world.user();
  await as(acme.owner, acme.id, async () => {
    const { rows } = await pool.query('select token_hash from invitations where email = $1', [
      email,
    ]);
    const accepted = pool.query('select tenantry.rbac_accept_invitation($1, $2, $3)', [
      rows[0].token_hash,
      email,
      user,
    ]);
    expect(await codeOf(accepted)).toBe('42501');
  });
});

test('another address leaves it pending', async () => {
  const email = newEmail();
  const { token } = await invite(email);
  const user = await world.user();
  expect(await codeOf(accept(token, user, newEmail()))).toBe('INVITATION_EMAIL_MISMATCH');
  expect(await accept(token, user, email)).toMatchObject({ organizationId: acme.id });
});

test('unknown, expired and revoked ones are told apart, and make nobody a member', async () => {
  const user = await world.user();
  const email = newEmail();
  expect(await codeOf(accept('x', user, email))).toBe('INVITATION_UNKNOWN');
  expect(await codeOf(accept('A'.repeat(43), user, email))).toBe('INVITATION_UNKNOWN');
  const expired = await invite(email);
  await ask(`update invitations set expires_at = now() - interval '1 s' where id = $1`, [
    expired.id,
  ]);
  expect(await codeOf(accept(expired.token, user, email))).toBe('INVITATION_EXPIRED');
  const again = await invite(email); // an expired one makes room
  await as(acme.owner, acme.id, () => rbac.invitations.revoke(pool, { id: again.id }));
  expect(await codeOf(accept(again.token, user, email))).toBe('INVITATION_REVOKED');
  expect(await codeOf(rolesIn(acme.id, user))).toBe('TENANT_NOT_FOUND');
});

test('sending it again makes the earlier link dead', async () => {
  const email = newEmail();
  const first = await invite(email);
  expect(await codeOf(invite(email))).toBe('INVITATION_PENDING');
  const second = await as(acme.owner, acme.id, () =>
    rbac.invitations.resend(pool, { id: first.id, expiresInSeconds: 60 }),
  );
  const user = await world.user();
  expect(await codeOf(accept(first.token, user, email))).toBe('INVITATION_UNKNOWN');
  await accept(second.token, user, email);
  const late = as(acme.owner, acme.id, () => rbac.invitations.resend(pool, { id: first.id }));
  expect(await codeOf(late)).toBe('INVITATION_UNKNOWN');
});

test('it is good in its own organization only, whoever asks', async () => {
  const globex = await world.organization();
  const email = newEmail();
  const { id, token } = await invite(email);
  const inOther = (fn: () => Promise<unknown>) => codeOf(as(globex.owner, globex.id, fn));
  expect(await inOther(() => rbac.invitations.revoke(pool, { id }))).toBe('INVITATION_UNKNOWN');
  expect(await inOther(() => rbac.invitations.resend(pool, { id }))).toBe('INVITATION_UNKNOWN');
  const user = await world.user();
  // also when it is accepted inside the scope of another organization
  expect(await inOther(() => accept(token, user, email))).toMatchObject({
    organizationId: acme.id,
  });
  expect(await codeOf(rolesIn(globex.id, user))).toBe('TENANT_NOT_FOUND');
});

test('whoever is a member is not invited again, and keeps the roles', async () => {
  const [row] = await ask<{ email: string }>('select email from users where id = $1', [acme.owner]);
  expect(await codeOf(invite(row?.email ?? ''))).toBe('MEMBER_EXISTS');
  const email = newEmail();
  const { token } = await invite(email, 'viewer');
  expect(await codeOf(accept(token, acme.owner, email))).toBe('MEMBER_EXISTS');
  expect(await rolesIn(acme.id, acme.owner)).toEqual(['owner']);
  expect((await rbac.invitations.find(pool, token))?.state).toBe('open');
});

test('only who may invite, invites; nobody with more than they have', async () => {
  const viewer = await world.member(acme.id, 'viewer');
  const admin = await world.member(acme.id, 'admin');
  const by = (user: string, role: string) =>
    codeOf(as(user, acme.id, () => rbac.invitations.create(pool, { email: newEmail(), role })));
  expect(await by(viewer, 'viewer')).toBe('PERMISSION_DENIED');
  expect(await by(admin, 'owner')).toBe('GRANT_ABOVE_OWN');
  expect(await by(admin, 'nobody')).toBe('ROLE_UNKNOWN');
  expect(await by(admin, 'admin')).toMatchObject({ role: 'admin' });
  const listed = (user: string) => as(user, acme.id, () => rbac.invitations.list(pool));
  expect(await listed(viewer)).toEqual({ items: [], next: null });
  expect((await listed(admin)).items.length).toBeGreaterThan(0);
});

test('malformed input is refused before the database sees it', async () => {
  for (const email of ['', 'ada', 'ada@', 'a b@example.com', `${'a'.repeat(70)}@example.com`]) {
    expect(await codeOf(invite(email))).toBe('EMAIL_MALFORMED');
  }
  const soon = as(acme.owner, acme.id, () =>
    rbac.invitations.create(pool, { email: newEmail(), role: 'viewer', expiresInSeconds: 1 }),
  );
  expect(await codeOf(soon)).toBe('CONFIG_INVALID');
});

test('seats are never oversold: what counts members on their table decides', async () => {
  const small = await world.organization();
  // what plan limits do: a counter row, counted up by a trigger on the table of memberships
  await ask(
    'create table seats (organization_id uuid primary key, used int not null check (used <= 3))',
  );
  if (dialect === 'citus') await ask(`select create_distributed_table('seats', 'organization_id')`);
  await ask(`
    create function count_seat() returns trigger language plpgsql security definer
      set search_path = public as $$
    begin
      update seats set used = used + 1 where organization_id = new.organization_id;
      return null;
    exception when check_violation then
      raise exception '3 of 3 seats' using errcode = 'P0001';
    end $$`);
  await ask(
    'create trigger count_seat after insert on memberships for each row execute function count_seat()',
  );
  await ask('insert into seats values ($1, 1)', [small.id]);
  const emails = Array.from({ length: 10 }, newEmail);
  const sent = [];
  for (const email of emails) sent.push(await invite(email, 'member', small));
  const codes = await Promise.all(
    sent.map(async ({ token, email }) => codeOf(accept(token, await world.user(), email))),
  );
  expect(codes.filter((code) => typeof code === 'object')).toHaveLength(2);
  expect(codes.filter((code) => code === 'P0001')).toHaveLength(8);
  const open = await ask(
    'select from invitations where organization_id = $1 and accepted_at is null',
    [small.id],
  );
  expect(open).toHaveLength(8);
  await ask('drop trigger count_seat on memberships');
});

test('a mailer gets what it needs, and the token nowhere but in the link', async () => {
  const sent: Parameters<InvitationMailer['sendInvitation']>[0][] = [];
  const mailer: InvitationMailer = { sendInvitation: async (message) => void sent.push(message) };
  const invitation = await invite(newEmail());
  await sendInvitation(mailer, invitation, (token) => `https://acme.example/join#${token}`);
  expect(sent).toEqual([
    {
      to: invitation.email,
      url: `https://acme.example/join#${invitation.token}`,
      role: 'member',
      expiresAt: new Date(invitation.expiresAt),
      idempotencyKey: expect.stringContaining(invitation.id),
    },
  ]);
});

test('the system invites too, and names the organization', async () => {
  const email = newEmail();
  const { token } = await asSystem(() =>
    rbac.invitations.create(pool, { organizationId: acme.id, email, role: 'owner' }),
  );
  expect(await rbac.invitations.find(pool, token)).toMatchObject({ invitedBy: null });
  const nowhere = asSystem(() => rbac.invitations.create(pool, { email, role: 'owner' }));
  expect(await codeOf(nowhere)).toBe('TENANT_CONTEXT_MISSING');
  const elsewhere = world.as(acme.owner, acme.id, () =>
    rbac.invitations.list(pool, { organizationId: randomUUID() }),
  );
  expect(await codeOf(elsewhere)).toBe('TENANT_SWITCH_REFUSED');
});

test('pages hold every invitation once, in order, whatever is made meanwhile', async () => {
  const big = await world.organization();
  const made: string[] = [];
  for (let i = 0; i < 11; i++) made.push((await invite(newEmail(), 'viewer', big)).id);
  // times that only their last digit tells apart, and some that nothing does
  for (const [i, id] of made.entries()) {
    const at = `2026-01-01 00:00:00.${String(1 + Math.floor((i + 1) / 2)).padStart(6, '0')}Z`;
    await ask('update invitations set created_at = $1 where id = $2', [at, id]);
  }
  const page = (query: Parameters<typeof rbac.invitations.list>[1]) =>
    as(big.owner, big.id, () => rbac.invitations.list(pool, query));
  const seen: string[] = [];
  let after: string | null = null;
  do {
    const { items, next } = await page({ limit: 3, after });
    seen.push(...items.map(({ id }) => id));
    if (after === null) await invite(newEmail(), 'viewer', big);
    after = next;
  } while (after !== null);
  expect(seen).toHaveLength(12);
  expect(new Set(seen).size).toBe(12);
  expect(new Set(seen.slice(0, 11))).toEqual(new Set(made));
  for (const query of [
    { limit: 0 },
    { limit: 501 },
    { limit: 1.5 },
    { after: 'x' },
    { after: '' },
  ]) {
    expect(await codeOf(page(query))).toBe('VALUE_INVALID');
  }
  const named = asSystem(() => rbac.invitations.list(pool, { organizationId: big.id, limit: 1 }));
  expect((await named).items).toHaveLength(1);
});
