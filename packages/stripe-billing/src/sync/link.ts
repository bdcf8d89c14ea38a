import { TenantryError } from '@tenantry/core';
import type { SyncParts } from './parts.ts';

/** The result of {@link linkCustomer}. */
export interface Linked {
  /** `known` when it was linked before. */
  readonly outcome: 'linked' | 'known';
  /** The number of events that had waited for it. */
  readonly replayed: number;
}

/**
 * Links a Stripe customer to an organization, and queues the events that waited for it.
 * @throws TenantryError `BILLING_CUSTOMER_TAKEN`
 */
export async function linkCustomer(
  { database, audit }: Pick<SyncParts, 'database' | 'audit'>,
  tenant: string,
  customer: string,
  replace = false,
): Promise<Linked> {
  return database.transaction('billing: link a customer', async (tx) => {
    const done = await database.callIn(tx, 'link', { tenant, customer, replace });
    const { outcome, replayed = 0 } = done;
    if (outcome === 'taken' || outcome === 'other') {
      throw new TenantryError('BILLING_CUSTOMER_TAKEN', {
        found:
          outcome === 'taken'
            ? 'a customer of another organization.'
            : 'an organization with another customer.',
      });
    }
    if (outcome === 'linked') {
      await audit?.log(tx, 'billing.customer_linked', {
        tenantId: tenant,
        resource: customer,
        metadata: { account: database.origin.account, livemode: database.origin.livemode },
      });
    }
    return { outcome, replayed };
  });
}

/** The organization in the metadata of a customer, if any; anybody can write metadata. */
export function organizationIn(customer: object, property: string): unknown {
  const { metadata } = customer as { readonly metadata?: unknown };
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  return Object.hasOwn(metadata, property)
    ? (metadata as Readonly<Record<string, unknown>>)[property]
    : undefined;
}

/**
 * Links a customer to the organization in its metadata.
 * @returns undefined for an invalid id, an unknown organization, or one with another customer; an
 *   operator decides
 */
export async function linkIfPossible(
  parts: Pick<SyncParts, 'tenancy' | 'database' | 'audit'>,
  named: unknown,
  customer: string,
): Promise<Linked | undefined> {
  try {
    return await linkCustomer(parts, parts.tenancy.parseId(named), customer);
  } catch (error) {
    const { code } = error as { code?: string };
    if (TenantryError.is(error) || code === '23503') return undefined;
    throw error;
  }
}
