import { describe, expect, test } from 'vitest';
import { limits } from './fixtures/limits.ts';
import { failure, limitsDatabase } from './support/database.ts';

const database = await limitsDatabase();
const { pool } = database;
const used = async (feature: 'apiCalls' | 'credits' = 'apiCalls') =>
  (await limits.explain(pool, feature)).used;

test('consume answers with what is left, and refuses with 429 and its headers', async () => {
  const acme = await database.organization();
  await database.in(acme, async () => {
    expect(await limits.consume(pool, 'apiCalls')).toMatchObject({
      feature: 'apiCalls',
      used: 1,
      limit: 100,
      remaining: 99,
      plan: 'free',
      replayed: false,
    });
    await limits.consume(pool, 'apiCalls', 98);
    const error = await failure(limits.consume(pool, 'apiCalls', 2));
    expect(error).toMatchObject({
      code: 'LIMIT_REACHED',
      status: 429,
      details: { feature: 'apiCalls', used: 99, limit: 100, requested: 2, plan: 'free' },
      headers: {
        ratelimit: expect.stringMatching(/^"apiCalls";r=1;t=\d+$/),
        'ratelimit-policy': expect.stringMatching(/^"apiCalls";q=100;w=\d+$/),
        'retry-after': expect.stringMatching(/^\d+$/),
      },
    });
    expect(error.details.resetsAt).toMatch(/^\d{4}-\d\d-01T00:00:00\.000Z$/);
    expect(await limits.consume(pool, 'apiCalls')).toMatchObject({ used: 100, remaining: 0 });
    // more than the whole limit never fits, so there is no use in trying later
    expect(await failure(limits.consume(pool, 'apiCalls', 101))).not.toHaveProperty(
      'headers.retry-after',
    );
  });
});

test('a lifetime counter is a 403, and a plan without the counter says so', async () => {
  const acme = await database.organization();
  await database.in(acme, async () => {
    await limits.consume(pool, 'credits', 50);
    expect(await failure(limits.consume(pool, 'credits'))).toMatchObject({
      status: 403,
      headers: {},
      details: { resetsAt: null },
    });
    expect(await failure(limits.consume(pool, 'exports'))).toMatchObject({
      code: 'FEATURE_NOT_IN_PLAN',
      status: 403,
    });
  });
});

describe('idempotency', () => {
  test('the same key gives the first answer and counts once', async () => {
    const acme = await database.organization();
    await database.in(acme, async () => {
      const first = await limits.consume(pool, 'apiCalls', 7, { key: 'a' });
      await limits.consume(pool, 'apiCalls', 1);
      expect(await limits.consume(pool, 'apiCalls', 7, { key: 'a' })).toEqual({
        ...first,
        state: 'used',
        replayed: true,
      });
      expect(await used()).toBe(8);
      await limits.consume(pool, 'credits', 7, { key: 'a' }); // keys belong to a feature
      expect(await failure(limits.consume(pool, 'apiCalls', 8, { key: 'a' }))).toMatchObject({
        code: 'USAGE_KEY_REUSED',
        status: 409,
      });
    });
  });

  test('a refused key can be tried again when there is room', async () => {
    const acme = await database.organization();
    await database.in(acme, async () => {
      await limits.consume(pool, 'apiCalls', 100, { key: 'all' });
      await expect(limits.consume(pool, 'apiCalls', 1, { key: 'b' })).rejects.toMatchObject({
        code: 'LIMIT_REACHED',
      });
      expect(await limits.consume(pool, 'apiCalls', 100, { key: 'all' })).toMatchObject({
        replayed: true,
      });
      await limits.refund(pool, 'apiCalls', { key: 'all' });
      expect(await limits.consume(pool, 'apiCalls', 1, { key: 'b' })).toMatchObject({
        used: 1,
        replayed: false,
      });
    });
  });

  test('keys of two tenants are two keys', async () => {
    for (const _ of [1, 2]) {
      const organization = await database.organization();
      await database.in(organization, async () => {
        expect(await limits.consume(pool, 'apiCalls', 1, { key: 'same' })).toMatchObject({
          used: 1,
          replayed: false,
        });
      });
    }
  });
});

