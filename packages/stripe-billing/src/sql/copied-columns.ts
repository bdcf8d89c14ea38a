import { columnList } from './column-list.ts';

// The columns of the copy, besides its key.

export const subscriptionColumns = columnList(`
  status text, plan text, cancel_at timestamptz, cancel_at_period_end boolean, canceled_at timestamptz,
  ended_at timestamptz, ends_at timestamptz, trial_start timestamptz, trial_end timestamptz,
  pause_collection text, past_due_since timestamptz, period_start timestamptz, period_end timestamptz,
  schedule text, latest_invoice text, metadata jsonb, started_at timestamptz
`);
export const itemColumns = columnList(`
  subscription_id text, price text, product text, lookup_key text, role text, name text, quantity bigint,
  interval text, period_start timestamptz, period_end timestamptz
`);
export const invoiceColumns = columnList(`
  subscription_id text, number text, status text, billing_reason text, currency text, total bigint,
  amount_due bigint, amount_paid bigint, amount_remaining bigint, attempt_count integer,
  due_at timestamptz, period_start timestamptz, period_end timestamptz, finalized_at timestamptz,
  paid_at timestamptz, hosted_url text, pdf_url text, issued_at timestamptz
`);
