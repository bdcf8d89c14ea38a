import { type Ddl, ddl, literal } from '@tenantry/core/sql';
import type { Names } from './tables.ts';

// What a sync sets in the row `b` of a customer.

const own = (key: string): Ddl => ddl`(input->'own'->>${literal(key)})`;

/** How far the copy is, and whether the customer still exists. */
export const progress = ({ now }: Pick<Names, 'now'>): Ddl => ddl`
  sync_done = greatest(b.sync_done, (input->>'seq')::bigint),
  seats_done = greatest(b.seats_done, coalesce((input->>'seatsDone')::bigint, 0)),
  lease_owner = null, lease_until = null, attempts = 0, error = input->>'seatsError', synced_at = now(),
  burst = case when b.synced_at > now() - interval '5 seconds' then least(b.burst + 1, 5) else 0 end,
  -- who was synced a moment ago waits a little longer each time: a burst of events is few rounds
  next_at = now() + (input->>'burst_ms')::double precision * interval '1 millisecond' *
    case when b.synced_at > now() - interval '5 seconds' then 2 ^ least(b.burst + 1, 5) else 1 end,
  recheck_at = ${own('recheckAt')}::timestamptz,
  ${deleted({ now })}
`;

/** Whether it still exists. */
export const deleted = ({ now }: Pick<Names, 'now'>): Ddl =>
  ddl`customer_deleted_at = case when (input->>'customerDeleted')::boolean then coalesce(b.customer_deleted_at, ${now}) end`;

export const trialUsed: Ddl = ddl`trial_used_at = least(b.trial_used_at, ${own('trialUsedAt')}::timestamptz)`;

/** What the tenant may do. */
export const state: Ddl = ddl`
  status = ${own('status')}, plan = ${own('plan')}, access = ${own('access')},
  plan_source = ${own('planSource')}, addons = input->'own'->'addons',
  period_start = ${own('periodStart')}::timestamptz, period_end = ${own('periodEnd')}::timestamptz,
  trial_ends_at = ${own('trialEndsAt')}::timestamptz,
  ${trialUsed},
  cancel_at_period_end = ${own('cancelAtPeriodEnd')}::boolean, ends_at = ${own('endsAt')}::timestamptz,
  past_due_since = ${own('pastDueSince')}::timestamptz, grace_until = ${own('graceUntil')}::timestamptz,
  unmapped_prices = nullif(input->'own'->'unmappedPrices', 'null'),
  granted = input->'granted', entitlement_version = (input->>'version')::bigint
`;
