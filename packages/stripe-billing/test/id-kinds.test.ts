import type { IdKind } from '@tenantry/core';
import { describe, expect, test } from 'vitest';
import { testShop } from './support/shop.ts';

const kinds: readonly (readonly [IdKind, string, string | number | bigint])[] = [
  ['integer', '42', 42],
  ['bigint', '9007199254740993', 9007199254740993n],
];

describe.each(kinds)('billing of tenants with ids of kind %s', async (kind, id, value) => {
  const shop = await testShop('plain', kind);
  const { tenancy, pool, billing } = shop;
  const fake = await shop.stripe();
  const steps: unknown[] = [];
  const alerts: unknown[] = [];
  const runtime = shop.connect(fake, {
    onStep: (_, of) => void steps.push(of.organizationId),
    onAlert: (alert) => void alerts.push(alert),
  });
  fake.sendEvents({ to: (request) => runtime.webhook(request), secret: 'whsec_test' });
  await shop.organization(id);
  const inside = <R>(fn: () => R | Promise<R>) => tenancy.run(id, fn);

  test('a payment lifts the limit, and an end takes it back', async () => {
    const add = (name: string) =>
      inside(() => pool.query('insert into projects (name) values ($1)', [name]));
    for (const name of ['one', 'two', 'three']) await add(name);
    await expect(add('four')).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
    const { session } = await inside(() =>
      runtime.checkout({ plan: 'pro', interval: 'monthly', successUrl: 'https://acme.test' }),
    );
    const { subscription, customer } = fake.completeCheckout(session);
    // metadata is text
    expect(fake.call(`GET /v1/customers/${customer}`)).toMatchObject({
      metadata: { organizationId: id },
    });
    await fake.deliver({ order: 'shuffled', duplicate: 0.3 });
    await runtime.runOnce();
    await add('four');
    expect(new Set(steps)).toEqual(new Set([value]));
    expect(await shop.has(id)).toMatchObject({ plan: 'pro' });
    expect(await runtime.refresh({ organizationId: value as string })).toEqual({ queued: true });
    await runtime.runOnce();
    expect(await runtime.reconcile()).toMatchObject({ failed: 0 });
    const { lists } = await tenancy.asSystem({ reason: 'test', actor: 'test' }, () =>
      billing.describe(pool),
    );
    expect(lists[0]).toMatchObject({ id: 'plans', rows: [{ organizationId: id, plan: 'pro' }] });
    fake.call(`DELETE /v1/subscriptions/${subscription}`);
    await fake.deliver();
    await runtime.runOnce();
    await expect(add('five')).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
    expect(alerts).toEqual([]);
  });
});
