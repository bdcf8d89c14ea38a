import { collect, draftInvoice, finalizeInvoice } from '../engine/invoicing.ts';
import { settle } from '../engine/life.ts';
import { asNumber, asText, mergeMetadata } from '../form.ts';
import { FakeStripeError, invalid } from '../http/errors.ts';
import { page } from '../http/list.ts';
import type { Routes } from '../http/router.ts';
import type { FakeInvoice, FakeSubscription } from '../objects.ts';
import type { FakeState } from '../state.ts';
import { customerOf } from './customers.ts';
import { all, found, keep, matching, remove } from './kept.ts';

const invoiceOf = (state: FakeState, id: string) => found(state.invoices, 'invoice', id);

const ofSubscription = (invoice: FakeInvoice) => invoice.parent?.subscription_details.subscription;

/** Ends an invoice that nobody pays. */
function close(state: FakeState, id: string, status: 'void' | 'uncollectible'): FakeInvoice {
  const isVoid = status === 'void';
  const invoice = invoiceOf(state, id);
  invoice.status = status;
  invoice.next_payment_attempt = null;
  invoice.status_transitions[isVoid ? 'voided_at' : 'marked_uncollectible_at'] = state.now(
    invoice.customer,
  );
  state.emit(isVoid ? 'invoice.voided' : 'invoice.marked_uncollectible', invoice);
  return invoice;
}

/** Cards whose bank wants to hear of the customer first. */
const needsAction = new Set(['pm_card_threeDSecure2Required', 'pm_card_authenticationRequired']);

/** A subscription that only bills a customer once. */
const bare = (customer: string): FakeSubscription =>
  ({
    id: '',
    customer,
    currency: 'usd',
    collection_method: 'send_invoice',
    metadata: {},
  }) as FakeSubscription;

export const invoiceRoutes: Routes = {
  'POST /v1/invoices': ({ state, params }) => {
    const customer = customerOf(state, asText(params.customer) ?? '');
    const pending = all(state, 'invoiceitem').filter(
      (each) => each.customer === customer.id && !each.invoice,
    );
    const amount = pending.reduce((sum, each) => sum + Number(each.amount), 0);
    const invoice = draftInvoice(state, bare(customer.id), 'manual', amount);
    invoice.parent = null;
    invoice.metadata = mergeMetadata({}, params.metadata);
    invoice.collection_method = asText(params.collection_method) ?? 'charge_automatically';
    const days = asNumber(params.days_until_due);
    if (days !== undefined) invoice.due_date = invoice.created + days * 86_400;
    for (const each of pending) each.invoice = invoice.id;
    return invoice;
  },

  'POST /v1/invoiceitems': ({ state, params }) => {
    const customer = customerOf(state, asText(params.customer) ?? '');
    const item = keep(state, 'ii', 'invoiceitem', {
      customer: customer.id,
      amount: asNumber(params.amount) ?? asNumber(params.unit_amount_decimal) ?? 0,
      currency: asText(params.currency) ?? 'usd',
      invoice: asText(params.invoice) ?? null,
    });
    const invoice = item.invoice === null ? undefined : state.invoices.get(item.invoice);
    if (invoice !== undefined) {
      invoice.total += item.amount;
      invoice.amount_due += item.amount;
      invoice.amount_remaining += item.amount;
    }
    state.emit('invoiceitem.created', item);
    return item;
  },

  'GET /v1/invoices': ({ state, params, url }) => {
    const { customer, subscription } = params;
    const known =
      customer === undefined ? [...state.invoices.values()] : state.invoices.by(String(customer));
    return page(
      matching(known, params, ['status']).filter(
        (each) => subscription === undefined || ofSubscription(each) === subscription,
      ),
      params,
      url,
    );
  },

  'GET /v1/invoices/:id': ({ state, id }) => invoiceOf(state, id),

  'POST /v1/invoices/:id': ({ state, id, params }) => {
    const invoice = invoiceOf(state, id);
    invoice.metadata = mergeMetadata(invoice.metadata, params.metadata);
    state.emit('invoice.updated', invoice);
    return invoice;
  },

  'DELETE /v1/invoices/:id': ({ state, id }) => {
    const invoice = invoiceOf(state, id);
    if (invoice.status !== 'draft') throw invalid('You can only delete draft invoices.');
    state.invoices.delete(id);
    state.emit('invoice.deleted', invoice);
    return { id, object: 'invoice', deleted: true };
  },

  'POST /v1/invoices/:id/finalize': ({ state, id }) => {
    const invoice = invoiceOf(state, id);
    finalizeInvoice(state, invoice);
    return invoice;
  },

  'POST /v1/invoices/:id/send': ({ state, id }) => {
    const invoice = invoiceOf(state, id);
    if (invoice.collection_method !== 'send_invoice') {
      throw invalid(
        'You can only manually send an invoice if its collection method is send_invoice.',
      );
    }
    finalizeInvoice(state, invoice);
    state.emit('invoice.sent', invoice);
    return invoice;
  },

  'DELETE /v1/invoiceitems/:id': ({ state, id }) => remove(state, id, 'invoiceitem'),

  'POST /v1/invoices/:id/pay': ({ state, id, params }) => {
    const invoice = invoiceOf(state, id);
    finalizeInvoice(state, invoice);
    const method = asText(params.payment_method) ?? '';
    if (needsAction.has(String(state.others.get(method)?.test_card ?? method))) {
      state.emit('invoice.payment_action_required', invoice);
      throw new FakeStripeError(402, 'This payment requires additional user action.', {
        type: 'card_error',
        code: 'invoice_payment_intent_requires_action',
      });
    }
    if (invoice.status === 'paid') throw invalid('Invoice is already paid');
    const paid = collect(state, invoice);
    settle(state, invoice);
    if (paid) return invoice;
    throw new FakeStripeError(402, 'Your card was declined.', {
      type: 'card_error',
      code: 'card_declined',
    });
  },

  'POST /v1/invoices/:id/void': ({ state, id }) => close(state, id, 'void'),
  'POST /v1/invoices/:id/mark_uncollectible': ({ state, id }) => close(state, id, 'uncollectible'),
};
