import { apiKeys } from '@tenantry/rbac/api-keys';
import { pgTable } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { codeOf, rbac, rbacWorld } from './support/world.ts';

const table = pgTable('api_keys', rbac.tables.apiKeys.columns(), (t) => [
  ...rbac.tables.apiKeys.rules(t, { read: 'roles:manage', write: 'roles:manage' }),
]);
const world = await rbacWorld({}, { apiKeys: table });
const { pool, ask, as, asSystem, organization, member } = world;
const keys = apiKeys(rbac, { prefix: 'acme' });

/** An organization with so many live, revoked and expired keys, made in turns. */
async function filled(each: number) {
  const org = await organization();
  await ask(
    `insert into api_keys (organization_id, name, hint, permissions, created_by, created_at, revoked_at, expires_at)
     select $1, kind || i, 'hint', '{}', $2, now() - i * interval '1 second' - interval '1 hour',
       case when kind = 'revoked' then now() end, case when kind = 'expired' then now() - interval '1 minute' end
     from generate_series(1, $3::int) i, unnest('{live,revoked,expired}'::text[]) kind`,
    [org.id, org.owner, each],
  );
  return org;
}

async function pages(fn: (after: string | null) => ReturnType<typeof keys.list>) {
  const all = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof keys.list>> = await fn(after);
    all.push(page.items);
    after = page.next;
  } while (after !== null);
  return all;
}

test('live keys come first, the newest of them first, page by page and each once', async () => {
  const org = await filled(70);
  const read = (limit?: number) =>
    as(org.owner, org.id, () =>
      pages((after) => keys.list(pool, { after, ...(limit !== undefined && { limit }) })),
    );
  for (const [limit, sizes] of [
    [undefined, [50, 50, 50, 50, 10]],
    [70, [70, 70, 70]],
    [500, [210]],
  ] as const) {
    const found = await read(limit);
    expect(found.map((page) => page.length)).toEqual(sizes);
    const names = found.flat().map(({ name }) => name);
    expect(names.slice(0, 70)).toEqual(Array.from({ length: 70 }, (_, i) => `live${i + 1}`));
    expect(new Set(names).size).toBe(210);
  }
  const { items } = await as(org.owner, org.id, () => keys.list(pool, { limit: 1 }));
  expect(Object.keys(items[0] ?? {}).sort()).toEqual(
    'createdAt createdBy expiresAt hint id lastUsedAt name permissions revokedAt rotatedAt'.split(
      ' ',
    ),
  );
});

test('a cursor shows no key of another tenant, and who may not read sees none', async () => {
  const [one, two] = [await filled(3), await filled(3)];
  const { next } = await as(one.owner, one.id, () => keys.list(pool, { limit: 2 }));
  const seen = await as(two.owner, two.id, () => keys.list(pool, { after: next }));
  for (const { createdBy } of seen.items) expect(createdBy).toBe(two.owner);
  const viewer = await member(one.id, 'viewer');
  expect(await as(viewer, one.id, () => keys.list(pool))).toEqual({ items: [], next: null });
  const all = await asSystem(() => pages((after) => keys.list(pool, { after, limit: 500 })));
  const makers = new Set(all.flat().map(({ createdBy }) => createdBy));
  expect(makers.has(one.owner) && makers.has(two.owner)).toBe(true);
});

test('limits out of range and cursors of others are refused', async () => {
  const org = await filled(1);
  const attempt = (query: object) => codeOf(as(org.owner, org.id, () => keys.list(pool, query)));
  for (const limit of [0, 501, 1.5, '5', Number.NaN]) {
    expect(await attempt({ limit })).toBe('VALUE_INVALID');
  }
  const forged = ['', '2|1|x', '1|1', '1|1|', '1|1|a\u0000b', '1|99999999999999|x', '1|1e9|x'];
  for (const text of forged) {
    expect(await attempt({ after: Buffer.from(text).toString('base64url') }), text).toBe(
      'VALUE_INVALID',
    );
  }
  expect(await attempt({ after: 5 })).toBe('VALUE_INVALID');
  // of the form, and of no key: nothing is raised
  const none = Buffer.from('1|1|x').toString('base64url');
  expect(await attempt({ after: none })).toMatchObject({ next: null });
});
