import { isMissing } from '../stripe/errors.ts';
import type { SyncParts } from '../sync/parts.ts';
import { isDeleted } from './customer.ts';

/**
 * The current session of a customer; undefined when there is none.
 *
 * @throws TenantryError `BILLING_CUSTOMER_UNKNOWN`, because with the key of another account an open
 *   session would look closed
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

/** Closes a session. @returns its status afterwards, because the customer may have completed it first. */
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
