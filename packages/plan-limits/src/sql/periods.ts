import { ddl, type SqlFunction } from '@tenantry/core/sql';
import { systemFunction } from './functions.ts';
import type { Model } from './model.ts';

/**
 * `tenantry.limit_period(per, anchor, zone, at)`: the period of a time. Every period is computed from the
 * anchor, never from the previous period, so an anchor on the 31st gives 28 February and then 31 March.
 * Local times are those of the zone: a day with a clock change has 23 or 25 hours, and a missing local
 * time is read as the one an hour later, as in PostgreSQL.
 */
export function periodFunction(model: Model): SqlFunction {
  return systemFunction(
    model,
    ddl`
      limit_period(
        per text,
        anchor timestamptz,
        zone text,
        at timestamptz,
        out period_start timestamptz,
        out period_end timestamptz
      ) returns record
    `,
    ddl`
      declare
        step interval := case per when 'day' then interval '1 day' when 'month' then interval '1 month' else interval '1 year' end;
        origin timestamp := coalesce(anchor at time zone zone, timestamp '2000-01-01 00:00:00');
        here timestamp := at at time zone zone;
        n integer;
      begin
        if per = 'lifetime' then
          period_start := '-infinity';
          period_end := 'infinity';
          return;
        end if;
        if per = 'day' then
          origin := date_trunc('day', origin);
          n := here::date - origin::date;
        elsif per = 'month' then
          n := (extract(year from here) - extract(year from origin)) * 12 + extract(month from here) - extract(month from origin);
        else
          n := extract(year from here) - extract(year from origin);
        end if;
        -- the same month is one period too late before the anchor's day in it, and clocks that change shift by one too
        if (origin + n * step) at time zone zone > at then
          n := n - 1;
        elsif (origin + (n + 1) * step) at time zone zone <= at then
          n := n + 1;
        end if;
        period_start := (origin + n * step) at time zone zone;
        period_end := (origin + (n + 1) * step) at time zone zone;
      end`,
    { volatility: 'stable' },
  );
}
