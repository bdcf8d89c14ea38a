import type { Tenancy, TenantPool } from '@tenantry/core';
import { check, wholeNumber } from '@tenantry/core/errors';
import type Stripe from 'stripe';
import type { Step } from '../sync/parts.ts';
import type { Alert } from './alert.ts';

/** Options of `billing.connect`: the keys and connections that a definition does not contain. */
export interface ConnectOptions {
  readonly pool: TenantPool;
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
  /**
   * `inline` works in this process, woken by webhooks; `manual` leaves it to `runOnce()`, in a cron
   * job or a queue. Default: 'inline'.
   */
  readonly worker?: 'inline' | 'manual';
  /** Called when an event was stored: the place to queue a job that calls `runOnce()`. Default: none. */
  readonly onReceived?: () => void | Promise<void>;
  /** Told of what an operator should know. Default: a warning of `logger`. */
  readonly onAlert?: (alert: Alert) => void;
  readonly logger?: Pick<Console, 'warn' | 'error'>;
  /** How old a signature may be, 1 to 3600 seconds. Default: 300. */
  readonly toleranceSeconds?: number;
  /** How large a webhook may be, in bytes. Default: 1 MiB. */
  readonly maxBytes?: number;
  /** How many organizations are synced at once, 1 to 100. Default: 4. */
  readonly concurrency?: number;
  /** How long a worker may take for one organization before another one takes over. Default: 60,000. */
  readonly leaseMs?: number;
  /** How often the inline worker looks by itself. Default: 5,000. */
  readonly pollMs?: number;
  /** The pause after a first failure, doubled with each further one. Default: 2,000. */
  readonly retryMs?: number;
  /**
   * The pause after a sync of an organization, doubled while events keep coming, up to 32 times. It
   * makes a burst of events a handful of fetches. Default: 125.
   */
  readonly burstMs?: number;
  /** After so many failures an organization waits for `billing replay`. Default: 12. */
  readonly maxAttempts?: number;
  /** The time, for tests with a clock of their own. Default: the database's clock. */
  readonly clock?: () => Date;
  /**
   * Called after each step of a sync; an error that it throws ends the worker there, like a crash. For
   * tests. Default: none.
   */
  readonly onStep?: (step: Step, tenantId: string) => void | Promise<void>;
}

/** What a number must lie in. */
const ranges = {
  toleranceSeconds: [1, 3600],
  maxBytes: [1024, 64 * 1024 * 1024],
  concurrency: [1, 100],
  leaseMs: [1, 3_600_000],
  pollMs: [10, 3_600_000],
  retryMs: [1, 3_600_000],
  burstMs: [0, 60_000],
  maxAttempts: [1, 100],
} as const;

/** Checks what can be checked. @throws TenantryError `CONFIG_INVALID` */
export function checkOptions(tenancy: Tenancy, options: ConnectOptions): void {
  check(
    options.pool?.tenancy?.setting === tenancy.setting,
    'a pool of another tenancy in connect()',
    'Pass the pool of createTenantPool.',
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
    const plain = String(origin).replace('://*.', '://any.');
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
