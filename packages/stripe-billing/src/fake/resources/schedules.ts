import { change } from '../engine/life.ts';
import { asForm, asList, asNumber, asText, asTextOrNull, mergeMetadata } from '../form.ts';
import { invalid } from '../http/errors.ts';
import type { Routes } from '../http/router.ts';
import type { FakeObject } from '../objects.ts';
import type { FakeState } from '../state.ts';
import { customerOf } from './customers.ts';
import { all, keep, kept } from './kept.ts';
import { subscribe, subscriptionOf } from './subscriptions.ts';

const week = 7 * 86_400;
const month = 30 * 86_400;

export const scheduleRoutes: Routes = {
  'POST /v1/subscription_schedules': ({ state, params }) => {
    const from = asText(params.from_subscription);
    const subscription = from === undefined ? undefined : subscriptionOf(state, from);
    const customer = subscription?.customer ?? asTextOrNull(params.customer);
    if (customer === null) throw invalid('Missing required param: customer.', 'customer');
    customerOf(state, customer);
    const phases = asList(params.phases).map((phase) => asForm(phase));
    const start = asNumber(params.start_date) ?? state.now(customer);
    const iterations = phases.reduce((sum, each) => sum + (asNumber(each.iterations) ?? 1), 0);
    const schedule = keep(state, 'sub_sched', 'subscription_schedule', {
      customer,
      subscription: subscription?.id ?? null,
      status: subscription === undefined ? 'not_started' : 'active',
      end_behavior: asText(params.end_behavior) ?? 'release',
      phases,
      starts_at: start,
      ends_at: start + iterations * month,
    });
    state.emit('subscription_schedule.created', schedule);
    if (subscription !== undefined) change(state, subscription, { schedule: schedule.id });
    else if (start <= state.now(customer)) begin(state, schedule);
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
  'POST /v1/subscription_schedules/:id/cancel': ({ state, id }) => {
    const schedule = end(state, id, 'canceled');
    // a schedule with a started subscription is aborted too
    if (schedule.subscription !== null) state.emit('subscription_schedule.aborted', schedule);
    return schedule;
  },
};

/** Begins the subscription of a schedule with its first phase. */
function begin(state: FakeState, schedule: FakeObject): void {
  const [phase] = schedule.phases as ReturnType<typeof asForm>[];
  const items = asList(phase?.items);
  if (items.length === 0) return;
  const subscription = subscribe(state, String(schedule.customer), { items });
  schedule.subscription = subscription.id;
  schedule.status = 'active';
  change(state, subscription, { schedule: schedule.id });
}

/** Advances the schedules of a clock: they begin, announce their end, and end. */
export function advanceSchedules(state: FakeState, clock: string): void {
  for (const schedule of all(state, 'subscription_schedule')) {
    const customer = String(schedule.customer);
    if (state.customers.get(customer)?.test_clock !== clock) continue;
    const now = state.now(customer);
    if (schedule.status === 'not_started' && Number(schedule.starts_at) <= now) {
      begin(state, schedule);
    }
    if (schedule.status !== 'active') continue;
    if (Number(schedule.ends_at) - week <= now) {
      state.emit('subscription_schedule.expiring', schedule);
    }
    if (Number(schedule.ends_at) <= now) end(state, schedule.id, 'completed');
  }
}

function end(
  state: FakeState,
  id: string,
  status: 'released' | 'canceled' | 'completed',
): FakeObject {
  const schedule = kept(state, id, 'subscription_schedule');
  schedule.status = status;
  state.emit(`subscription_schedule.${status}`, schedule);
  const subscription = state.subscriptions.get(String(schedule.subscription));
  if (subscription !== undefined) change(state, subscription, { schedule: null });
  return schedule;
}