test('a refund gives back once', async () => {
  const acme = await database.organization();
  await database.in(acme, async () => {
    await limits.consume(pool, 'apiCalls', 60, { key: 'a' });
    expect(await limits.refund(pool, 'apiCalls', { key: 'a' })).toEqual({
      state: 'refunded',
      amount: 60,
      replayed: false,
    });
    expect(await limits.refund(pool, 'apiCalls', { key: 'a' })).toMatchObject({ replayed: true });
    expect(await used()).toBe(0);
    await expect(limits.refund(pool, 'apiCalls', { key: 'none' })).rejects.toMatchObject({
      code: 'USAGE_NOT_FOUND',
    });
  });
});

describe('a reservation', () => {
  test('counts at once, and is confirmed in full or in part', async () => {
    const acme = await database.organization();
    await database.in(acme, async () => {
      await limits.reserve(pool, 'apiCalls', 80, { key: 'job', expiresInSeconds: 60 });
      await expect(limits.consume(pool, 'apiCalls', 30)).rejects.toMatchObject({
        code: 'LIMIT_REACHED',
      });
      expect(await limits.confirm(pool, 'apiCalls', { key: 'job', amount: 50 })).toMatchObject({
        state: 'used',
        amount: 50,
      });
      expect(await limits.confirm(pool, 'apiCalls', { key: 'job', amount: 50 })).toMatchObject({
        replayed: true,
      });
      expect(await used()).toBe(50);
      expect(
        await limits.reserve(pool, 'apiCalls', 80, { key: 'job', expiresInSeconds: 60 }),
      ).toMatchObject({ replayed: true, state: 'used' });
      await expect(limits.release(pool, 'apiCalls', { key: 'job' })).rejects.toMatchObject({
        code: 'USAGE_STATE_INVALID',
      });
      expect(await limits.refund(pool, 'apiCalls', { key: 'job' })).toMatchObject({ amount: 50 });
      expect(await used()).toBe(0);
    });
  });

  test('goes back when it is released, once', async () => {
    const acme = await database.organization();
    await database.in(acme, async () => {
      await limits.reserve(pool, 'apiCalls', 80, { key: 'job', expiresInSeconds: 60 });
      for (const replayed of [false, true]) {
        expect(await limits.release(pool, 'apiCalls', { key: 'job' })).toMatchObject({
          state: 'released',
          replayed,
        });
      }
      expect(await used()).toBe(0);
      await expect(limits.confirm(pool, 'apiCalls', { key: 'job' })).rejects.toMatchObject({
        code: 'USAGE_STATE_INVALID',
      });
    });
  });

  test('expires by itself: free for display at once, and for use when somebody needs it', async () => {
    const acme = await database.organization();
    const late = () =>
      database.ask(
        "update usage_events set expires_at = now() - interval '1 s' where organization_id = $1 and state = 'reserved'",
        [acme],
      );
    await database.in(acme, async () => {
      for (const key of ['a', 'b']) {
        await limits.reserve(pool, 'apiCalls', 50, { key, expiresInSeconds: 60 });
      }
      await late();
      expect(await used()).toBe(0);
      // nobody has cleared it yet, so it still can be confirmed
      await limits.confirm(pool, 'apiCalls', { key: 'a' });
      expect(await limits.consume(pool, 'apiCalls', 50)).toMatchObject({ used: 100 });
      await expect(limits.confirm(pool, 'apiCalls', { key: 'b' })).rejects.toMatchObject({
        code: 'USAGE_STATE_INVALID',
        details: { state: 'expired' },
      });
      expect(await limits.release(pool, 'apiCalls', { key: 'b' })).toMatchObject({
        state: 'expired',
        replayed: true,
      });
      expect(await used()).toBe(100);
    });
  });

  test('upkeep clears what has expired and forgets old keys', async () => {
    const acme = await database.organization();
    await database.in(acme, async () => {
      await limits.reserve(pool, 'apiCalls', 50, { key: 'a', expiresInSeconds: 60 });
      await limits.consume(pool, 'apiCalls', 1, { key: 'old' });
    });
    await database.ask(
      "update usage_events set expires_at = now() - interval '1 s' where organization_id = $1 and key = 'a'",
      [acme],
    );
    await database.ask(
      "update usage_events set created_at = now() - interval '100 days' where organization_id = $1 and key = 'old'",
      [acme],
    );
    expect(await database.system(() => limits.upkeep(pool))).toMatchObject({
      tables: { reservations: { removed: 1 }, usageEvents: { removed: 1 } },
    });
    await database.in(acme, async () => {
      expect(await used()).toBe(1);
    });
  });
});

