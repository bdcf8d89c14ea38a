import { createHash } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, test } from 'vitest';
import { textOfKey } from '../src/api-keys/token.ts';
import { keyedApp } from './support/keyed-app.ts';
import { codeOf, rbac } from './support/world.ts';

const { pool, ask, as, organization, member, asSystem, keys, get, make, statusOf } =
  await keyedApp();

describe('a key', () => {
  test('names its tenant and acts in it, with its own permissions', async () => {
    const org = await organization();
    await ask('insert into projects (organization_id, name) values ($1, $2)', [org.id, 'One']);
    const { key, id, ...made } = await make(org);
    expect(made).toMatchObject({
      name: 'CI',
      permissions: ['projects:read'],
      createdBy: org.owner,
      lastUsedAt: null,
    });
    const response = await get('/who', key);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      can: true,
      snapshot: { permissions: ['projects:read'], user: id, organizationId: org.id },
    });
    expect(await (await get('/rows', key)).json()).toEqual(['One']);
    expect((await get('/guarded', key)).status).toBe(403);
    // what the database decides is the same
    const inSql = as(id, org.id, () => pool.query("insert into projects (name) values ('x')"));
    expect(await codeOf(inSql)).toBe('42501');
  });

  test('is checked in the round trip of the entry', async () => {
    const org = await organization();
    const { key } = await make(org);
    const sent: string[][] = [];
    const note = (flush: unknown) => {
      const { statements } = flush as { statements: { text: string }[] };
      sent.push(statements.map(({ text }) => text));
    };
    subscribe('tenantry:flush:start', note);
    expect(await (await get('/rows', key)).json()).toEqual([]);
    unsubscribe('tenantry:flush:start', note);
    expect(sent).toEqual([
      [expect.stringContaining('rbac_check_api_key')],
      ['select name from projects'],
    ]);
  });

  test('has a prefix, a checksum, and leaves only a hash behind', async () => {
    const org = await organization();
    const { key, hint } = await make(org);
    expect(key).toMatch(/^acme_[0-9A-Za-z]{55}_[0-9A-Za-z]{28}$/);
    expect(key.slice(5, 9)).toBe(hint);
    const hash = createHash('sha256')
      .update(key.slice(0, key.lastIndexOf('_')))
      .digest('hex');
    const kept = await ask('select * from tenantry.api_key_hashes where tenant_id = $1', [org.id]);
    expect(kept).toMatchObject([{ hash }]);
    const secret = key.slice(5, 38);
    for (const name of ['api_keys', 'tenantry.api_key_hashes', 'tenantry.member_permissions']) {
      const rows = await ask(
        `select * from ${name} where ${name === 'api_keys' ? 'organization_id' : 'tenant_id'} = $1`,
        [org.id],
      );
      expect(JSON.stringify(rows)).not.toContain(secret);
    }
    const { items: listed } = await as(org.owner, org.id, () => keys.list(pool));
    expect(JSON.stringify(listed)).not.toContain(secret);
    expect(listed).toMatchObject([{ hint, revokedAt: null }]);
  });

  test('and a session beside it: the same tenant or none', async () => {
    const [one, two] = [await organization(), await organization()];
    const { key } = await make(one);
    expect(
      (await get('/who', undefined, { 'x-user': one.owner, 'x-organization': one.id })).status,
    ).toBe(200);
    expect((await get('/who', key, { 'x-organization': one.id })).status).toBe(200);
    expect((await get('/who', key, { 'x-organization': two.id })).status).toBe(400);
    expect((await get('/who', undefined, { 'x-organization': one.id })).status).toBe(401);
    // another token is left to who reads it
    const session = { 'x-user': one.owner, 'x-organization': one.id };
    expect((await get('/who', 'eyJhbGciOiJub25lIn0.e30.', session)).status).toBe(200);
    // a key that is not valid never falls back to the session
    expect((await get('/who', `${key}0`, session)).status).toBe(401);
  });
});

