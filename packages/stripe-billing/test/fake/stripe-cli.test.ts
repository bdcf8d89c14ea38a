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
  'customer.created',
  'customer.deleted',
  'customer.subscription.created',
  'customer.subscription.updated',
  'customer.subscription.deleted',
  'invoice.paid',
  'invoice.payment_failed',
  'checkout.session.completed',
  'price.created',
  'product.updated',
] as const;

const program = stripeProgram();

test('`stripe trigger` of @stripe/cli works against it', { timeout: 60_000 }, async () => {
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
      const { stdout } = await run(program, words, { env, timeout: 20_000 });
      expect(stdout, type).toContain('Trigger succeeded');
      const events = fake.call<{ data: unknown[] }>('GET /v1/events', { type });
      expect(events.data.length, type).toBeGreaterThan(0);
    }
  } finally {
    await fake.close();
  }
});