describe('bad input', () => {
  test.each([
    0,
    -1,
    0.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 53,
    '1' as never,
    null as never,
  ])('an amount of %s never travels', async (amount) => {
    const acme = await database.organization();
    await database.in(acme, async () => {
      await expect(limits.consume(pool, 'apiCalls', amount)).rejects.toMatchObject({
        code: 'USAGE_INVALID',
        status: 400,
      });
    });
  });

  test('nor do keys that are empty, too long or not text, and durations out of range', async () => {
    const acme = await database.organization();
    await database.in(acme, async () => {
      for (const key of ['', 'x'.repeat(201), 'a\0b', '\ud800', 5 as never]) {
        await expect(limits.consume(pool, 'apiCalls', 1, { key })).rejects.toMatchObject({
          code: 'USAGE_INVALID',
        });
      }
      for (const expiresInSeconds of [0, -5, 1.5, 2_592_001]) {
        await expect(
          limits.reserve(pool, 'apiCalls', 1, { key: 'a', expiresInSeconds }),
        ).rejects.toMatchObject({ code: 'USAGE_INVALID' });
      }
    });
  });

  test('raw SQL gets the same errors', async () => {
    const acme = await database.organization();
    await database.in(acme, async () => {
      for (const amount of ['0', '-1', 'null', '9007199254740992']) {
        await expect(
          pool.query(`select tenantry.usage_take('apiCalls', ${amount}, null, null)`),
        ).rejects.toMatchObject({ code: 'USAGE_INVALID' });
      }
      for (const feature of ['nothing', 'projects', 'sso']) {
        await expect(
          pool.query('select tenantry.usage_take($1, 1, null, null)', [feature]),
        ).rejects.toMatchObject({ code: 'FEATURE_UNKNOWN' });
      }
    });
  });

  test('an unknown feature, and one of another kind', async () => {
    const acme = await database.organization();
    await database.in(acme, async () => {
      for (const feature of ['nothing', 'projects', 'sso', 'toString']) {
        await expect(limits.consume(pool, feature as never)).rejects.toMatchObject({
          code: 'FEATURE_UNKNOWN',
        });
      }
      await expect(limits.check(pool, 'nothing' as never)).rejects.toMatchObject({
        code: 'FEATURE_UNKNOWN',
      });
    });
  });

  test('an unlimited counter does not run over', async () => {
    const acme = await database.organization('enterprise');
    await database.in(acme, async () => {
      await limits.consume(pool, 'apiCalls', 2 ** 53 - 1);
      await expect(limits.consume(pool, 'apiCalls', 1)).rejects.toMatchObject({
        code: 'USAGE_INVALID',
      });
    });
  });
});

test('consume rolls back with its transaction', async () => {
  const acme = await database.organization();
  await database.in(acme, async () => {
    const client = await pool.connect();
    await client.query('begin');
    await limits.consume(client, 'apiCalls', 5, { key: 'a' });
    await client.query('rollback');
    client.release();
    expect(await used()).toBe(0);
    expect(await limits.consume(pool, 'apiCalls', 5, { key: 'a' })).toMatchObject({
      replayed: false,
    });
  });
});

test('the system role consumes for a tenant that it names', async () => {
  const acme = await database.organization();
  await database.system(() =>
    limits.consume(pool, 'apiCalls', 3, { organizationId: acme, key: 'a' }),
  );
  await database.in(acme, async () => {
    expect(await used()).toBe(3);
    // Here the option repeats what the scope says; the function that takes any tenant is not the app's.
    await limits.consume(pool, 'apiCalls', 2, { organizationId: acme });
    expect(await used()).toBe(5);
    await expect(
      pool.query("select tenantry.usage_take_of($1, 'apiCalls', 3, null, null)", [acme]),
    ).rejects.toMatchObject({ code: '42501' });
    expect(await used()).toBe(5);
  });
});
