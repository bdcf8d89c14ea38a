import { type Ddl, ddl, isoTime, join, literal, type SqlFunction } from '@tenantry/core/sql';
import { addToCounter } from './citus/add-to-counter.ts';
import { systemFunction, tenantFunctions } from './functions.ts';
import { lapse } from './lapse.ts';
import { callLimitOf } from './limit-of.ts';
import type { Model } from './model.ts';
import { limitAt, limitOfInsert, most, resolved } from './resolve.ts';
import { crossings } from './thresholds.ts';

/** `per` of a counter by its name, as a CASE; null for other features. */
export function perOf(model: Model, feature: Ddl): Ddl {
  const arms = model.names.flatMap((each) => {
    const found = model.feature(each);
    return found.kind === 'counter' ? [ddl`when ${literal(each)} then ${literal(found.per)}`] : [];
  });
  return arms.length === 0 ? ddl`null` : ddl`case ${feature} ${join(arms, ' ')} end`;
}

const usageArgs = [ddl`feature text`, ddl`amount bigint`, ddl`key text`, ddl`ttl_seconds integer`];

/**
 * `tenantry.usage_take(feature, amount, key, ttl_seconds)`: adds to a counter when the limit allows it,
 * in one round trip; with a ttl as a reservation that expires.
 *
 * The counter's row is the lock: an UPDATE that waited checks the newest version of the row, so
 * concurrent calls never exceed the limit. The INSERT of a period's first call has the same condition in
 * its SELECT, because the WHERE of ON CONFLICT does not apply to an insert.
 */
export function consumeFunctions(model: Model): SqlFunction[] {
  const events = model.needed('usageEvents');
  return [
    addFunction(model),
    ...tenantFunctions(
      model,
      ddl`usage_take(${join(usageArgs)}) returns jsonb`,
      ddl`
      #variable_conflict use_column -- ON CONFLICT names columns
      declare
        e record;
        reserved boolean := ttl_seconds is not null;
        given_back boolean;
        taken record;
      begin
        if amount is null or amount < 1 or amount > ${most} or (reserved and (key is null or ttl_seconds < 1)) or length(key) not between 1 and 200 then
          raise exception 'USAGE_INVALID: amount % of % under key %', amount, feature, key using errcode = 'TN001';
        end if;
        if key is null then
          select * into taken from tenantry.usage_add(of_tenant, feature, amount, true);
          return taken.answer;
        end if;
        for attempt in 1..3 loop
          select v.state, v.answer, ${free} as free into e from ${events.path} v
            where v.${events.tenant} = of_tenant and v.feature = $2 and v.key = $4;
          given_back := found and e.free;
          if given_back then
            -- what was given back can be taken again, by one at a time
            select v.state, v.answer, v.amount, v.period_start, ${free} as free into e from ${events.path} v
              where v.${events.tenant} = of_tenant and v.feature = $2 and v.key = $4 for update;
            continue when not found;
            given_back := e.free;
            if e.free and e.state = 'reserved' then
              -- said before anything is taken, or whoever looks for room gives it back again
              update ${events.path} v set state = 'expired', expires_at = null
                where v.${events.tenant} = of_tenant and v.feature = $2 and v.key = $4;
              perform tenantry.usage_give_back(of_tenant, feature, e.period_start, e.amount);
            end if;
          end if;
          if found and not given_back then
            if (e.answer->>'amount')::bigint <> amount or (not reserved and e.state = 'reserved') then
              raise exception 'USAGE_KEY_REUSED: key % of %', key, feature using errcode = 'TN001',
                detail = jsonb_build_object('feature', feature, 'key', key)::text;
            end if;
            return e.answer || jsonb_build_object('replayed', true, 'state', e.state);
          end if;
          -- a refusal is not final yet: whoever took the last of it may have had the same key
          select * into taken from tenantry.usage_add(of_tenant, feature, amount, given_back or attempt > 1);
          continue when not taken.granted;
          if given_back then
            update ${events.path} v set amount = $3, state = case when reserved then 'reserved' else 'used' end,
              period_start = taken.period_start, answer = taken.answer, created_at = statement_timestamp(),
              expires_at = statement_timestamp() + make_interval(secs => ttl_seconds)
              where v.${events.tenant} = of_tenant and v.feature = $2 and v.key = $4;
            return taken.answer;
          end if;
          insert into ${events.path} as v (${events.tenant}, feature, key, amount, state, period_start, answer, expires_at)
          values (of_tenant, feature, key, amount, case when reserved then 'reserved' else 'used' end, taken.period_start, taken.answer,
            statement_timestamp() + make_interval(secs => ttl_seconds))
          on conflict (${events.tenant}, feature, key) do nothing;
          if found then
            return taken.answer;
          end if;
          -- the same key, at the same time: theirs stands, ours goes back
          perform tenantry.usage_give_back(of_tenant, feature, taken.period_start, amount);
        end loop;
        raise exception 'USAGE_KEY_REUSED: key % of %', key, feature using errcode = 'TN001';
      end`,
    ),
  ];
}

