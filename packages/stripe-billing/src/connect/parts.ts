import { randomUUID } from 'node:crypto';
import { createKeyAccount } from '../stripe/key-account.ts';
import { createGate } from '../stripe/rate-limit.ts';
import type { SyncParts } from '../sync/parts.ts';
import type { Alert } from './alert.ts';
import { openBillingDatabase } from './database.ts';
import type { Defined } from './defined.ts';
import type { ConnectOptions } from './options.ts';

/** What a sync works with, from a definition and from the options of `connect`. */
export function connectParts(defined: Defined, options: ConnectOptions): SyncParts {
  const { tenancy, catalog, limits, audit, graceDays } = defined;
  const { pool, stripe, livemode, account = 'default', connectedAccount, clock } = options;
  const { logger = console } = options;
  const request = connectedAccount === undefined ? {} : { stripeAccount: connectedAccount };
  const warn = ({ message, ...more }: Alert) =>
    logger.warn(`tenantry billing: ${message}`, JSON.stringify(more));
  const alert = options.onAlert ?? warn;
  const key = createKeyAccount({ stripe, request, livemode, alert });
  return {
    tenancy,
    catalog,
    stripe,
    request,
    database: openBillingDatabase(tenancy, pool, { account, livemode }, key),
    graceSeconds: graceDays * 86_400,
    limits,
    audit,
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
}
