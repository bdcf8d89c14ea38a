import type { Tenancy, TenantKey, TenantPool } from '@tenantry/core';
import { check, checkOptions, wholeNumber } from '@tenantry/core/errors';
import type Stripe from 'stripe';
import type { BillingStep } from '../sync/parts.ts';
import type { BillingAlert } from './alert.ts';

/** Options of `billing.connect`: the key, and what belongs to one account of Stripe in one mode. */
export interface BillingConnectOptions<P extends string> {
  readonly stripe: Stripe;
  /** Whether the key is of live mode. Events of the other mode are refused. */
  readonly livemode: boolean;
  /**
   * The signing secrets of the endpoint; several while one is rotated. Default: none, for a process that
   * receives no webhooks.
   */
  readonly webhookSecrets?: readonly string[];
  /** A name of yours for the Stripe account, where there are several. Default: 'default'. */
  readonly account?: string;
  /** A connected account, whose events arrive at an endpoint of the platform: `acct_…`. Default: none. */
  readonly connectedAccount?: string;
  /**
   * The origins that a checkout or the portal may redirect customers to: `https://acme.app`, or
   * `https://*.acme.app` for every host below it, at any port. Default: every http and https address.
   */
  readonly returnOrigins?: readonly string[];
  /** Called when an event was stored: the place to queue a job that calls `runOnce()`. Default: none. */
  readonly onReceived?: () => void | Promise<void>;
  /** Told of what an operator should know. Default: a warning of `logger`. */
  readonly onAlert?: (alert: BillingAlert<P>) => void;
  readonly logger?: Pick<Console, 'warn' | 'error'>;
  /** How old a signature may be, 1 to 3600 seconds. Default: 300. */
  readonly toleranceSeconds?: number;
  /** How large a webhook may be, in bytes. Default: 1 MiB. */
  readonly maxBytes?: number;
  /** How many tenants are synced at once, 1 to 100. Default: 4. */
  readonly concurrency?: number;
  /** How long a worker may take for one tenant before another one takes over, 1 to 3,600,000. Default: 60000. */
  readonly leaseMs?: number;
  /** The pause after a first failure, doubled with each further one, 1 to 3,600,000. Default: 2000. */
  readonly retryMs?: number;
  /**
   * The pause after a sync of a tenant, doubled while events keep coming, up to 32 times; 0 to 60,000. It
   * makes a burst of events a handful of fetches. Default: 125.
   */
  readonly burstMs?: number;
  /** After so many failures, 1 to 100, a tenant waits for `billing replay`. Default: 12. */
  readonly maxAttempts?: number;
  /** The time, for tests with a clock of their own. Default: the database's clock. */
  readonly clock?: () => Date;
  /**
   * Called after each step of a sync; an error that it throws ends the worker there, like a crash. For
   * tests. Default: none.
   */
  readonly onStep?: (step: BillingStep, of: TenantKey<P>) => void | Promise<void>;
}

/** What a number must lie in. */
const ranges = {
  toleranceSeconds: [1, 3600],
  maxBytes: [1024, 64 * 1024 * 1024],
  concurrency: [1, 100],
  leaseMs: [1, 3_600_000],
  retryMs: [1, 3_600_000],
  burstMs: [0, 60_000],
  maxAttempts: [1, 100],
} as const;

/** Checks what can be checked. @throws TenantryError `CONFIG_INVALID` */
export function checkConnecting(
  tenancy: Tenancy,
  pool: TenantPool,
  options: BillingConnectOptions<never>,
): void {
  check(
    pool?.tenancy?.setting === tenancy.setting,
    'a pool of another tenancy in connect()',
    'Pass the pool of createTenantPool.',
  );
  checkOptions('connect', options, {
    stripe: 'any',
    livemode: 'any',
    webhookSecrets: 'array?',
    account: 'string?',
    connectedAccount: 'string?',
    returnOrigins: 'array?',
    onReceived: 'function?',
    onAlert: 'function?',
    logger: 'object?',
    toleranceSeconds: 'any',
    maxBytes: 'any',
    concurrency: 'any',
    leaseMs: 'any',
    retryMs: 'any',
    burstMs: 'any',
    maxAttempts: 'any',
    clock: 'function?',
    onStep: 'function?',
  });
  check(
    Object(options.stripe) === options.stripe,
    'connect() without stripe',
    'Pass new Stripe(key).',
  );
  check(
    typeof options.livemode === 'boolean',
    'connect() without livemode',
    'Say whether the key is of live mode.',
  );
  for (const secret of options.webhookSecrets ?? []) {
    check(
      typeof secret === 'string' && /^\S+$/.test(secret),
      'a webhook secret that is empty or has blanks',
      'Pass it as whsec_….',
    );
  }
  for (const origin of options.returnOrigins ?? []) {
    const plain = (typeof origin === 'string' ? origin : '').replace('://*.', '://any.');
    check(
      /^https?:/.test(plain) && URL.canParse(plain) && new URL(plain).origin === plain,
      'an entry of returnOrigins that is no origin',
      'Write scheme and host, without a path: https://acme.app or https://*.acme.app.',
    );
  }
  for (const [name, [least, greatest]] of Object.entries(ranges)) {
    const value = options[name as keyof typeof ranges];
    if (value !== undefined) wholeNumber(value, { name, least, greatest });
  }
}
