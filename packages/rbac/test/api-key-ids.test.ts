import { createTenantGate, fetchRequest } from '@tenantry/core/adapter';
import { apiKeys } from '@tenantry/rbac/api-keys';
import { withClient } from '@tenantry/testing/schema';
import { describe, expect, test } from 'vitest';
import { createPermissionCache } from '../src/cache/permission-cache.ts';
import { kindsWorld } from './support/kinds.ts';
import { codeOf } from './support/world.ts';

const uuid = '00000000-0000-4000-8000-00000000000a';
const cases = [
  { id: 'uuid', userId: 'integer', acme: uuid, other: uuid.replace('a', 'b') },
  { id: 'text', userId: 'bigint', acme: 'org_Acme-1', other: 'org_B' },
  { id: 'integer', userId: 'uuid', acme: 2147483647, other: 1 },
  { id: 'bigint', userId: 'text', acme: 9223372036854775807n, other: 1n },
  { id: 'integer', userId: 'integer', acme: 0, other: -43 },
  { id: 'bigint', userId: 'bigint', acme: 9007199254740993n, other: 9007199254740995n },
] as const;

describe.each(cases)('keys of tenants of kind $id, users of $userId', async (of) => {
  const { pool, rbac, tenancy, url, ada, teamId, enter, asSystem } = await kindsWorld(of);
  const keys = apiKeys(rbac, { prefix: 'acme' });
  const gates = (['now', 'with-first-statement'] as const).map((verify) =>
    createTenantGate(pool, (request: Request) => fetchRequest(request), {
      resolve: keys.resolver,
      verify,
      user: keys.user(pool),
    }),
  );
  const [gate, late] = gates as [(typeof gates)[0], (typeof gates)[0]];
  const bearer = (key: string) =>
    new Request('http://a', { headers: { authorization: `Bearer ${key}` } });
  const make = () =>
    enter(ada, () => keys.create(pool, { name: 'CI', permissions: ['projects:read'] }));
  const can = async () => {
    const { rows } = await pool.query(
      `select tenantry.can('projects:read') as reads, tenantry.can('projects:create') as creates`,
    );
    return rows[0];
  };

  test('a key does what it was given, here and in SQL, and nothing else', async () => {
    const { key, id } = await make();
    await enter(ada, () => pool.query(`insert into projects (name) values ('one')`));
    for (const each of [gate, late]) {
      await each(bearer(key), async () => {
        expect(await can()).toEqual({ reads: true, creates: false });
        expect((await pool.query('select name from projects')).rowCount).toBeGreaterThan(0);
        expect(rbac.snapshot()).toMatchObject({
          teamId: of.acme,
          user: id,
          permissions: ['projects:read'],
        });
        const { rows } = await pool.query('select tenantry.my_permissions() as mine');
        expect(rows[0].mine.permissions).toEqual(['projects:read']);
      });
    }
  });

  test('its maker rotates it, and revokes it; once', async () => {
    const { key, id } = await make();
    const rotated = await enter(ada, () => keys.rotate(pool, { id, overlapSeconds: 0 }));
    expect(rotated.id).toBe(id);
    expect(await codeOf(gate(bearer(key), () => 'in'))).toBe('API_KEY_INVALID');
    expect(await gate(bearer(rotated.key), () => 'in')).toBe('in');
    await enter(ada, () => keys.revoke(pool, { id }));
    expect(await codeOf(gate(bearer(rotated.key), () => 'in'))).toBe('API_KEY_INVALID');
    expect(await codeOf(enter(ada, () => keys.revoke(pool, { id })))).toBe('API_KEY_UNKNOWN');
    const { items } = await enter(ada, () => keys.list(pool));
    expect(items.find((each) => each.id === id)).toMatchObject({ createdBy: ada });
  });

  test('a cache knows the key as a user', async () => {
    const { id } = await make();
    const cache = createPermissionCache(rbac, pool);
    expect(await cache.can({ teamId, user: id }, 'projects:read')).toBe(true);
    expect(await cache.can({ teamId, user: id }, 'projects:create')).toBe(false);
    await cache.end();
  });

  test('an operator ends the key of one tenant, where another has the same id', async () => {
    const { id } = await make();
    const { 'keys revoke': command } = (await rbac.commands?.()) ?? {};
    const printed: unknown[] = [];
    const run = (options: { of?: string }) =>
      asSystem(() =>
        command?.run({
          pool,
          tenancy,
          options,
          positionals: { id },
          print: { result: (found: unknown) => printed.push(found) },
          refuse(found: string) {
            throw new Error(found);
          },
        }),
      );
    await asSystem(() =>
      pool.transaction(async (tx) => {
        await tx.query('insert into teams (id) values ($1)', [of.other]);
        await rbac.members.add(tx, { teamId: of.other as number, user: ada, role: 'owner' });
      }),
    );
    await withClient(url, (client) =>
      client.query(
        `insert into api_keys (team_id, id, name, hint, permissions, created_by)
         select $1, id, name, hint, permissions, created_by from api_keys where id = $2`,
        [of.other, id],
      ),
    );
    await expect(run({})).rejects.toThrow(`2 tenants have a key ${id}: add --of <tenant>.`);
    expect(await codeOf(run({ of: 'gar bage' }))).toBe('TENANT_ID_MALFORMED');
    expect(await run({ of: String(of.other) })).toBe(0);
    const { items } = await enter(ada, () => keys.list(pool));
    expect(items.find((each) => each.id === id)).toMatchObject({ revokedAt: null });
    expect([await run({}), await run({})]).toEqual([0, 1]);
    expect(printed).toEqual([{ revoked: 1 }, { revoked: 1 }, { revoked: 0 }]);
  });

  test('a text that is no id of a key is unknown', async () => {
    for (const id of ['', '0', '-0', '-', '--1', '-1.5', '-99999999999999999999', ' -1', 'x'])
      expect(await codeOf(enter(ada, () => keys.revoke(pool, { id }))), id).toBe('API_KEY_UNKNOWN');
  });

  test('a key is no member, and nobody becomes one with its id', async () => {
    const { id } = await make();
    const added = asSystem(() => rbac.members.add(pool, { teamId, user: id, role: 'viewer' }));
    expect(await codeOf(added)).toMatch(/^VALUE_INVALID$|^CHANGED_MEANWHILE$/);
    const assigned = enter(ada, () => rbac.members.assign(pool, { user: id, role: 'viewer' }));
    expect(await codeOf(assigned)).toBe('MEMBER_UNKNOWN');
  });
});
