import { createHmac } from 'node:crypto';
import type { FakeEvent } from '../objects.ts';

const folders: Readonly<Record<string, string>> = {
  'checkout.session': 'checkout/sessions',
  'billing_portal.session': 'billing_portal/sessions',
};

/** The thin form of an event, with ids only. */
export function thinEvent(event: FakeEvent): Record<string, unknown> {
  const { id, object } = event.data.object as { id?: string; object?: string };
  const type = String(object);
  return {
    id: event.id,
    object: 'v2.core.event',
    type: `v1.${event.type}`,
    livemode: event.livemode,
    created: new Date(event.created * 1000).toISOString(),
    reason: null,
    related_object:
      id === undefined ? null : { id, type, url: `/v1/${folders[type] ?? `${type}s`}/${id}` },
  };
}

/**
 * The header `stripe-signature` of a payload: HMAC-SHA256 over `timestamp.payload`, one `v1` per secret,
 * as during a rotation.
 *
 * @param timestamp seconds since 1970. Default: now.
 */
export function signPayload(
  payload: string,
  secrets: string | readonly string[],
  timestamp: number = Math.floor(Date.now() / 1000),
): string {
  const signatures = [secrets]
    .flat()
    .map((secret) => createHmac('sha256', secret).update(`${timestamp}.${payload}`).digest('hex'));
  return [`t=${timestamp}`, ...signatures.map((signature) => `v1=${signature}`)].join(',');
}
