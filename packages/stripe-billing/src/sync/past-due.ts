import type Stripe from 'stripe';
import { idIn } from '../events/family.ts';
import { type Fields, listOf, textOf, timeOf } from './fields.ts';
import type { Seconds } from './seconds.ts';
import { isRefused } from './stripe-errors.ts';

/** What a look for the failure needs. */
interface Look {
  readonly stripe: Stripe;
  readonly request: Stripe.RequestOptions;
  /** Invoice → when an event first said that its payment failed, in seconds since 1970. */
  readonly failures: Readonly<Record<string, number>>;
}

/** Invoices that a subscription cannot be past due for. */
const passed = new Set(['draft', 'void']);

/**
 * Since when a subscription is past due: since the payment of the first invoice failed of those that
 * were not paid in a row. An older one that is open was followed by one that was paid, and does not
 * count. The same whenever one asks.
 */
export async function pastDueSince(look: Look, subscription: string): Promise<Seconds> {
  const { stripe, request } = look;
  let first: Fields | undefined;
  // the newest stands first
  for await (const each of stripe.invoices.list({ subscription, limit: 100 }, request)) {
    const invoice = each as unknown as Fields;
    const status = textOf(invoice.status) ?? 'draft';
    if (passed.has(status)) continue;
    if (status === 'paid') break;
    first = invoice;
  }
  return first === undefined ? null : failedAt(look, first);
}

/** When the payment of an invoice failed: at its due date where it is sent, else at the first attempt. */
async function failedAt(look: Look, invoice: Fields): Promise<Seconds> {
  const id = idIn(invoice.id) ?? '';
  const due = timeOf(invoice.due_date);
  if (invoice.collection_method === 'send_invoice' && due !== null) return due;
  const transitions = (invoice.status_transitions ?? {}) as Fields;
  const finalized = timeOf(transitions.finalized_at) ?? timeOf(invoice.created);
  // an event may be of the second attempt, where that of the first is still on its way
  const failed = (await firstFailedCharge(look, invoice)) ?? timeOf(look.failures[id]);
  return failed === null || finalized === null
    ? (failed ?? finalized)
    : Math.max(failed, finalized);
}

/**
 * When Stripe first failed to charge for an invoice. The charges hang on its payments since the API of
 * 2025-03, and on the invoice before. A key that may not read them knows the invoice only.
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
