import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { startFakeStripe } from '@tenantry/stripe-billing/fake';
import { expect, test } from 'vitest';

const run = promisify(execFile);

/** The program inside the npm package of this platform; undefined where there is none. */
function stripeProgram(): string | undefined {
  const { platform, arch } = process;
  try {
    const require = createRequire(import.meta.url);
    const own = createRequire(require.resolve('@stripe/cli/package.json'));
    const folder = dirname(own.resolve(`@stripe/cli-${platform}-${arch}/package.json`));
    const file = join(folder, 'bin', platform === 'win32' ? 'stripe.exe' : 'stripe');
    return existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

/** What `stripe trigger` is asked for, and the event that it must cause. */
const triggers = [
  'billing_portal.session.created',
  'checkout.session.async_payment_failed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.completed',
  'checkout.session.expired',
  'coupon.updated',
  'customer.created',
  'customer.deleted',
  'customer.discount.created',
  'customer.discount.deleted',
  'customer.discount.updated',
  'customer.source.created',
  'customer.source.updated',
  'customer.subscription.created',
  'customer.subscription.deleted',
  'customer.subscription.paused',
  'customer.subscription.trial_will_end',
  'customer.subscription.updated',
  'customer.updated',
  'invoice.created',
  'invoice.deleted',
  'invoice.finalized',
  'invoice.marked_uncollectible',
  'invoice.paid',
  'invoice.payment_action_required',
  'invoice.payment_failed',
  'invoice.sent',
  'invoice.updated',
  'invoice.voided',
  'invoiceitem.created',
  'plan.updated',
  'price.created',
  'price.updated',
  'product.created',
  'product.deleted',
  'product.updated',
  'promotion_code.updated',
  'subscription_schedule.canceled',
  'subscription_schedule.completed',
  'subscription_schedule.created',
  'subscription_schedule.expiring',
  'subscription_schedule.released',
  'subscription_schedule.updated',
  'test_helpers.test_clock.advancing',
] as const;

const program = stripeProgram();

test('`stripe trigger` of @stripe/cli works against it', { timeout: 240_000 }, async () => {
  if (program === undefined) {
    console.warn(`@stripe/cli has no program for ${process.platform}-${process.arch}: not tried.`);
    return;
  }
  const fake = await startFakeStripe();
  const home = await mkdtemp(join(tmpdir(), 'tenantry-stripe-cli-'));
  const env = { PATH: process.env.PATH, HOME: home, STRIPE_CLI_TELEMETRY_OPTOUT: '1' };
  try {
    for (const type of triggers) {
      const words = ['trigger', type, '--api-key', 'sk_test_0123456789', '--api-base', fake.url];
      const { stdout } = await run(program, words, { env, timeout: 60_000 });
      expect(stdout, type).toContain('Trigger succeeded');
      const events = fake.call<{ data: unknown[] }>('GET /v1/events', { type });
      expect(events.data.length, type).toBeGreaterThan(0);
    }
  } finally {
    await fake.close();
  }
});
