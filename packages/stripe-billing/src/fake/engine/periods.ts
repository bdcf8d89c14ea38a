import type { FakeRecurring, Seconds } from '../objects.ts';

const day = 24 * 3600;

/** The end of the period that starts at `start`: day 31 becomes the last day of a shorter month. */
export function endOfPeriod(start: Seconds, recurring: FakeRecurring | null): Seconds {
  const { interval = 'month', interval_count: count = 1 } = recurring ?? {};
  if (interval === 'day') return start + count * day;
  if (interval === 'week') return start + count * 7 * day;
  const from = new Date(start * 1000);
  const months = from.getUTCMonth() + count * (interval === 'year' ? 12 : 1);
  const last = new Date(Date.UTC(from.getUTCFullYear(), months + 1, 0)).getUTCDate();
  const to = new Date(start * 1000);
  to.setUTCDate(1);
  to.setUTCMonth(months);
  to.setUTCDate(Math.min(from.getUTCDate(), last));
  return Math.floor(to.getTime() / 1000);
}