/** Whether an event `v` is not counted, or is an expired reservation. */
const free = ddl`(v.state in ('refunded', 'released', 'expired') or (v.state = 'reserved' and v.expires_at <= clock_timestamp()))`;

/** `tenantry.usage_add`: adds to the counter of the running period, or says or raises that it cannot. */
function addFunction(model: Model): SqlFunction {
  const counters = model.needed('usageCounters');
  const [tenant, feature] = [ddl`of_tenant`, ddl`$2`];
  const allowed = ddl`not r.read_only and c.used + amount <= case when r.soft then ${most} else coalesce(${limitAt(ddl`c.used`)}, ${most}) end`;
  const add =
    model.home !== undefined
      ? addToCounter({
          counters,
          tenant,
          feature,
          start: ddl`p.period_start`,
          end: ddl`p.period_end`,
          amount: ddl`amount`,
          allowed,
        })
      : ddl`
          insert into ${counters.path} as c (${counters.tenant}, feature, period_start, period_end, used)
          select of_tenant, $2, p.period_start, p.period_end, amount
          where not r.read_only and (r.soft or amount <= coalesce(${limitOfInsert(ddl`select from ${counters.path} c where c.${counters.tenant} = of_tenant and c.feature = $2 and c.period_start = p.period_start`)}, ${most}))
          on conflict (${counters.tenant}, feature, period_start) do update set used = c.used + amount
            where ${allowed}
          returning c.used into total;
        `;
  return systemFunction(
    model,
    ddl`
      usage_add(
        of_tenant ${model.tenantType},
        feature text,
        amount bigint,
        refuse boolean,
        out granted boolean,
        out period_start timestamptz,
        out answer jsonb
      ) returns record
    `,
    ddl`
      #variable_conflict use_column -- ON CONFLICT names columns
      declare
        r record;
        p record;
        total bigint;
        in_grace boolean := false;
        per text := ${perOf(model, ddl`feature`)};
      begin
        if per is null then
          raise exception 'FEATURE_UNKNOWN: % is no counter', feature using errcode = 'TN001';
        end if;
        ${resolved(model, { tenant, feature, at: ddl`statement_timestamp()` })}
        into r;
        select * into p from tenantry.limit_period(per, r.anchor, r.zone, statement_timestamp());
        period_start := p.period_start;
        for attempt in 1..3 loop
          ${add}
          granted := found;
          exit when granted or in_grace or r.read_only;
          -- reservations that have expired make room; it is enough to look when there is none
          continue when attempt = 1 and tenantry.usage_expire(of_tenant, $2, 1000) > 0;
          in_grace := ${lapse(
            model,
            tenant,
            feature,
            ddl`(select c.used from ${counters.path} c where c.${counters.tenant} = of_tenant and c.feature = $2 and c.period_start = p.period_start)`,
          )};
          exit when not in_grace;
          r := ${callLimitOf(feature)};
        end loop;
        if not granted then
          if refuse then
            select c.used into total from ${counters.path} c
              where c.${counters.tenant} = of_tenant and c.feature = $2 and c.period_start = p.period_start;
            r.lim := ${limitAt(ddl`coalesce(total, 0)`)};
            if r.lim is null and not r.read_only then
              raise exception 'USAGE_INVALID: amount % of % on top of %', amount, feature, total using errcode = 'TN001';
            end if;
            perform tenantry.limit_refuse($2, r.plan, r.granted, r.read_only, coalesce(total, 0), r.lim, amount, p.period_start, p.period_end);
          end if;
          return;
        end if;
        r.lim := ${limitAt(ddl`(total - amount)`)};
        answer := jsonb_build_object('feature', feature, 'amount', amount, 'used', total, 'limit', r.lim,
          'remaining', greatest(r.lim - total, 0), 'plan', r.plan, 'periodStart', ${isoTime(ddl`p.period_start`)},
          'resetsAt', ${isoTime(ddl`p.period_end`)}, 'resetsInSeconds', case when isfinite(p.period_end) then
            ceil(extract(epoch from p.period_end - statement_timestamp()))::bigint end,
          'windowSeconds', case when isfinite(p.period_end) then extract(epoch from p.period_end - p.period_start)::bigint end,
          'replayed', false);
        ${crossings(model, { tenant, feature, before: ddl`(total - amount)`, used: ddl`total`, lim: ddl`r.lim`, plan: ddl`r.plan` })}
      end`,
  );
}
