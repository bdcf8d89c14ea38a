import type { SyncParts } from '../sync/parts.ts';
import { isMissing } from '../sync/stripe-errors.ts';
import { isDeleted } from './customer.ts';

/**
 * A session of a customer as it is now; undefined when there is none.
 *
 * @throws TenantryError `BILLING_CUSTOMER_UNKNOWN`: with the key of another account a session that is
 *   still open would read as closed
 */
export async function currentSession(parts: SyncParts, customer: string, session: string | null) {
  if (session === null) return undefined;
  try {
    return await parts.stripe.checkout.sessions.retrieve(session, {}, parts.request);
  } catch (error) {
    if (!isMissing(error)) throw error;
    await isDeleted(parts, customer);
    return undefined;
  }
}

/** Closes a session. @returns the status that it has then: the customer may have been faster. */
export async function expireSession(
  parts: SyncParts,
  customer: string,
  id: string,
): Promise<string> {
  const { stripe, request } = parts;
  try {
    await stripe.checkout.sessions.expire(id, {}, request);
    return 'expired';
  } catch (error) {
    const status = (await currentSession(parts, customer, id))?.status ?? 'expired';
    if (status === 'open') throw error;
    return status;
  }
}
