import type { Tenancy } from '@tenantry/core';
import type Stripe from 'stripe';
import type { Alert } from '../connect/alert.ts';
import type { BillingDatabase } from '../connect/database.ts';
import type { Catalog } from '../plans/catalog.ts';
import type { AuditPort, PlanPort } from '../ports.ts';
import type { Gate } from '../stripe/rate-limit.ts';

/** A step of a sync, for tests that interrupt it. */
export type Step = 'leased' | 'fetched' | 'locked' | 'applied' | 'committed';

/** What a sync works with. */
export interface SyncParts {
  readonly tenancy: Tenancy;
  readonly database: BillingDatabase;
  readonly stripe: Stripe;
  readonly request: Stripe.RequestOptions;
  readonly catalog: Catalog;
  readonly graceSeconds: number;
  readonly limits: PlanPort | undefined;
  readonly audit: AuditPort | undefined;
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
  alert(alert: Alert): void;
  /** Called after each step; an error ends the worker there, like a crash. */
  onStep(step: Step, tenantId: string): void | Promise<void>;
}

/** The worker ends without cleanup, as after a crash. */
export class Crashed extends Error {}

export async function reach(parts: SyncParts, step: Step, tenantId: string): Promise<void> {
  try {
    await parts.onStep(step, tenantId);
  } catch (cause) {
    throw new Crashed(`crashed when ${step}`, { cause });
  }
}

export const nowOf = ({ clock }: SyncParts): number => clock?.() ?? Date.now() / 1000;
