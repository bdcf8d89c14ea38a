import { randomUUID } from 'node:crypto';
import { type Tenancy, TenantryError } from '@tenantry/core';
import { canonical } from '../canonical.ts';
import { type CheckoutOrder, openCheckout } from '../checkout/checkout.ts';
import { createPriceFinder } from '../checkout/prices.ts';
import { checkReturnUrls } from '../checkout/return-urls.ts';
import { createTurns } from '../checkout/turns.ts';
import { withCustomer } from '../checkout/with-customer.ts';
import { createStore } from '../intake/store.ts';
import { createWebhook } from '../intake/webhook.ts';
import { doctor } from '../operate/doctor.ts';
import { findDrift } from '../operate/drift.ts';
import { type ReconcileOptions, reconcile } from '../operate/reconcile.ts';
import type { Catalog } from '../plans/catalog.ts';
import type { AuditPort, PlanPort } from '../ports.ts';
import { createGate } from '../sync/gate.ts';
import { linkCustomer } from '../sync/link.ts';
import type { Alert, SyncParts } from '../sync/parts.ts';
import { runOnce, startWorker } from '../sync/worker.ts';
import { createKeyAccount } from './account.ts';
import type { BillingAccount, BillingRuntime, DeadLetters } from './billing-runtime.ts';
import { openBillingDatabase } from './database.ts';
import { guarded, guardedEach, toCaller } from './guard.ts';
import { type ConnectOptions, checkOptions } from './options.ts';

/** The part of a definition that runtimes use. */
export interface Defined {
  readonly tenancy: Tenancy;
  readonly catalog: Catalog;
  readonly graceDays: number;
  readonly limits: PlanPort | undefined;
  readonly audit: AuditPort | undefined;
  readonly countsSeats: boolean;
}

export function connect(defined: Defined, options: ConnectOptions): BillingRuntime {
  const { tenancy, catalog } = defined;
  checkOptions(tenancy, options);
  const {
    pool,
    stripe,
    livemode,
    account = 'default',
    connectedAccount,
    logger = console,
  } = options;
  const { worker: mode = 'inline', clock, onReceived, returnOrigins } = options;
  const request = connectedAccount === undefined ? {} : { stripeAccount: connectedAccount };
  const warn = ({ message, ...more }: Alert) =>
    logger.warn(`tenantry billing: ${message}`, JSON.stringify(more));
  const alert = options.onAlert ?? warn;
  const key = createKeyAccount({ stripe, request, livemode, alert });
  const parts: SyncParts = {
    tenancy,
    catalog,
    stripe,
    request,
    database: openBillingDatabase(tenancy, pool, { account, livemode }, key),
    graceSeconds: defined.graceDays * 86_400,
    limits: defined.limits,
    audit: defined.audit,
    worker: randomUUID(),
    leaseMs: options.leaseMs ?? 60_000,
    retryMs: options.retryMs ?? 2_000,
    burstMs: options.burstMs ?? 125,
    maxAttempts: options.maxAttempts ?? 12,
    concurrency: options.concurrency ?? 4,
    gate: createGate(),
    clock: clock === undefined ? undefined : () => clock().getTime() / 1000,
    alert,
    onStep: options.onStep ?? (() => {}),
  };
  const failed = (error: unknown) => logger.error('tenantry billing:', toCaller(error));
  const worker =
    mode === 'manual' ? undefined : startWorker(parts, options.pollMs ?? 5_000, failed);
  const inTurn = createTurns();
  const findPrice = createPriceFinder(parts);
  const current = () =>
    (tenancy.current() as unknown as Record<string, unknown>)[tenancy.property] as string;
  const secrets = options.webhookSecrets ?? [];
  const handle = createWebhook({
    accepts: {
      account,
      livemode,
      stripe,
      secrets,
      connectedAccount,
      toleranceSeconds: options.toleranceSeconds ?? 300,
      maxBytes: options.maxBytes ?? 1024 * 1024,
    },
    store: createStore(parts.database),
    received(outcome) {
      if (outcome === 'duplicate' || outcome === 'ignored') return;
      worker?.wake();
      // the event is stored, so a failing queue only delays it
      Promise.resolve()
        .then(() => onReceived?.())
        .catch(failed);
    },
    failed,
  });
  return Object.freeze({
    async webhook(request: Request) {
      if (secrets.length > 0) return handle(request);
      throw new TenantryError('CONFIG_INVALID', {
        found: 'a webhook, and no webhookSecrets in connect().',
        fix: 'Pass the signing secret of the endpoint: whsec_….',
      });
    },
    async checkout(order: CheckoutOrder) {
      const tenant = current();
      const { success_url, cancel_url, return_url } = order.session ?? {};
      const urls = [order.successUrl, order.cancelUrl, success_url, cancel_url, return_url];
      checkReturnUrls(urls, returnOrigins);
      return inTurn(tenant, canonical(order), () =>
        guarded(async () => {
          const seats =
            defined.countsSeats && catalog.seatRefs.length > 0
              ? await parts.database.call<number>('seats', { tenant })
              : null;
          return openCheckout(parts, findPrice, tenant, order, seats);
        }),
      );
    },
    async portal({ returnUrl, customer = {} }) {
      const tenant = current();
      checkReturnUrls([returnUrl], returnOrigins);
      return guarded(() =>
        withCustomer(parts, tenant, customer, async (own) => {
          const { url } = await stripe.billingPortal.sessions.create(
            { customer: own.customer, return_url: returnUrl },
            request,
          );
          return { url };
        }),
      );
    },
    runOnce: () => guarded(() => runOnce(parts)),
    async refresh(tenantId: string) {
      await parts.database.call('want', { tenant: tenancy.parseId(tenantId), full: true, most: 1 });
      worker?.wake();
    },
    reconcile: (how: ReconcileOptions = {}) => guarded(() => reconcile(parts, how)),
    drift: (onLooked?: (organizations: number) => void) => guardedEach(findDrift(parts, onLooked)),
    async link(tenantId: string, customer: string, { replace = false } = {}) {
      const linked = await linkCustomer(parts, tenancy.parseId(tenantId), customer, replace);
      worker?.wake();
      return linked;
    },
    async account({ move = false } = {}) {
      const ofKey = (await key.learn(false)) ?? null;
      if (move && ofKey === null) {
        throw new TenantryError('BILLING_ACCOUNT_MISMATCH', {
          found: 'a key that may not read its account.',
          fix: 'Move with a key that may.',
        });
      }
      const told = await parts.database.call<Omit<BillingAccount, 'ofKey'>>('account', { move });
      return { ofKey, ...told };
    },
    dead: (most = 100) => parts.database.call<DeadLetters>('dead', { most }),
    async replay(only: { readonly event?: string; readonly customer?: string } = {}) {
      const replayed = await parts.database.call<{ events: number; organizations: number }>(
        'replay',
        only,
      );
      worker?.wake();
      return replayed;
    },
    async prune(days: number) {
      let removed = 0;
      for (;;) {
        const { removed: gone, left } = await parts.database.call<{
          removed: { processedEvents: number };
          left: number;
        }>('prune', { processedEvents: days, most: 5_000 });
        removed += gone.processedEvents;
        if (left === 0 || gone.processedEvents === 0) return removed;
      }
    },
    doctor: (how = {}) => guarded(() => doctor(parts, how)),
    close: async () => worker?.stop(),
  } satisfies BillingRuntime);
}