describe('one answer for every key that lets nobody in', () => {
  test('unknown, mistyped, revoked, expired, rotated away, of a tenant that is gone', async () => {
    const org = await organization();
    const good = await make(org);
    const revoked = await make(org);
    await as(org.owner, org.id, () => keys.revoke(pool, { id: revoked.id }));
    const expired = await make(org, ['projects:read'], {
      expiresAt: new Date(Date.now() + 60_000),
    });
    await ask("update api_keys set expires_at = now() - interval '1 second' where id = $1", [
      expired.id,
    ]);
    const rotated = await make(org);
    await as(org.owner, org.id, () => keys.rotate(pool, { id: rotated.id, overlapSeconds: 0 }));
    const other = await organization();
    const gone = await make(other);
    await ask('delete from organizations where id = $1', [other.id]);
    const [{ n }] = (await ask<{ n: number }>(
      'select count(*)::int as n from tenantry.api_key_hashes where tenant_id = $1',
      [other.id],
    )) as [{ n: number }];
    expect(n).toBe(0);
    const bad = [
      revoked.key,
      expired.key,
      rotated.key,
      gone.key,
      `${good.key.slice(0, -1)}${good.key.endsWith('0') ? '1' : '0'}`,
      good.key.replace('acme_', 'acme_0'),
      'acme_',
      `acme_${'x'.repeat(600)}`,
      `${good.key}, Bearer other`,
    ];
    const answers = new Set<string>();
    for (const key of bad) {
      const response = await get('/who', key);
      answers.add(`${response.status} ${await response.text()}`);
    }
    expect([...answers]).toHaveLength(1);
    expect([...answers][0]).toMatch(/^401 .*API_KEY_INVALID/);
    expect(await statusOf(good.key)).toBe(200);
  });

  test('a secret with an id of somebody else, and the id of a key with no secret', async () => {
    const org = await organization();
    const [good, other] = [await make(org), await make(org)];
    const secretOf = ({ key }: { key: string }) => key.slice(0, key.lastIndexOf('_'));
    const unknown = secretOf(good).replace(/^acme_.{4}/, 'acme_0000');
    const answers = new Set<string>();
    for (const [secret, id] of [
      [secretOf(good), org.owner],
      [secretOf(good), other.id],
      [secretOf(good), good.id.toUpperCase()],
      [secretOf(good), 'no id'],
      [secretOf(good), "'"],
      [unknown, org.owner],
      [unknown, good.id],
    ] as const) {
      const response = await get('/who', textOfKey(secret, id));
      answers.add(`${response.status} ${await response.text()}`);
    }
    expect([...answers]).toHaveLength(1);
    expect([...answers][0]).toMatch(/^401 .*API_KEY_INVALID/);
    expect(await statusOf(textOfKey(secretOf(good), good.id))).toBe(200);
  });

  test('the key of one tenant is none in another', async () => {
    const [one, two] = [await organization(), await organization()];
    const { id } = await make(one);
    expect(await codeOf(as(id, two.id, async () => 'in'))).toBe('TENANT_NOT_FOUND');
    expect(await codeOf(as(two.owner, two.id, () => keys.revoke(pool, { id })))).toBe(
      'API_KEY_UNKNOWN',
    );
  });
});

describe('never more than its maker', () => {
  test('has at the making', async () => {
    const org = await organization();
    const admin = await member(org.id, 'admin');
    const attempt = (permissions: never[]) =>
      codeOf(as(admin, org.id, () => keys.create(pool, { name: 'CI', permissions })));
    expect(await attempt(['billing:manage'] as never)).toBe('GRANT_ABOVE_OWN');
    expect(await attempt(['nothing:there'] as never)).toBe('PERMISSION_UNKNOWN');
    const viewer = await member(org.id, 'viewer');
    const asViewer = as(viewer, org.id, () =>
      keys.create(pool, { name: 'CI', permissions: ['projects:read'] }),
    );
    expect(await codeOf(asViewer)).toBe('PERMISSION_DENIED');
  });

  test('has at the use, and gets back what the maker gets back', async () => {
    const org = await organization();
    const admin = await member(org.id, 'admin');
    const { key } = await as(admin, org.id, () =>
      keys.create(pool, { name: 'CI', permissions: ['projects:read', 'projects:create'] }),
    );
    const permissions = async () =>
      ((await (await get('/who', key)).json()) as { snapshot: { permissions: string[] } }).snapshot
        .permissions;
    expect(await permissions()).toEqual(['projects:create', 'projects:read']);
    const role = (change: 'assign' | 'unassign', name: string) =>
      asSystem(() =>
        rbac.members[change](pool, { organizationId: org.id, user: admin, role: name }),
      );
    await role('assign', 'viewer');
    await role('unassign', 'admin');
    expect(await permissions()).toEqual(['projects:read']);
    expect((await get('/guarded', key)).status).toBe(403);
    await role('assign', 'admin');
    expect(await permissions()).toEqual(['projects:create', 'projects:read']);
    await asSystem(() => rbac.members.remove(pool, { organizationId: org.id, user: admin }));
    expect(await statusOf(key)).toBe(401);
  });

  test('a key makes no keys, and nobody makes one for another', async () => {
    const org = await organization();
    const { id } = await make(org, ['roles:manage']);
    const other = await member(org.id, 'admin');
    const created = () => keys.create(pool, { name: 'CI', permissions: [] });
    expect(await codeOf(as(id, org.id, created))).toBe('PERMISSION_DENIED');
    expect(await codeOf(as(org.owner, org.id, created, other))).toBe('PERMISSION_DENIED');
  });

  test('no SQL of a tenant writes a key, reads a hash, or calls what belongs to others', async () => {
    const org = await organization();
    const { id } = await make(org);
    for (const statement of [
      `insert into api_keys (name, hint, permissions, created_by) values ('x', 'x', '{}', '${org.owner}')`,
      "update api_keys set permissions = '{billing:manage}'",
      'update api_keys set created_by = id',
      'delete from api_keys',
      'select * from tenantry.api_key_hashes',
      `select tenantry.rbac_api_key_changed()`,
      `select tenantry.rbac_end_api_key('${id}', null)`,
    ]) {
      expect(await codeOf(as(org.owner, org.id, () => pool.query(statement))), statement).toBe(
        '42501',
      );
    }
  });
});

describe('a change of roles and definitions', () => {
  test('leaves keys in', async () => {
    const org = await organization();
    const { key, id } = await make(org);
    await ask('select tenantry.rbac_changed($1, null)', [org.id]);
    await ask('select tenantry.rbac_changed($1, $2)', [org.id, [id]]);
    await asSystem(() => rbac.sync(pool));
    expect(await statusOf(key)).toBe(200);
  });
});
