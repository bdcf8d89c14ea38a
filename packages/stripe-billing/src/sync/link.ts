import { TenantryError } from '@tenantry/core';
import { tenantKey } from '@tenantry/core/sql';
import type { SyncParts } from './parts.ts';

/** The result of {@link linkCustomer}. */
export interface LinkedCustomer {
  /** `known` when it was linked before. */
  readonly outcome: 'linked' | 'known';
  /** The number of events that had waited for it. */
  readonly replayed: number;
}

type LinkParts = Pick<SyncParts, 'tenancy' | 'database' | 'audit'>;

/**
 * Links a Stripe customer to a tenant, and queues the events that waited for it.
 * @throws TenantryError `BILLING_CUSTOMER_TAKEN`
 */
export async function linkCustomer(
  { tenancy, database, audit }: LinkParts,
  tenant: string,
  customer: string,
  replace = false,
): Promise<LinkedCustomer> {
  return database.transaction('billing: link a customer', tenant, async (tx) => {
    const done = await database.callIn(tx, 'link', { tenant, customer, replace });
    const { outcome, replayed = 0 } = done;
    if (outcome === 'taken' || outcome === 'other') {
      throw new TenantryError('BILLING_CUSTOMER_TAKEN', {
        found:
          outcome === 'taken'
            ? `a customer of another ${tenancy.tenant}.`
            : `another customer of the ${tenancy.tenant}.`,
      });
    }
    if (outcome === 'linked') {
      await audit?.log(tx, 'billing.customer_linked', {
        ...tenantKey(tenancy, tenant),
        resource: ['stripe_customer', customer],
        metadata: { account: database.origin.account, livemode: database.origin.livemode },
      });
    }
    return { outcome, replayed };
  });
}

/**
 * Tries the events again that waited for a customer in the shared database, where events are stored, when its
 * tenant lives in another one: there linking finds none of them.
 * @returns how many
 */
export async function takeUp(
  { database }: Pick<SyncParts, 'database'>,
  { replayed }: LinkedCustomer,
  customer: string,
): Promise<number> {
  const [shared, ...others] = replayed > 0 ? [] : await database.each();
  if (shared === undefined || others.length === 0) return 0;
  return (await shared.call('replay', { customer })).events;
}

/** The tenant in the metadata of a customer, if any; anybody can write metadata. */
export function tenantInMetadata(customer: object, property: string): unknown {
  const { metadata } = customer as { readonly metadata?: unknown };
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  return Object.hasOwn(metadata, property)
    ? (metadata as Readonly<Record<string, unknown>>)[property]
    : undefined;
}

/**
 * Links a customer to the tenant in its metadata.
 * @returns undefined for an invalid id, an unknown tenant, or one with another customer; an
 *   operator decides
 */
export async function linkIfPossible(
  parts: LinkParts,
  named: unknown,
  customer: string,
): Promise<LinkedCustomer | undefined> {
  try {
    return await linkCustomer(parts, parts.tenancy.parseId(named), customer);
  } catch (error) {
    const { code } = error as { code?: string };
    if (TenantryError.is(error) || code === '23503') return undefined;
    throw error;
  }
}
