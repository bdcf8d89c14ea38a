import type { Tenancy } from '@tenantry/core';
import type Stripe from 'stripe';
import type { BillingDatabase } from '../connect/database.ts';
import type { Catalog } from '../plans/catalog.ts';
import type { AuditPort, PlanPort } from '../ports.ts';
import type { Alert } from './alert.ts';
import type { Gate } from './gate.ts';

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
  /** Names the worker in leases. */
  readonly worker: string;
  readonly leaseMs: number;
  readonly retryMs: number;
  readonly burstMs: number;
  readonly maxAttempts: number;
  readonly concurrency: number;
  readonly gate: Gate;
  /** Seconds since 1970, where a test has a clock of its own; else the database's clock counts. */
  readonly clock: (() => number) | undefined;
  alert(alert: Alert): void;
  /** Called after each step; what it throws ends the worker there, as a crash would. */
  onStep(step: Step, tenantId: string): void | Promise<void>;
}

/** The worker is gone: nothing is cleaned up, as after a crash. */
export class Crashed extends Error {}

export async function reach(parts: SyncParts, step: Step, tenantId: string): Promise<void> {
  try {
    await parts.onStep(step, tenantId);
  } catch (cause) {
    throw new Crashed(`crashed when ${step}`, { cause });
  }
}

export const nowOf = ({ clock }: SyncParts): number => clock?.() ?? Date.now() / 1000;
