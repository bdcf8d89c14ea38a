import type Stripe from 'stripe';
import { idIn } from '../events/family.ts';
import { isRefused } from '../stripe/errors.ts';
import { type Fields, listOf, textOf, timeOf } from './fields.ts';
import type { Seconds } from './seconds.ts';

/** The context for finding the failure. */
interface Look {
  readonly stripe: Stripe;
  readonly request: Stripe.RequestOptions;
  /** Invoice → time of its first failed-payment event, in seconds since 1970. */
  readonly failures: Readonly<Record<string, number>>;
}

/** Statuses of invoices that cannot be past due. */
const passed = new Set(['draft', 'void']);

/**
 * Since when a subscription is past due: the failure of the first invoice in the current run of unpaid
 * ones. An older open invoice followed by a paid one does not count. The result does not depend on when
 * it is computed.
 */
export async function pastDueSince(look: Look, subscription: string): Promise<Seconds> {
  const { stripe, request } = look;
  let first: Fields | undefined;
  // the newest comes first
  for await (const each of stripe.invoices.list({ subscription, limit: 100 }, request)) {
    const invoice = each as unknown as Fields;
    const status = textOf(invoice.status) ?? 'draft';
    if (passed.has(status)) continue;
    if (status === 'paid') break;
    first = invoice;
  }
  return first === undefined ? null : failedAt(look, first);
}

/**
 * When the payment of an invoice failed: at its due date for a sent invoice, otherwise at the first
 * attempt.
 */
async function failedAt(look: Look, invoice: Fields): Promise<Seconds> {
  const id = idIn(invoice.id) ?? '';
  const due = timeOf(invoice.due_date);
  if (invoice.collection_method === 'send_invoice' && due !== null) return due;
  const transitions = (invoice.status_transitions ?? {}) as Fields;
  const finalized = timeOf(transitions.finalized_at) ?? timeOf(invoice.created);
  // the event may be of the second attempt while that of the first has not arrived yet
  const failed = (await firstFailedCharge(look, invoice)) ?? timeOf(look.failures[id]);
  return failed === null || finalized === null
    ? (failed ?? finalized)
    : Math.max(failed, finalized);
}

/**
 * When the first charge of an invoice failed. Since the API of 2025-03 charges belong to the invoice's
 * payments, before to the invoice. A key that may not read charges only has the invoice.
 */
async function firstFailedCharge({ stripe, request }: Look, invoice: Fields): Promise<Seconds> {
  try {
    const intent = idIn(invoice.payment_intent) ?? (await intentOf(stripe, request, invoice));
    if (intent === undefined) return null;
    let first: Seconds = null;
    for await (const charge of stripe.charges.list(
      { payment_intent: intent, limit: 100 },
      request,
    )) {
      const at = charge.status === 'failed' ? timeOf(charge.created) : null;
      // they come newest first
      first = at ?? first;
    }
    return first;
  } catch (error) {
    if (!isRefused(error)) throw error;
    return null;
  }
}

async function intentOf(
  stripe: Stripe,
  request: Stripe.RequestOptions,
  invoice: Fields,
): Promise<string | undefined> {
  const id = idIn(invoice.id);
  if (id === undefined) return undefined;
  const { data } = await stripe.invoicePayments.list({ invoice: id, limit: 1 }, request);
  const [payment] = listOf(data);
  return idIn(((payment?.payment ?? {}) as Fields).payment_intent);
}
