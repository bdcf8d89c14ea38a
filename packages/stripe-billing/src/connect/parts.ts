import { randomUUID } from 'node:crypto';
import type { TenantPool } from '@tenantry/core';
import { tenantKey } from '@tenantry/core/sql';
import { createKeyAccount } from '../stripe/key-account.ts';
import { createGate } from '../stripe/rate-limit.ts';
import type { SyncParts } from '../sync/parts.ts';
import type { AlertFacts } from './alert.ts';
import { openBillingDatabase } from './database.ts';
import type { Defined } from './defined.ts';
import type { BillingConnectOptions } from './options.ts';

/** As JSON; a tenant may be a bigint, which JSON does not have. */
const jsonOf = (value: object): string =>
  JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? String(each) : each));

/** What a sync works with, from a definition and from the options of `connect`. */
export function connectParts(
  defined: Defined,
  pool: TenantPool,
  options: BillingConnectOptions<never>,
): SyncParts {
  const { tenancy, catalog, limits, audit, graceDays } = defined;
  const { stripe, livemode, account = 'default', connectedAccount, clock } = options;
  const { logger = console, onStep } = options;
  const request = connectedAccount === undefined ? {} : { stripeAccount: connectedAccount };
  const onAlert: (alert: AlertFacts) => void =
    options.onAlert ??
    (({ message, ...more }) => logger.warn(`tenantry billing: ${message}`, jsonOf(more)));
  const alert: SyncParts['alert'] = (facts, tenant) =>
    onAlert({ ...facts, ...(tenant !== undefined && tenantKey(tenancy, tenant)) });
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
    onStep: (step, tenant) => onStep?.(step, tenantKey(tenancy, tenant)),
  };
}
