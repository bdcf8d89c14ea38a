/**
 * An anchor whose month is over at `end`, an SQL expression: one of the last twelve months has a day that
 * comes back to it, also on the last of a month.
 */
export const anchorOfMonthUntil = (end: string) => `(
  select anchor from generate_series(1, 12) months, make_interval(months => months) since,
    lateral (select ${end} - since) as of(anchor)
  where anchor + since = ${end} limit 1)`;
