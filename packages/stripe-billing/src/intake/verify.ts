import { TenantryError } from '@tenantry/core';
import type Stripe from 'stripe';
import type { Origin } from '../connect/database.ts';
import type { IncomingEvent } from '../events/index.ts';

/** The conditions of an endpoint. */
export interface Accepts extends Origin {
  readonly stripe: Stripe;
  readonly secrets: readonly string[];
  /** The account whose events arrive, for a platform's endpoint: `acct_…`. */
  readonly connectedAccount: string | undefined;
  /** How old a signature may be, in seconds. */
  readonly toleranceSeconds: number;
  /** The largest body, in bytes. */
  readonly maxBytes: number;
}

/**
 * Reads and checks a webhook: the raw bytes against each secret, then mode and account.
 *
 * @throws TenantryError `WEBHOOK_TOO_LARGE`, `WEBHOOK_SIGNATURE_INVALID`, `WEBHOOK_MALFORMED`,
 *   `WEBHOOK_WRONG_MODE`, `WEBHOOK_WRONG_ACCOUNT`
 */
export async function verify(accepts: Accepts, request: Request): Promise<IncomingEvent> {
  const body = await rawBody(request, accepts.maxBytes);
  await checkSignature(accepts, body, request.headers.get('stripe-signature'));
  const event = parse(body);
  if (event.livemode !== accepts.livemode) {
    throw new TenantryError('WEBHOOK_WRONG_MODE', {
      found: `an event of ${event.livemode === true ? 'live' : 'test'} mode.`,
    });
  }
  const account = event.account ?? event.context ?? undefined;
  if (account !== accepts.connectedAccount) {
    throw new TenantryError('WEBHOOK_WRONG_ACCOUNT', {
      found: account === undefined ? 'an event of the account itself.' : 'a connected account.',
    });
  }
  return event;
}

async function rawBody(request: Request, maxBytes: number): Promise<Buffer> {
  const announced = Number(request.headers.get('content-length') ?? 0);
  const tooLarge = () =>
    new TenantryError('WEBHOOK_TOO_LARGE', { found: `more than ${maxBytes} bytes.` });
  if (announced > maxBytes) throw tooLarge();
  if (request.bodyUsed) {
    throw new TenantryError('WEBHOOK_SIGNATURE_INVALID', {
      found: 'a request whose body was read before, by a JSON parser perhaps.',
    });
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += (chunk as Uint8Array).byteLength;
    // stops reading, because the announced length may be wrong
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks);
}

/**
 * Accepts an event only when the check itself returned `true`. The asynchronous check is used, because
 * the build of `stripe` for Bun, Deno and workers has no other.
 */
async function checkSignature(
  { stripe, secrets, toleranceSeconds }: Accepts,
  body: Buffer,
  header: string | null,
): Promise<void> {
  const signature = stripe.webhooks?.signature;
  if (typeof signature?.verifyHeaderAsync !== 'function') {
    throw new TenantryError('WEBHOOK_SIGNATURE_INVALID', {
      found: 'an SDK that has nothing to check signatures with.',
      fix: 'Pass connect() an instance of the package stripe, as it came.',
    });
  }
  let reason: unknown;
  for (const secret of secrets) {
    try {
      const holds: unknown = await signature.verifyHeaderAsync(
        body,
        header ?? '',
        secret,
        toleranceSeconds,
      );
      if (holds === true) return;
    } catch (error) {
      reason = error;
    }
  }
  const found = header === null ? 'no header stripe-signature.' : describe(reason);
  throw new TenantryError('WEBHOOK_SIGNATURE_INVALID', { found });
}

const describe = (reason: unknown) =>
  reason instanceof Error && reason.message.startsWith('Timestamp outside')
    ? 'a timestamp outside the tolerance.'
    : 'a signature that none of the secrets made.';

function parse(body: Buffer): IncomingEvent {
  try {
    const event: unknown = JSON.parse(body.toString('utf8'));
    const { object } = (event ?? {}) as IncomingEvent;
    if (object === 'event' || object === 'v2.core.event') return event as IncomingEvent;
  } catch {
    // answered below
  }
  throw new TenantryError('WEBHOOK_MALFORMED');
}
