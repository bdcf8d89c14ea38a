import { describe, expect, test } from 'vitest';
import { keyedApp } from './support/keyed-app.ts';

const { pool, ask, as, organization, asSystem, keys, make, statusOf } = await keyedApp();

describe('rotation', () => {
  test('lets both secrets in for a while, and keeps the key', async () => {
    const org = await organization();
    const first = await make(org);
    const second = await as(org.owner, org.id, () => keys.rotate(pool, { id: first.id }));
    expect(second.id).toBe(first.id);
    expect([await statusOf(first.key), await statusOf(second.key)]).toEqual([200, 200]);
    const third = await as(org.owner, org.id, () =>
      keys.rotate(pool, { id: first.id, overlapSeconds: 60 }),
    );
    expect([
      await statusOf(first.key),
      await statusOf(second.key),
      await statusOf(third.key),
    ]).toEqual([401, 200, 200]);
    await ask(
      "update tenantry.api_key_hashes set ends_at = now() - interval '1 second' where key_id = $1 and ends_at is not null",
      [first.id],
    );
    expect([await statusOf(second.key), await statusOf(third.key)]).toEqual([401, 200]);
  });

  test('races: one of a rotation and a revocation goes first, and a revoked key has no secret left', async () => {
    const org = await organization();
    for (let i = 0; i < 10; i++) {
      const { id, key } = await make(org);
      const [rotated] = await Promise.all([
        as(org.owner, org.id, () => keys.rotate(pool, { id })).catch(() => undefined),
        as(org.owner, org.id, () => keys.revoke(pool, { id })),
        statusOf(key),
      ]);
      const secrets = [key, ...(rotated === undefined ? [] : [rotated.key])];
      expect(await Promise.all(secrets.map(statusOf))).toEqual(secrets.map(() => 401));
    }
  });

  test('against use: no request with a secret that holds is refused', async () => {
    const org = await organization();
    const { id, key } = await make(org);
    const [rotated, ...answers] = await Promise.all([
      as(org.owner, org.id, () => keys.rotate(pool, { id })),
      ...Array.from({ length: 20 }, () => statusOf(key)),
    ]);
    expect(new Set([...answers, await statusOf(rotated.key)])).toEqual(new Set([200]));
  });

  test('several at once leave one secret that lasts', async () => {
    const org = await organization();
    const { id } = await make(org);
    const all = await Promise.all(
      Array.from({ length: 8 }, () =>
        as(org.owner, org.id, () => keys.rotate(pool, { id, overlapSeconds: 0 })),
      ),
    );
    const states = await Promise.all(all.map(({ key }) => statusOf(key)));
    expect(states.filter((status) => status === 200)).toHaveLength(1);
  });
});

describe('the last use', () => {
  test('is written once a minute, and no request waits for it', async () => {
    const org = await organization();
    const { key, id } = await make(org);
    const used = async () =>
      (
        await ask<{ at: Date }>(
          'select used_at as at, xmin::text from tenantry.api_key_hashes where key_id = $1',
          [id],
        )
      )[0];
    await statusOf(key);
    const first = await used();
    expect(first?.at).not.toBeNull();
    const { items } = await as(org.owner, org.id, () => keys.list(pool));
    const [listed] = items;
    expect(listed?.lastUsedAt).toBe(first?.at.toISOString());
    await statusOf(key);
    expect(await used()).toEqual(first);
    await ask(
      "update tenantry.api_key_hashes set used_at = now() - interval '2 minutes' where key_id = $1",
      [id],
    );
    // somebody holds the row: requests go on
    await asSystem(() =>
      pool.transaction(async (tx) => {
        await tx.query(
          'select from tenantry.api_key_hashes where tenant_id = $1 and key_id = $2 for update',
          [org.id, id],
        );
        expect(await Promise.all(Array.from({ length: 20 }, () => statusOf(key)))).toEqual(
          Array(20).fill(200),
        );
      }),
    );
    await statusOf(key);
    expect((await used())?.at.getTime()).toBeGreaterThan(Date.now() - 60_000);
  });
});
