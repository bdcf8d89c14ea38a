import { TenantryError } from '@tenantry/core';
import type { SyncParts } from '../sync/parts.ts';
import { describeError, isMissing, isPassing } from '../sync/stripe-errors.ts';
import { type CustomerInput, customerOf, isGone, type OwnCustomer } from './customer.ts';

/**
 * Does something at Stripe for the customer of an organization. A customer that was deleted there, of
 * which no event has told yet, is replaced by a new one.
 *
 * @throws TenantryError `STRIPE_UNAVAILABLE` when Stripe cannot answer now
 */
export async function withCustomer<R>(
  parts: SyncParts,
  tenant: string,
  input: CustomerInput,
  work: (own: OwnCustomer) => Promise<R>,
): Promise<R> {
  try {
    const own = await customerOf(parts, tenant, input);
    try {
      return await work(own);
    } catch (error) {
      if (!isMissing(error) || !(await isGone(parts, own.customer))) throw error;
      await parts.database.call('customer_gone', { tenant, customer: own.customer });
      return await work(await customerOf(parts, tenant, input));
    }
  } catch (error) {
    if (!isPassing(error)) throw error;
    throw new TenantryError('STRIPE_UNAVAILABLE', { found: describeError(error), cause: error });
  }
}
