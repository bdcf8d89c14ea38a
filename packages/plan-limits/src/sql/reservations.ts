import { type Ddl, ddl, type SqlFunction } from '@tenantry/core/sql';
import { expireByTenant } from './citus/expire.ts';
import { systemFunction, tenantFunctions } from './functions.ts';
import type { Model } from './model.ts';

/**
 * The later steps of usage: `usage_settle` confirms, releases or refunds it by its key, and
 * `usage_expire` releases reservations that nobody confirmed. Amounts are returned to their own period.
 * Every path locks the event first and then its counter.
 */
export const reservationFunctions = (model: Model): SqlFunction[] => [
  giveBackFunction(model),
  expireFunction(model),
  dueFunction(model),
  ...tenantFunctions(
    model,
    ddl`usage_settle(feature text, key text, action text, amount bigint) returns jsonb`,
    settleBody(model),
  ),
];

function settleBody(model: Model): Ddl {
  const events = model.needed('usageEvents');
  return ddl`
      declare
        e record;
        target text := case action when 'confirm' then 'used' when 'release' then 'released' when 'refund' then 'refunded' end;
        from_state text := case action when 'refund' then 'used' else 'reserved' end;
        final bigint;
      begin
        -- one at a time settles an event, so that a second call finds what the first one did
        select v.amount, v.state, v.period_start, v.answer into e from ${events.path} v
          where v.${events.tenant} = of_tenant and v.feature = $2 and v.key = $3 for update;
        if not found then
          raise exception 'USAGE_NOT_FOUND: key % of %', key, feature using errcode = 'TN001';
        end if;
        if e.state = target or (action = 'release' and e.state = 'expired') then
          return jsonb_build_object('state', e.state, 'amount', e.amount, 'replayed', true);
        end if;
        if e.state <> from_state then
          raise exception 'USAGE_STATE_INVALID: % of % that is %', action, feature, e.state using errcode = 'TN001',
            detail = jsonb_build_object('feature', feature, 'key', key, 'state', e.state)::text;
        end if;
        final := case when action = 'confirm' then coalesce(amount, e.amount) else e.amount end;
        if final < 0 or final > e.amount then
          raise exception 'USAGE_INVALID: % of % reserved', final, e.amount using errcode = 'TN001';
        end if;
        update ${events.path} v set state = target, amount = final, expires_at = null
          where v.${events.tenant} = of_tenant and v.feature = $2 and v.key = $3;
        perform tenantry.usage_give_back(of_tenant, feature, e.period_start, case when action = 'confirm' then e.amount - final else e.amount end);
        return jsonb_build_object('state', target, 'amount', final, 'replayed', false);
      end`;
}

function giveBackFunction(model: Model): SqlFunction {
  const counters = model.needed('usageCounters');
  return systemFunction(
    model,
    ddl`
      usage_give_back(
        of_tenant ${model.tenantType},
        feature text,
        of_period timestamptz,
        amount bigint
      ) returns void
    `,
    ddl`
      begin
        update ${counters.path} c set used = greatest(c.used - $4, 0)
          where c.${counters.tenant} = of_tenant and c.feature = $2 and c.period_start = of_period and $4 > 0;
      end`,
  );
}

/**
 * Reservations that are being confirmed are skipped, so nobody waits. There are two queries, for one
 * tenant and feature or for all, because no index serves both.
 */
function expireFunction(model: Model): SqlFunction {
  const events = model.needed('usageEvents');
  const key = ddl`v.${events.tenant} = d.tenant and v.feature = d.feature and v.key = d.key`;
  const loop = (whose: Ddl): Ddl => ddl`
        for e in
          with due as (
            select v.${events.tenant} as tenant, v.feature, v.key from ${events.path} v
            where v.state = 'reserved' and v.expires_at <= clock_timestamp()${whose}
            order by 1, 2, 3 limit batch for update skip locked
          ), gone as (
            update ${events.path} v set state = 'expired', expires_at = null from due d where ${key}
            returning v.${events.tenant} as tenant, v.feature, v.period_start, v.amount
          )
          select g.tenant, g.feature, g.period_start, sum(g.amount)::bigint as amount, count(*) as n
          from gone g group by 1, 2, 3 order by 1, 2, 3
        loop
          perform tenantry.usage_give_back(e.tenant, e.feature, e.period_start, e.amount);
          expired := expired + e.n;
        end loop;`;
  if (model.home !== undefined) return expireByTenant(model);
  return systemFunction(
    model,
    ddl`usage_expire(of_tenant ${model.tenantType}, of_feature text, batch integer) returns bigint`,
    ddl`
      declare
        e record;
        expired bigint := 0;
      begin
        if of_tenant is null then
          ${loop(ddl``)}
        else
          ${loop(ddl` and v.${events.tenant} = of_tenant and v.feature = of_feature`)}
        end if;
        return expired;
      end`,
  );
}

/** `tenantry.usage_due()`: reservations that have expired and wait to be cleared. */
function dueFunction(model: Model): SqlFunction {
  const { path } = model.needed('usageEvents');
  return systemFunction(
    model,
    ddl`usage_due() returns bigint`,
    ddl`
      begin
        return (select count(*) from ${path} v where v.state = 'reserved' and v.expires_at <= clock_timestamp());
      end`,
  );
}
