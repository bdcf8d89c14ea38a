import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { codeOf, rbac } from '../support/world.ts';
import { type Cases, type Stage, tenantChanged, unchanged } from './stage.ts';

const above = 'GRANT_ABOVE_OWN';
const denied = 'PERMISSION_DENIED';
const one = { rowCount: 1 };
const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');
const hour = () => new Date(Date.now() + 3_600_000).toISOString();

/** Sets columns of one invitation in raw SQL. */
const setter =
  (sql: Stage['adminSql'], id: string) =>
  (set: string, ...values: unknown[]) =>
    sql(`update invitations set ${set} where id = $1`, [id, ...values]);

/** Invitations: each column of the row is part of what it gives. */
export const invitationCases = (stage: () => Promise<Stage>): Cases => ({
  'insert into invitations': async () => {
    const { adminSql, admin, owner, roleId, ask } = await stage();
    const insert = async (role: string, more = '', value: unknown = null) =>
      adminSql(
        `insert into invitations (email, role_id, token_hash, expires_at${more})
         values ($1, $2, 'x', now() + interval '1 day'${more && ', $3'})`,
        [`${randomUUID()}@example.com`, await roleId(role), ...(more ? [value] : [])],
      );
    expect(await insert('owner')).toBe(above);
    expect(await insert('viewer', ', invited_by', owner)).toBe(denied);
    expect(await insert('viewer', ', accepted_at', new Date())).toBe(denied);
    expect(await insert('viewer', ', accepted_by', owner)).toBe(denied);
    expect(await insert('viewer', ', revoked_at', new Date())).toBe(denied);
    expect(await insert('viewer', ', created_at', hour())).toMatchObject(one);
    const [row] = await ask(
      `select invited_by, created_at <= clock_timestamp() as past from invitations where token_hash = 'x'`,
    );
    expect(row).toEqual({ invited_by: admin, past: true });
  },
  'update invitations set email': async () => {
    const { adminSql, ownerSql, invite } = await stage();
    const { id } = await invite('owner');
    expect(await setter(adminSql, id)(`email = 'mine@example.com'`)).toBe(above);
    expect(await setter(ownerSql, id)(`email = 'other@example.com'`)).toMatchObject(one);
  },
  'update invitations set token_hash': async () => {
    const { adminSql, invite, world, accept, held, admin } = await stage();
    const { id } = await invite('owner');
    const token = randomBytes(32).toString('base64url');
    // everything at once, after it was revoked, and in one statement with an upsert
    const all = `email = 'mine@example.com', token_hash = $2, accepted_at = null, revoked_at = null, expires_at = 'infinity'`;
    expect(await setter(adminSql, id)('token_hash = $2', hashOf(token))).toBe(above);
    expect(await setter(adminSql, id)(all, hashOf(token))).toBe(above);
    const upsert = `insert into invitations (id, email, role_id, token_hash, expires_at)
      select id, email, role_id, token_hash, expires_at from invitations where id = '${id}'
      on conflict (organization_id, id) do update set ${all.replace('$2', `'${hashOf(token)}'`)}`;
    expect(await adminSql(upsert)).toBe(above);
    const user = await world.user();
    expect(await accept(token, 'mine@example.com', user)).toBe('INVITATION_UNKNOWN');
    expect([await held(user), (await held(admin))?.includes('billing:manage')]).toEqual([
      null,
      false,
    ]);
  },
  'update invitations set own_role_id, built_in_role_id': async () => {
    const { ownerSql, roleId } = await stage();
    for (const column of ['own_role_id', 'built_in_role_id']) {
      const set = `update invitations set ${column} = $1`;
      expect(await ownerSql(set, [await roleId('owner')])).toBe('428C9');
    }
  },
  'update invitations set role_id': async () => {
    const { adminSql, invite, roleId } = await stage();
    const mine = await invite('viewer');
    const theirs = await invite('owner');
    expect(await setter(adminSql, mine.id)('role_id = $2', await roleId('owner'))).toBe(above);
    expect(await setter(adminSql, theirs.id)('role_id = $2', await roleId('viewer'))).toBe(above);
    expect(await setter(adminSql, mine.id)('role_id = $2', await roleId('member'))).toMatchObject(
      one,
    );
  },
  'update invitations set expires_at': async () => {
    const { adminSql, ask, invite, accept, world } = await stage();
    const { id, token, email } = await invite('owner');
    expect(await setter(adminSql, id)('expires_at = $2', hour())).toBe(above);
    expect(await setter(adminSql, id)('expires_at = now()')).toBe(above);
    await ask(`update invitations set expires_at = now() where id = $1`, [id]);
    expect(await setter(adminSql, id)('expires_at = $2', hour())).toBe(above);
    expect(await accept(token, email, await world.user())).toBe('INVITATION_EXPIRED');
  },
  'update invitations set accepted_at, accepted_by': async () => {
    const { adminSql, ownerSql, invite, accept, world, viewer } = await stage();
    const used = await invite('viewer');
    await accept(used.token, used.email, await world.user());
    for (const sql of [adminSql, ownerSql]) {
      expect(await setter(sql, used.id)('accepted_at = null, accepted_by = null')).toBe(denied);
      expect(await setter(sql, used.id)('expires_at = $2', hour())).toBe(denied);
    }
    const { id } = await invite('viewer');
    expect(await setter(ownerSql, id)('accepted_at = now()')).toBe(denied);
    expect(await setter(ownerSql, id)('accepted_by = $2', viewer)).toBe(denied);
    expect(await accept(used.token, used.email, await world.user())).toBe('INVITATION_USED');
  },
  'update invitations set revoked_at': async () => {
    const { adminSql, ownerSql, ask, invite, accept, world } = await stage();
    const { id, token, email } = await invite('owner');
    expect(await setter(adminSql, id)('revoked_at = now()')).toBe(above);
    expect(await setter(ownerSql, id)('revoked_at = now()')).toMatchObject(one);
    for (const sql of [adminSql, ownerSql]) {
      expect(await setter(sql, id)('revoked_at = null')).toBe(denied);
    }
    expect(await accept(token, email, await world.user())).toBe('INVITATION_REVOKED');
    const late = await invite('owner');
    await ask('update invitations set expires_at = now() where id = $1', [late.id]);
    // one that has expired gives nothing: to close it makes room
    expect(await setter(adminSql, late.id)('revoked_at = now()')).toMatchObject(one);
  },
  'update invitations set invited_by': async () => {
    const { adminSql, admin, ask, invite, owner } = await stage();
    const { id } = await invite('viewer');
    expect(await setter(adminSql, id)('invited_by = $2', owner)).toMatchObject({ rowCount: 1 });
    expect(await setter(adminSql, id)('invited_by = null')).toMatchObject(one);
    expect(await ask('select invited_by from invitations where id = $1', [id])).toEqual([
      { invited_by: admin },
    ]);
  },
  'update invitations set created_at': async () => {
    const { ownerSql, invite } = await stage();
    const { id } = await invite('viewer');
    expect(await setter(ownerSql, id)('created_at = $2', hour())).toBe(denied);
  },
  'update invitations set id, organization_id': async () => {
    const { ownerSql, invite, world } = await stage();
    const { id } = await invite('viewer');
    const { id: foreign } = await world.organization();
    expect(await setter(ownerSql, id)('id = $2', randomUUID())).toBe('42501');
    expect(await setter(ownerSql, id)('organization_id = $2', foreign)).toBe(tenantChanged);
    const same = unchanged('id', 'organization_id');
    expect(await setter(ownerSql, id)(same)).toMatchObject(one);
  },
  'delete from invitations': async () => {
    const { adminSql, invite } = await stage();
    const theirs = await invite('owner');
    const mine = await invite('viewer');
    const remove = 'delete from invitations where id = $1';
    expect(await adminSql(remove, [theirs.id])).toBe(above);
    expect(await adminSql(remove, [mine.id])).toMatchObject(one);
  },
  'rbac.invitations.create': async () => {
    const { asAdmin, world, ask, invite } = await stage();
    const create = (role: string, email = `${randomUUID()}@example.com`) =>
      asAdmin(() => rbac.invitations.create(world.pool, { email, role }));
    expect(await create('owner')).toBe(above);
    const late = await invite('owner');
    await ask('update invitations set expires_at = now() where id = $1', [late.id]);
    expect(await create('viewer', late.email)).toMatchObject({ role: 'viewer' });
  },
  'rbac.invitations.resend': async () => {
    const { asAdmin, admin, world, invite } = await stage();
    const resend = (id: string) => asAdmin(() => rbac.invitations.resend(world.pool, { id }));
    expect(await resend((await invite('owner')).id)).toBe(above);
    expect(await resend((await invite('viewer')).id)).toMatchObject({ invitedBy: admin });
  },
  'rbac.invitations.revoke': async () => {
    const { asAdmin, world, invite } = await stage();
    const revoke = (id: string) => asAdmin(() => rbac.invitations.revoke(world.pool, { id }));
    expect(await revoke((await invite('owner')).id)).toBe(above);
    expect(await revoke((await invite('viewer')).id)).toBeUndefined();
  },
  'rbac.invitations.list': async () => {
    const { by, viewer, owner, world, invite } = await stage();
    await invite('owner');
    const list = (user: string) => by(user)(() => rbac.invitations.list(world.pool));
    expect(await list(viewer)).toEqual({ items: [], next: null });
    expect(JSON.stringify(await list(owner))).not.toMatch(/[0-9a-f]{64}/);
  },
  'rbac.invitations.accept, as a member who was removed': async () => {
    const { asOwner, invite, accept, world, id, admin, held, ask } = await stage();
    const { pool } = world;
    const user = await world.member(id, 'viewer');
    const [row] = await ask<{ email: string }>('select email from users where id = $1', [user]);
    // to the address of the user, to another one, by an admin, and by the user before the removal
    const other = await invite('viewer');
    const byAdmin = await invite('member', admin);
    await ask('delete from users where email = $1', ['first@example.com']);
    const own = await world.member(id, 'admin');
    const bySelf = await invite('viewer', own);
    await asOwner(() => rbac.members.remove(pool, { user }));
    await asOwner(() => rbac.members.remove(pool, { user: own }));
    for (const { token, email } of [other, byAdmin]) {
      expect(await accept(token, email, user)).toBe('INVITATION_REVOKED');
    }
    expect(await accept(bySelf.token, bySelf.email, own)).toBe('INVITATION_REVOKED');
    expect(await accept(bySelf.token, bySelf.email, await world.user())).toBe('INVITATION_REVOKED');
    expect(await held(user)).toBeNull();
    // invited again is invited; and the earlier ones are still good for others
    const again = await invite('viewer', admin, row?.email);
    expect(await accept(again.token, again.email, user)).toMatchObject({ organizationId: id });
    expect(await accept(other.token, other.email, await world.user())).toMatchObject({
      organizationId: id,
    });
  },
  'rbac.invitations.accept, to the address of a member who was removed': async () => {
    const { asOwner, asSystem, invite, accept, world, id, ask } = await stage();
    const user = await world.user();
    const [row] = await ask<{ email: string }>('select email from users where id = $1', [user]);
    const before = await invite('admin', undefined, row?.email);
    await asSystem(() =>
      rbac.members.add(world.pool, { organizationId: id, user, role: 'viewer' }),
    );
    await asOwner(() => rbac.members.remove(world.pool, { user }));
    expect(await accept(before.token, before.email, user)).toBe('INVITATION_REVOKED');
    const left = await asOwner(() => rbac.invitations.list(world.pool));
    expect(left).toEqual({ items: [], next: null });
  },
  'rbac.invitations.accept, from a sender who lost the role': async () => {
    const { admin, asOwner, invite, accept, world, id, save } = await stage();
    const { pool } = world;
    const removed = await world.member(id, 'admin');
    const fromRemoved = await invite('viewer', removed);
    const fromDemoted = await invite('admin', admin);
    const grown = await save('grown', ['projects:read']).then(() => invite('grown', admin));
    await asOwner(() => rbac.members.remove(pool, { user: removed }));
    await save('grown', ['billing:manage']);
    expect(await accept(grown.token, grown.email, await world.user())).toBe('INVITATION_REVOKED');
    await asOwner(() => rbac.members.unassign(pool, { user: admin, role: 'admin' }));
    for (const { token, email } of [fromRemoved, fromDemoted]) {
      expect(await accept(token, email, await world.user())).toBe('INVITATION_REVOKED');
    }
    // sent again by somebody who may give it, it is good
    const again = await asOwner(() => rbac.invitations.resend(pool, { id: fromDemoted.id }));
    const { token } = again as { token: string };
    expect(await accept(token, fromDemoted.email, await world.user())).toMatchObject({
      organizationId: id,
    });
  },
  'rbac.invitations.find': async () => {
    const { invite, ownerSql, world } = await stage();
    const { token, email } = await invite('viewer');
    expect(await rbac.invitations.find(world.pool, token)).toMatchObject({ email });
    const hash = hashOf(token);
    for (const call of [
      `tenantry.rbac_find_invitation('${hash}')`,
      `tenantry.rbac_accept_invitation('${hash}', '${email}', '${randomUUID()}')`,
    ]) {
      expect(await ownerSql(`select ${call}`)).toBe('42501');
    }
    expect(await codeOf(rbac.invitations.find(world.pool, 'x'))).toBeNull();
  },
});
