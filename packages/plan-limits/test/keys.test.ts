import { describe, expect, test } from 'vitest';
import { limits } from './fixtures/limits.ts';
import { anchorOfMonthUntil } from './support/anchor.ts';
import { limitsDatabase } from './support/database.ts';
import { attempt } from './support/races.ts';

// What a key can be in, and what each call makes of it; the table is in docs/concepts/limits.md.
const database = await limitsDatabase();
const { pool, ask } = database;
const used = async () => (await limits.explain(pool, 'apiCalls')).used;
const late = (organization: string) =>
  ask(
    "update usage_events set expires_at = now() - interval '1 s' where organization_id = $1 and state = 'reserved'",
    [organization],
  );
const reserve = (key: string, amount = 10) =>
  limits.reserve(pool, 'apiCalls', amount, { key, expiresInSeconds: 60 });

describe('a key that was given back', () => {
  test('counts when it is consumed again, each time', async () => {
    const acme = await database.organization();
    await database.in(acme, async () => {
      for (let i = 0; i < 3; i++) {
        expect(await limits.consume(pool, 'apiCalls', 10, { key: 'k' })).toMatchObject({
          used: 10,
          replayed: false,
        });
        expect(await limits.consume(pool, 'apiCalls', 10, { key: 'k' })).toMatchObject({
          replayed: true,
        });
        expect(await used()).toBe(10);
        await limits.refund(pool, 'apiCalls', { key: 'k' });
        expect(await used()).toBe(0);
      }
      // with another amount as well: nothing of the first is left
      expect(await limits.consume(pool, 'apiCalls', 4, { key: 'k' })).toMatchObject({ used: 4 });
      expect(await limits.refund(pool, 'apiCalls', { key: 'k' })).toMatchObject({ amount: 4 });
    });
  });

  test('is refused when there is no room, and stays given back', async () => {
    const acme = await database.organization();
    await database.in(acme, async () => {
      await limits.consume(pool, 'apiCalls', 10, { key: 'k' });
      await limits.refund(pool, 'apiCalls', { key: 'k' });
      await limits.consume(pool, 'apiCalls', 100);
      await expect(limits.consume(pool, 'apiCalls', 10, { key: 'k' })).rejects.toMatchObject({
        code: 'LIMIT_REACHED',
      });
      expect(await limits.refund(pool, 'apiCalls', { key: 'k' })).toMatchObject({ replayed: true });
      expect(await used()).toBe(100);
    });
  });

  test.each(['reserve', 'consume'] as const)(
    'can be taken by %s after a release, and after it has expired',
    async (how) => {
      const acme = await database.organization();
      const take = (key: string) =>
        how === 'reserve' ? reserve(key) : limits.consume(pool, 'apiCalls', 10, { key });
      await database.in(acme, async () => {
        await reserve('released', 30);
        await limits.release(pool, 'apiCalls', { key: 'released' });
        expect(await take('released')).toMatchObject({ used: 10, replayed: false });
        await reserve('due', 30);
        await reserve('swept', 30);
        await late(acme);
        // one is cleared by somebody else before it is asked for again, the other is not
        await ask(
          "update usage_events set expires_at = now() + interval '1 h' where key = 'due' and organization_id = $1",
          [acme],
        );
        await ask('select tenantry.usage_expire($1, $2, 1000)', [acme, 'apiCalls']);
        await late(acme);
        if (how === 'reserve') await limits.release(pool, 'apiCalls', { key: 'released' });
        expect(await take('swept')).toMatchObject({ replayed: false });
        expect(await take('due')).toMatchObject({ replayed: false });
        expect(await used()).toBe(how === 'reserve' ? 20 : 30);
      });
    },
  );

  test('is not given back twice where nothing is left', async () => {
    const acme = await database.organization();
    await database.in(acme, async () => {
      await reserve('k', 10);
      await limits.consume(pool, 'apiCalls', 90);
      await late(acme);
      await ask('update usage_counters set used = 101 where organization_id = $1', [acme]);
      await expect(reserve('k', 10)).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
      expect(await used()).toBe(91);
    });
  });

  test('is taken once by many at once', async () => {
    const acme = await database.organization();
    await database.in(acme, async () => {
      await limits.consume(pool, 'apiCalls', 10, { key: 'k' });
      await limits.refund(pool, 'apiCalls', { key: 'k' });
      const { done } = await attempt(40, () => limits.consume(pool, 'apiCalls', 10, { key: 'k' }));
      expect(done).toBe(40);
      expect(await used()).toBe(10);
    });
  });
});

