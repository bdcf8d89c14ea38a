import type { TenantKey } from '@tenantry/core';
import { failureInWords } from '@tenantry/core/scope';
import { tenantKey } from '@tenantry/core/sql';
import type { SyncParts } from '../sync/parts.ts';

/** An event that was given up, or whose customer is linked to nobody. */
interface DeadEvent {
  readonly id: string;
  readonly type: string;
  readonly state: 'dead' | 'parked';
  readonly object: string | null;
  readonly customer: string | null;
  readonly attempts: number;
  readonly error: string | null;
  /** ISO 8601 in UTC. */
  readonly receivedAt: string;
}

/** A sync that fails. */
interface FailingSync {
  readonly customer: string | null;
  readonly attempts: number;
  readonly error: string | null;
}

/** What could not be done, for an operator. */
export interface BillingDeadLetters<P extends string> {
  readonly events: readonly DeadEvent[];
  readonly tenants: readonly (TenantKey<P> & FailingSync)[];
  /** The databases of tenants that gave no answer, each in words. */
  readonly unanswered: readonly string[];
}

/** The same as `billing_dead` returns it. */
export interface DeadRows {
  readonly events: readonly DeadEvent[];
  readonly tenants: readonly (FailingSync & { readonly tenant: string })[];
}

/** What could not be done, in all databases; those that answer are listed. */
export async function deadLetters(
  { tenancy, database }: Pick<SyncParts, 'tenancy' | 'database'>,
  most: number,
): Promise<BillingDeadLetters<never>> {
  const answers = await database.answers((each) => each.call('dead', { most }));
  const [here] = answers;
  if (answers.length === 1 && here?.error !== undefined) throw here.error;
  const found = answers.flatMap(({ value = [] }) => value);
  return {
    events: found.flatMap(({ events }) => events).slice(0, most),
    tenants: found
      .flatMap(({ tenants }) => tenants)
      .slice(0, most)
      .map(({ tenant, ...row }) => ({ ...tenantKey(tenancy, tenant), ...row })),
    unanswered: answers.filter(({ error }) => error !== undefined).map(failureInWords),
  };
}
