import { advanceTo } from '../engine/advance.ts';
import { asForm, asList, asNumber, asText, asTextOrNull, mergeMetadata } from '../form.ts';
import { invalid } from '../http/errors.ts';
import { page } from '../http/list.ts';
import type { Routes } from '../http/router.ts';
import { customerOf } from './customers.ts';
import { all, keep, kept, matching, remove } from './kept.ts';
import { advanceSchedules } from './schedules.ts';

export const portalRoutes: Routes = {
  'POST /v1/billing_portal/sessions': ({ state, params }) => {
    const customer = customerOf(state, asText(params.customer) ?? '').id;
    const session = keep(state, 'bps', 'billing_portal.session', {
      customer,
      return_url: asTextOrNull(params.return_url),
    });
    session.url = `https://billing.stripe.example/p/${session.id}`;
    state.emit('billing_portal.session.created', session);
    return session;
  },
};

export const webhookEndpointRoutes: Routes = {
  'POST /v1/webhook_endpoints': ({ state, params }) =>
    keep(state, 'we', 'webhook_endpoint', {
      url: asText(params.url),
      enabled_events: asList(params.enabled_events),
      api_version: asTextOrNull(params.api_version),
      status: 'enabled',
      secret: `whsec_${state.id('secret')}`,
      metadata: mergeMetadata({}, params.metadata),
    }),
  'GET /v1/webhook_endpoints': ({ state, params, url }) =>
    page(all(state, 'webhook_endpoint'), params, url),
  'GET /v1/webhook_endpoints/:id': ({ state, id }) => kept(state, id, 'webhook_endpoint'),
  'DELETE /v1/webhook_endpoints/:id': ({ state, id }) => {
    kept(state, id, 'webhook_endpoint');
    state.others.delete(id);
    return { id, object: 'webhook_endpoint', deleted: true };
  },
};

export const testClockRoutes: Routes = {
  'POST /v1/test_helpers/test_clocks': ({ state, params }) => {
    const clock = keep(state, 'clock', 'test_helpers.test_clock', {
      frozen_time: asNumber(params.frozen_time) ?? state.now(),
      name: asTextOrNull(params.name),
      status: 'ready',
    });
    state.emit('test_helpers.test_clock.created', clock);
    return clock;
  },
  'DELETE /v1/test_helpers/test_clocks/:id': ({ state, id }) =>
    remove(state, id, 'test_helpers.test_clock'),
  'GET /v1/test_helpers/test_clocks/:id': ({ state, id }) =>
    kept(state, id, 'test_helpers.test_clock'),
  'POST /v1/test_helpers/test_clocks/:id/advance': ({ state, id, params }) => {
    const clock = kept(state, id, 'test_helpers.test_clock');
    const to = asNumber(params.frozen_time);
    if (to === undefined || to <= (clock.frozen_time as number)) {
      throw invalid('frozen_time must be after the current frozen time.', 'frozen_time');
    }
    state.emit('test_helpers.test_clock.advancing', clock);
    advanceTo(state, to, id);
    advanceSchedules(state, id);
    state.emit('test_helpers.test_clock.ready', clock);
    return clock;
  },
};

export const paymentMethodRoutes: Routes = {
  'POST /v1/payment_methods': ({ state, params }) =>
    keep(state, 'pm', 'payment_method', {
      type: asText(params.type) ?? 'card',
      iban: asTextOrNull(asForm(params.sepa_debit).iban),
      customer: null,
    }),
  'POST /v1/payment_methods/:id/attach': ({ state, id, params }) => {
    const customer = customerOf(state, asText(params.customer) ?? '').id;
    if (id === 'pm_card_chargeCustomerFail') state.declined.add(customer);
    else if (id.startsWith('pm_card')) state.declined.delete(customer);
    const method =
      state.others.get(id) ?? keep(state, 'pm', 'payment_method', { type: 'card', test_card: id });
    method.customer = customer;
    state.emit('payment_method.attached', method);
    return method;
  },
};

export const invoicePaymentRoutes: Routes = {
  'GET /v1/invoice_payments': ({ state, params, url }) =>
    page(matching(all(state, 'invoice_payment'), params, ['invoice']), params, url),
  'GET /v1/invoice_payments/:id': ({ state, id }) => kept(state, id, 'invoice_payment'),
  'GET /v1/charges': ({ state, params, url }) =>
    page(matching(all(state, 'charge'), params, ['payment_intent', 'customer']), params, url),
  'GET /v1/charges/:id': ({ state, id }) => kept(state, id, 'charge'),
};

export const accountRoutes: Routes = {
  'GET /v1/account': ({ state }) => ({ id: state.options.account, object: 'account' }),
  'GET /v1/balance': ({ state }) => ({
    object: 'balance',
    livemode: state.options.livemode,
    available: [],
    pending: [],
  }),
};