test('a reservation that still holds is no use of its key for consume', async () => {
  const acme = await database.organization();
  await database.in(acme, async () => {
    await reserve('k');
    await expect(limits.consume(pool, 'apiCalls', 10, { key: 'k' })).rejects.toMatchObject({
      code: 'USAGE_KEY_REUSED',
    });
    expect(await reserve('k')).toMatchObject({ replayed: true });
    expect(await used()).toBe(10);
  });
});

describe('a change of the plan', () => {
  const set = (organizationId: string, plan: string | null, periodStart?: Date | null) =>
    database.system(() => limits.setPlan(pool, { organizationId, plan, periodStart, source: 'x' }));
  const days = (n: number) => new Date(Date.now() - n * 86_400_000);
  const usedOf = (organization: string) => database.in(organization, used);
  const consume = (organization: string, n: number, key?: string) =>
    database.in(organization, () =>
      limits.consume(pool, 'apiCalls', n, key === undefined ? {} : { key }),
    );

  test('away and back in one period does not give the allowance twice', async () => {
    const acme = await database.organization();
    await set(acme, 'pro', days(9));
    await consume(acme, 40_000);
    await set(acme, null, null);
    expect(await usedOf(acme)).toBe(40_000);
    await set(acme, 'pro', days(4));
    expect(await usedOf(acme)).toBe(40_000);
    await expect(consume(acme, 10_001)).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
    await consume(acme, 10_000);
    // by another plan, by UPDATE, and with another time zone
    await ask(
      "update organizations set plan = 'enterprise', plan_anchor = now() - interval '3 days', plan_time_zone = 'Asia/Kolkata' where id = $1",
      [acme],
    );
    await consume(acme, 7);
    await set(acme, 'pro', days(2));
    expect(await usedOf(acme)).toBe(50_007);
    await expect(consume(acme, 1)).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
  });

  test('takes keys and reservations along, which give back where they count', async () => {
    const acme = await database.organization('pro');
    await consume(acme, 30, 'k');
    await database.in(acme, () => reserve('r', 20));
    await set(acme, 'enterprise', days(2));
    expect(await usedOf(acme)).toBe(50);
    await database.in(acme, () => limits.refund(pool, 'apiCalls', { key: 'k' }));
    expect(await usedOf(acme)).toBe(20);
    await set(acme, 'pro', days(3));
    await database.in(acme, () => limits.release(pool, 'apiCalls', { key: 'r' }));
    expect(await usedOf(acme)).toBe(0);
    await set(acme, 'enterprise', null);
    expect(await usedOf(acme)).toBe(0);
  });

  test('leaves lifetime counters and other organizations alone', async () => {
    const [acme, globex] = [await database.organization(), await database.organization()];
    await consume(globex, 5);
    await database.in(acme, () => limits.consume(pool, 'credits', 3));
    await set(acme, 'pro', days(2));
    await database.in(acme, async () => {
      expect((await limits.explain(pool, 'credits')).used).toBe(3);
    });
    expect(await usedOf(globex)).toBe(5);
  });

  test('a new period of the same plan begins at zero, and so does another plan at the end of one', async () => {
    const acme = await database.organization();
    await set(acme, 'pro', days(9));
    await consume(acme, 100);
    await set(acme, 'pro', days(0));
    expect(await usedOf(acme)).toBe(0);
    const globex = await database.organization();
    // an hour before its month is over: clocks that change move a renewal that far
    await ask(
      `update organizations set plan = 'pro',
        plan_anchor = ${anchorOfMonthUntil("now() + interval '1 hour'")} where id = $1`,
      [globex],
    );
    await consume(globex, 100);
    await set(globex, 'enterprise', days(0));
    expect(await usedOf(globex)).toBe(0);
  });
});
