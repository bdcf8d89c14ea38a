import { TenantryError } from '@tenantry/core';
import type { SyncParts } from './parts.ts';

/** What {@link linkCustomer} did. */
export interface Linked {
  /** `known` when it was linked before. */
  readonly outcome: 'linked' | 'known';
  /** How many events had waited for it. */
  readonly replayed: number;
}

/**
 * Links a customer of Stripe to an organization; events that waited for it are taken up.
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

/** The organization that the metadata of a customer names, if it does; anybody can write there. */
export function organizationIn(customer: object, property: string): unknown {
  const { metadata } = customer as { readonly metadata?: unknown };
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  return Object.hasOwn(metadata, property)
    ? (metadata as Readonly<Record<string, unknown>>)[property]
    : undefined;
}

/**
 * Links a customer to the organization that its metadata names.
 * @returns undefined where that is no id, no organization here, or one that has another customer: an
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
