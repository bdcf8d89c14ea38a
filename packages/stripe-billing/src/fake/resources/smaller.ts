import { advanceTo } from '../engine/advance.ts';
import { change } from '../engine/life.ts';
import { asList, asNumber, asText, asTextOrNull, mergeMetadata } from '../form.ts';
import { invalid, missing } from '../http/errors.ts';
import { page } from '../http/list.ts';
import type { Routes } from '../http/router.ts';
import type { FakeObject } from '../objects.ts';
import type { FakeState } from '../state.ts';
import { customerOf } from './customers.ts';
import { subscriptionOf } from './subscriptions.ts';

/** Keeps an object of which nothing else depends. */
function keep(
  state: FakeState,
  prefix: string,
  object: string,
  fields: Record<string, unknown>,
): FakeObject {
  const kept: FakeObject = {
    id: state.id(prefix),
    object,
    livemode: state.options.livemode,
    created: state.now(fields.customer as string | undefined),
    ...fields,
  };
  state.others.set(kept.id, kept);
  return kept;
}

function kept(state: FakeState, id: string, object: string): FakeObject {
  const found = state.others.get(id);
  if (found?.object !== object) throw missing(object, id);
  return found;
}

const all = (state: FakeState, object: string) =>
  [...state.others.values()].filter((each) => each.object === object);

export const portalRoutes: Routes = {
  'POST /v1/billing_portal/sessions': ({ state, params }) => {
    const customer = customerOf(state, asText(params.customer) ?? '').id;
    const session = keep(state, 'bps', 'billing_portal.session', {
      customer,
      return_url: asTextOrNull(params.return_url),
    });
    session.url = `https://billing.stripe.example/p/${session.id}`;
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
  'POST /v1/test_helpers/test_clocks': ({ state, params }) =>
    keep(state, 'clock', 'test_helpers.test_clock', {
      frozen_time: asNumber(params.frozen_time) ?? state.now(),
      name: asTextOrNull(params.name),
      status: 'ready',
    }),
  'GET /v1/test_helpers/test_clocks/:id': ({ state, id }) =>
    kept(state, id, 'test_helpers.test_clock'),
  'POST /v1/test_helpers/test_clocks/:id/advance': ({ state, id, params }) => {
    const clock = kept(state, id, 'test_helpers.test_clock');
    const to = asNumber(params.frozen_time);
    if (to === undefined || to <= (clock.frozen_time as number)) {
      throw invalid('frozen_time must be after the current frozen time.', 'frozen_time');
    }
    advanceTo(state, to, id);
    state.emit('test_helpers.test_clock.ready', clock);
    return clock;
  },
};

export const scheduleRoutes: Routes = {
  'POST /v1/subscription_schedules': ({ state, params }) => {
    const from = asText(params.from_subscription);
    const subscription = from === undefined ? undefined : subscriptionOf(state, from);
    const schedule = keep(state, 'sub_sched', 'subscription_schedule', {
      customer: subscription?.customer ?? asTextOrNull(params.customer),
      subscription: subscription?.id ?? null,
      status: subscription === undefined ? 'not_started' : 'active',
      phases: asList(params.phases),
    });
    state.emit('subscription_schedule.created', schedule);
    if (subscription !== undefined) change(state, subscription, { schedule: schedule.id });
    return schedule;
  },
  'GET /v1/subscription_schedules/:id': ({ state, id }) => kept(state, id, 'subscription_schedule'),
  'POST /v1/subscription_schedules/:id': ({ state, id, params }) => {
    const schedule = kept(state, id, 'subscription_schedule');
    schedule.metadata = mergeMetadata({}, params.metadata);
    state.emit('subscription_schedule.updated', schedule);
    return schedule;
  },
  'POST /v1/subscription_schedules/:id/release': ({ state, id }) => end(state, id, 'released'),
  'POST /v1/subscription_schedules/:id/cancel': ({ state, id }) => end(state, id, 'canceled'),
};

function end(state: FakeState, id: string, status: 'released' | 'canceled'): FakeObject {
  const schedule = kept(state, id, 'subscription_schedule');
  schedule.status = status;
  state.emit(`subscription_schedule.${status}`, schedule);
  const subscription = state.subscriptions.get(String(schedule.subscription));
  if (subscription !== undefined) change(state, subscription, { schedule: null });
  return schedule;
}

export const paymentMethodRoutes: Routes = {
  'POST /v1/payment_methods': ({ state, params }) =>
    keep(state, 'pm', 'payment_method', { type: asText(params.type) ?? 'card', customer: null }),
  'POST /v1/payment_methods/:id/attach': ({ state, id, params }) => {
    const customer = customerOf(state, asText(params.customer) ?? '').id;
    if (id === 'pm_card_chargeCustomerFail') state.declined.add(customer);
    else if (id.startsWith('pm_card')) state.declined.delete(customer);
    const method = state.others.get(id) ?? keep(state, 'pm', 'payment_method', { type: 'card' });
    method.customer = customer;
    state.emit('payment_method.attached', method);
    return method;
  },
};

export const invoicePaymentRoutes: Routes = {
  'GET /v1/invoice_payments/:id': ({ state, id }) => kept(state, id, 'invoice_payment'),
};

export const accountRoutes: Routes = {
  'GET /v1/account': ({ state }) => ({ id: state.options.account, object: 'account' }),
};
