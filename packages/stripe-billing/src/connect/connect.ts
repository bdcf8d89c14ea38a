import { type TenantPool, TenantryError } from '@tenantry/core';
import { check, wholeNumber } from '@tenantry/core/errors';
import { checkedMethods, requiredTenant } from '@tenantry/core/sql';
import type { Schedule } from '@tenantry/rls/upkeep';
import { canonical } from '../canonical.ts';
import { checkOrder, openCheckout } from '../checkout/checkout.ts';
import { createPriceFinder } from '../checkout/prices.ts';
import { checkReturnUrls } from '../checkout/return-urls.ts';
import { createTurns } from '../checkout/turns.ts';
import { withCustomer } from '../checkout/with-customer.ts';
import { createStore } from '../intake/store.ts';
import { createWebhook } from '../intake/webhook.ts';
import { doctor } from '../operate/doctor.ts';
import { driftOfCustomers } from '../operate/drift.ts';
import { listDeadLetters } from '../operate/list-dead-letters.ts';
import { reconcile } from '../operate/reconcile.ts';
import { removeAll } from '../operate/upkeep.ts';
import { guarded, guardedEach, toCaller } from '../stripe/errors.ts';
import { linkCustomer, takeUp } from '../sync/link.ts';
import { runOnce, startWorker, type Worker } from '../worker/worker.ts';
import type { Defined } from './defined.ts';
import { type BillingConnectOptions, checkConnecting } from './options.ts';
import { connectParts } from './parts.ts';
import type { BillingRuntime } from './runtime.ts';

const types = {
  checkout: ['object'],
  portal: ['object'],
  refresh: ['object'],
  reconcile: ['object?'],
  link: ['object'],
  account: ['object?'],
  dead: ['object?'],
  replay: ['object?'],
  prune: ['object'],
  doctor: ['object?'],
} as const;

/** Connects a definition to a database and to Stripe. */
export function connect(
  defined: Defined,
  pool: TenantPool,
  options: BillingConnectOptions<never>,
): BillingRuntime<never> {
  checkConnecting(defined.tenancy, pool, options);
  const { logger = console, onReceived, returnOrigins, webhookSecrets: secrets = [] } = options;
  const parts = connectParts(defined, pool, options);
  const { tenancy, database, stripe, request, catalog } = parts;
  const failed = (error: unknown) => logger.error('tenantry billing:', toCaller(error));
  const workers = new Set<Worker>();
  const wake = () => {
    for (const worker of workers) worker.wake();
  };
  const webhook = createWebhook({
    accepts: {
      ...database.origin,
      stripe,
      secrets,
      connectedAccount: options.connectedAccount,
      toleranceSeconds: options.toleranceSeconds ?? 300,
      maxBytes: options.maxBytes ?? 1024 * 1024,
    },
    store: createStore(database),
    received(outcome) {
      if (outcome === 'duplicate' || outcome === 'ignored') return;
      wake();
      // the event is stored: a queue that is down delays it, and loses nothing
      Promise.resolve()
        .then(() => onReceived?.())
        .catch(failed);
    },
    failed,
  });
  const inTurn = createTurns();
  const findPrice = createPriceFinder(parts);
  const needsSeats = defined.countsSeats && catalog.seatRefs.length > 0;
  const current = () => requiredTenant(tenancy, tenancy.current());

  const methods: BillingRuntime<never> = {
    async webhook(received) {
      check(
        secrets.length > 0,
        'a webhook, and no webhookSecrets in connect()',
        'Pass the signing secret of the endpoint: whsec_….',
      );
      return webhook(received);
    },
    async checkout(order) {
      const tenant = current();
      checkOrder(order);
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
    start({ everyMs = 5_000, onError = failed } = {}): Schedule {
      wholeNumber(everyMs, { name: 'everyMs', least: 10, greatest: 3_600_000 });
      const worker = startWorker(parts, everyMs, (error) => onError(toCaller(error)));
      workers.add(worker);
      return {
        stop() {
          workers.delete(worker);
          return worker.stop();
        },
      };
    },
    runOnce: () => guarded(() => runOnce(parts)),
    async refresh(of) {
      const tenant = requiredTenant(tenancy, of);
      const wanted = await database.call('want', { tenant, full: true, most: 1 });
      wake();
      return { queued: wanted.length > 0 };
    },
    reconcile: (given) => guarded(() => reconcile(parts, given)),
    driftOfCustomers: (given) => guardedEach(driftOfCustomers(parts, given)),
    async link({ customer, replace = false, ...of }) {
      const tenant = requiredTenant(tenancy, of);
      const linked = await linkCustomer(parts, tenant, customer, replace);
      const replayed = linked.replayed + (await takeUp(parts, linked, customer));
      wake();
      return { ...linked, replayed };
    },
    async account({ move = false } = {}) {
      const ofKey = (await database.key.learn(false)) ?? null;
      if (move && ofKey === null) {
        throw new TenantryError('BILLING_ACCOUNT_MISMATCH', {
          found: 'a key that may not read its account.',
          fix: 'Move with a key that may.',
        });
      }
      const found = await database.inEach((each) => each.call('account', { move }));
      return {
        ofKey,
        stripeAccount: found.find(({ stripeAccount: of }) => of !== null)?.stripeAccount ?? null,
        customers: found.reduce((sum, { customers }) => sum + customers, 0),
      };
    },
    async dead({ limit = 100 } = {}) {
      const most = wholeNumber(limit, { name: 'limit', least: 1, greatest: 10_000 });
      return listDeadLetters(parts, most);
    },
    async replay(only = {}) {
      const found = await database.inEach((each) => each.call('replay', only)).finally(wake);
      return {
        events: found.reduce((sum, { events }) => sum + events, 0),
        tenants: found.reduce((sum, { tenants }) => sum + tenants, 0),
      };
    },
    async prune({ olderThanDays }) {
      const days = { name: 'olderThanDays', least: 1, greatest: 3_650 };
      const what = { processedEvents: wholeNumber(olderThanDays, days), most: 5_000 };
      const found = await database.inEach((each) => removeAll(() => each.call('prune', what)));
      return found.reduce((sum, { removed }) => sum + removed.processedEvents, 0);
    },
    doctor: (given) => guarded(() => doctor(parts, given)),
  };
  return checkedMethods('runtime', types, methods);
}
