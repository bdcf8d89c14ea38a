import { isMissing } from '../stripe/errors.ts';
import type { SyncParts } from '../sync/parts.ts';
import { type CustomerInput, customerOf, isDeleted, type OwnCustomer } from './customer.ts';

/**
 * Calls Stripe for the customer of a tenant. A customer that was deleted at Stripe is replaced by
 * a new one, also before its event has arrived.
 *
 * @throws TenantryError `BILLING_CUSTOMER_UNKNOWN`
 */
export async function withCustomer<R>(
  parts: SyncParts,
  tenant: string,
  input: CustomerInput,
  work: (own: OwnCustomer) => Promise<R>,
): Promise<R> {
  const own = await customerOf(parts, tenant, input);
  try {
    return await work(own);
  } catch (error) {
    if (!isMissing(error) || !(await isDeleted(parts, own.customer))) throw error;
    await parts.database.call('customer_gone', { tenant, customer: own.customer });
    return work(await customerOf(parts, tenant, input));
  }
}
