import { expect, test } from 'vitest';
import { testShop } from './support/shop.ts';

const acme = '00000000-0000-4000-8000-00000000ac3e';
const shop = await testShop();
const { tenancy, pool } = shop;
const fake = await shop.stripe();

test('the limit of a plan lifts with the webhook of its payment, and falls with its end', async () => {
  const runtime = shop.connect(fake);
  fake.sendEvents({ to: (request) => runtime.webhook(request), secret: 'whsec_test' });
  const inside = <R>(fn: () => Promise<R>) => tenancy.run(acme, fn);
  const add = (name: string) =>
    inside(() => pool.query('insert into projects (name) values ($1)', [name]));
  await shop.organization(acme);
  for (const name of ['one', 'two', 'three']) await add(name);
  await expect(add('four')).rejects.toMatchObject({ code: 'LIMIT_REACHED' });

  const { session } = await inside(() =>
    runtime.checkout({ plan: 'pro', interval: 'monthly', successUrl: 'https://acme.test' }),
  );
  const { subscription } = fake.completeCheckout(session);
  await expect(add('four')).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
  await fake.deliver({ order: 'shuffled', duplicate: 0.3 });
  await runtime.runOnce();
  await add('four');

  fake.call(`DELETE /v1/subscriptions/${subscription}`);
  await fake.deliver();
  await runtime.runOnce();
  await expect(add('five')).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
  const kept = await inside(() => pool.query('select from projects'));
  expect(kept.rowCount).toBe(4);
});
