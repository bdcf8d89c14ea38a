import type { Tenancy } from '@tenantry/core';
import type Stripe from 'stripe';
import type { AlertFacts } from '../connect/alert.ts';
import type { BillingDatabase } from '../connect/database.ts';
import type { Catalog } from '../plans/catalog.ts';
import type { Ports } from '../ports.ts';
import type { Gate } from '../stripe/rate-limit.ts';

/** A step of a sync, for tests that interrupt it. */
export type BillingStep = 'leased' | 'fetched' | 'locked' | 'applied' | 'committed';

/** What a sync works with. */
export interface SyncParts extends Ports {
  readonly tenancy: Tenancy;
  readonly database: BillingDatabase;
  readonly stripe: Stripe;
  readonly request: Stripe.RequestOptions;
  readonly catalog: Catalog;
  readonly graceSeconds: number;
  /** The name of the worker in leases. */
  readonly worker: string;
  readonly leaseMs: number;
  readonly retryMs: number;
  readonly burstMs: number;
  readonly maxAttempts: number;
  readonly concurrency: number;
  readonly gate: Gate;
  /**
   * The time in seconds since 1970, for tests with their own clock; otherwise the database's clock is
   * used.
   */
  readonly clock: (() => number) | undefined;
  alert(alert: AlertFacts, tenant?: string): void;
  /** Called after each step; an error ends the worker there, like a crash. */
  onStep(step: BillingStep, tenant: string): void | Promise<void>;
}

/** The worker ends without cleanup, as after a crash. */
export class Crashed extends Error {}

export async function reach(parts: SyncParts, step: BillingStep, tenant: string): Promise<void> {
  try {
    await parts.onStep(step, tenant);
  } catch (cause) {
    throw new Crashed(`crashed when ${step}`, { cause });
  }
}

export const nowOf = ({ clock }: SyncParts): number => clock?.() ?? Date.now() / 1000;
