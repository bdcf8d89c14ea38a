import { TenantryError } from '@tenantry/core';
import { check } from '@tenantry/core/errors';
import { canonical } from '../canonical.ts';
import { type CheckoutOrder, openCheckout } from '../checkout/checkout.ts';
import { createPriceFinder } from '../checkout/prices.ts';
import { checkReturnUrls } from '../checkout/return-urls.ts';
import { createTurns } from '../checkout/turns.ts';
import { withCustomer } from '../checkout/with-customer.ts';
import { doctor } from '../operate/doctor.ts';
import { findDrift } from '../operate/drift.ts';
import { removeAll } from '../operate/maintain.ts';
import { reconcile } from '../operate/reconcile.ts';
import { guarded, guardedEach } from '../stripe/errors.ts';
import { linkCustomer } from '../sync/link.ts';
import type { SyncParts } from '../sync/parts.ts';
import { runOnce, type Worker } from '../worker/worker.ts';
import type { BillingRuntime } from './runtime.ts';

interface RuntimeParts {
  readonly parts: SyncParts;
  /** Undefined where another process works. */
  readonly worker: Worker | undefined;
  /** Undefined without a secret. */
  readonly webhook: ((request: Request) => Promise<Response>) | undefined;
  readonly returnOrigins: readonly string[] | undefined;
  readonly countsSeats: boolean;
}

export function createRuntime(runtime: RuntimeParts): BillingRuntime {
  const { parts, worker, webhook, returnOrigins } = runtime;
  const { tenancy, database, stripe, request, catalog } = parts;
  const inTurn = createTurns();
  const findPrice = createPriceFinder(parts);
  const needsSeats = runtime.countsSeats && catalog.seatRefs.length > 0;
  const current = () =>
    (tenancy.current() as unknown as Record<string, unknown>)[tenancy.property] as string;
  return Object.freeze<BillingRuntime>({
    async webhook(received) {
      check(
        webhook !== undefined,
        'a webhook, and no webhookSecrets in connect()',
        'Pass the signing secret of the endpoint: whsec_….',
      );
      return webhook(received);
    },
    async checkout(order: CheckoutOrder) {
      const tenant = current();
      const { success_url, cancel_url, return_url } = order.session ?? {};
      const urls = [order.successUrl, order.cancelUrl, success_url, cancel_url, return_url];
      checkReturnUrls(urls, returnOrigins);
      return inTurn(tenant, canonical(order), () =>
        guarded(async () => {
          const seats = needsSeats ? await database.call('seats', { tenant }) : null;
          return openCheckout(parts, findPrice, tenant, order, seats);
        }),
      );
    },
    async portal({ returnUrl, customer = {} }) {
      const tenant = current();
      checkReturnUrls([returnUrl], returnOrigins);
      return guarded(() =>
        withCustomer(parts, tenant, customer, async (own) => {
          const params = { customer: own.customer, return_url: returnUrl };
          const { url } = await stripe.billingPortal.sessions.create(params, request);
          return { url };
        }),
      );
    },
    runOnce: () => guarded(() => runOnce(parts)),
    async refresh(tenantId) {
      await database.call('want', { tenant: tenancy.parseId(tenantId), full: true, most: 1 });
      worker?.wake();
    },
    reconcile: (options) => guarded(() => reconcile(parts, options)),
    drift: (onLooked) => guardedEach(findDrift(parts, onLooked)),
    async link(tenantId, customer, { replace = false } = {}) {
      const linked = await linkCustomer(parts, tenancy.parseId(tenantId), customer, replace);
      worker?.wake();
      return linked;
    },
    async account({ move = false } = {}) {
      const ofKey = (await database.key.learn(false)) ?? null;
      if (move && ofKey === null) {
        throw new TenantryError('BILLING_ACCOUNT_MISMATCH', {
          found: 'a key that may not read its account.',
          fix: 'Move with a key that may.',
        });
      }
      return { ofKey, ...(await database.call('account', { move })) };
    },
    dead: (most = 100) => database.call('dead', { most }),
    async replay(only = {}) {
      const replayed = await database.call('replay', only);
      worker?.wake();
      return replayed;
    },
    async prune(days) {
      const what = { processedEvents: days, most: 5_000 };
      const { removed } = await removeAll(() => database.call('prune', what));
      return removed.processedEvents;
    },
    doctor: (options) => guarded(() => doctor(parts, options)),
    close: async () => worker?.stop(),
  });
}
