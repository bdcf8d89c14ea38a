import { TenantryError } from '@tenantry/core';
import { isMissing } from '../stripe/errors.ts';
import { linkCustomer } from '../sync/link.ts';
import type { SyncParts } from '../sync/parts.ts';
import { whenFree } from './turns.ts';

/** Data of the customer that is created for a tenant. */
export interface CustomerInput {
  readonly name?: string;
  readonly email?: string;
}

/** The customer of a tenant, and whether it has had its trial. */
export interface OwnCustomer {
  readonly customer: string;
  readonly trialUsed: boolean;
}

/**
 * The customer of a tenant, created when it has none. Concurrent callers claim the same row and
 * repeat the same request with the same idempotency key, so there is only one customer, also after a
 * crash between the request and our commit.
 */
export async function customerOf(
  parts: Pick<SyncParts, 'tenancy' | 'database' | 'stripe' | 'request' | 'audit'>,
  tenant: string,
  input: CustomerInput,
): Promise<OwnCustomer> {
  const { database, stripe, request, tenancy } = parts;
  const claim = await database.call('claim', { tenant, params: input, replace: true });
  const { trialUsed } = claim;
  if (claim.customer !== null) return { customer: claim.customer, trialUsed };
  const created = await whenFree(() =>
    stripe.customers.create(
      { ...claim.params, metadata: { [tenancy.property]: tenant } },
      { ...request, idempotencyKey: `tenantry-customer-${claim.attempt}` },
    ),
  );
  await linkCustomer(parts, tenant, created.id);
  return { customer: created.id, trialUsed };
}

/**
 * Whether a customer was deleted at Stripe. Only Stripe's `deleted` flag counts: a key of another account
 * or mode also gets a 404, and replacing a customer costs a tenant its plan.
 *
 * @throws TenantryError `BILLING_CUSTOMER_UNKNOWN`
 */
export async function isDeleted(
  { stripe, request }: Pick<SyncParts, 'stripe' | 'request'>,
  customer: string,
): Promise<boolean> {
  try {
    return (await stripe.customers.retrieve(customer, {}, request)).deleted === true;
  } catch (error) {
    if (isMissing(error)) throw new TenantryError('BILLING_CUSTOMER_UNKNOWN');
    throw error;
  }
}
