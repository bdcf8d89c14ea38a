import type { SyncParts } from '../sync/parts.ts';
import { isMissing } from '../sync/stripe-errors.ts';

/** A session as it is now; undefined when there is none. */
export async function currentSession({ stripe, request }: SyncParts, session: string | null) {
  if (session === null) return undefined;
  try {
    return await stripe.checkout.sessions.retrieve(session, {}, request);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Closes a session. @returns the status that it has then: the customer may have been faster. */
export async function expireSession(parts: SyncParts, id: string): Promise<string> {
  const { stripe, request } = parts;
  try {
    await stripe.checkout.sessions.expire(id, {}, request);
    return 'expired';
  } catch (error) {
    const status = (await currentSession(parts, id))?.status ?? 'expired';
    if (status === 'open') throw error;
    return status;
  }
}
