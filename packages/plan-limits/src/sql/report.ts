import { type Ddl, ddl, isoTime, join, literal, type SqlFunction } from '@tenantry/core/sql';
import { countFeatures, ofCountRow } from './counted.ts';
import { systemFunction, tenantFunctions } from './functions.ts';
import { refusePlan } from './known-plan.ts';
import { callLimitOf } from './limit-of.ts';
import type { Model } from './model.ts';
import { limitAt, resolved, type Sources } from './resolve.ts';

/**
 * `tenantry.limit_report(feature, plan)`: limit and usage of one feature or all, on the current plan or
 * another one: for settings pages, support and previews of plan changes.
 */
export const reportFunctions = (model: Model): SqlFunction[] => [
  usedFunction(model),
  ...tenantFunctions(
    model,
    ddl`limit_report(of_feature text, of_plan text) returns jsonb`,
    reportBody(model),
  ),
];

/** The loop over the features; of the past, which has no usage, with the rows of then. */
export function reportBody(model: Model, past?: { at: Ddl; sources: Sources }): Ddl {
  const { at, sources } = past ?? { at: ddl`statement_timestamp()` };
  const rows = model.names.map((each) => {
    const feature = model.feature(each);
    const per = feature.kind === 'counter' ? literal(feature.per) : ddl`null`;
    return ddl`(${literal(each)}, ${literal(feature.kind)}, ${per})`;
  });
  const feature = ddl`f.feature`;
  const limit =
    past === undefined
      ? ddl`r := ${callLimitOf(feature, ddl`of_plan`)};`
      : ddl`
          ${resolved(model, { tenant: ddl`of_tenant`, feature, ...past })}
          into r;
        `;
  const used = past === undefined;
  const shown = used && model.table('limitStates') !== undefined;
  return ddl`
      declare
        f record;
        r record;
        p record;
        lapsed record;
        total bigint;
        result jsonb := '[]';
      begin
        ${used ? refusePlan(model, ddl`of_plan`) : ddl``}
        for f in select * from (values ${join(rows)}) v (feature, kind, per) where of_feature is null or v.feature = of_feature loop
          ${limit}
          select null::timestamptz as period_start, null::timestamptz as period_end into p;
          if f.per is not null then
            select * into p from tenantry.limit_period(f.per, r.anchor, r.zone, ${at});
          end if;
          ${used ? ddl`total := tenantry.limit_used(of_tenant, f.feature, p.period_start);` : ddl``}
          ${shown ? shownGrace : ddl``}
          result := result || jsonb_build_object('feature', f.feature, 'kind', f.kind, 'plan', r.plan, 'granted', r.granted,
            'readOnly', r.read_only, 'enforcement', case when r.soft then 'soft' else 'hard' end,
            'limit', case when f.kind = 'flag' then r.lim else ${limitAt(ddl`coalesce(total, 0)`)} end, 'planLimit', r.own_lim, 'used', total,
            'periodStart', ${isoTime(ddl`p.period_start`)}, 'resetsAt', ${isoTime(ddl`p.period_end`)},
            'graceUntil', case when total > r.own_lim then ${isoTime(ddl`r.grace_until`)} end,
            'base', r.base, 'changedTo', r.changed_to, 'added', r.added,
            'overrides', ${overridesOf(model, feature, at, sources)}, 'addOns', ${addOnsOf(model, feature, sources)});
        end loop;
        return result;
      end`;
}

/** The grace that a refusal would begin; of another plan there is none yet. */
const shownGrace: Ddl = ddl`
          if total > r.own_lim and r.grace_until is null and of_plan is null then
            select * into lapsed from tenantry.limit_lapsed(of_tenant, f.feature, total);
            if lapsed.grace_until is not null then
              r.grace_until := lapsed.grace_until;
              r.lim := lapsed.keeps;
            end if;
          end if;`;

function overridesOf(model: Model, feature: Ddl, at: Ddl, sources?: Sources): Ddl {
  const table = model.table('featureOverrides');
  if (table === undefined) return ddl`'[]'::jsonb`;
  return ddl`coalesce((select jsonb_agg(jsonb_build_object('id', v.id, 'mode', v.mode, 'value', v.value, 'startsAt', ${isoTime(ddl`v.starts_at`)},
              'endsAt', ${isoTime(ddl`v.ends_at`)}, 'reason', v.reason, 'actor', v.actor) order by v.starts_at, v.id)
              from ${sources?.overrides ?? table.path} v
              where v.${table.tenant} = of_tenant and v.feature = ${feature} and (v.ends_at is null or v.ends_at > ${at})), '[]')`;
}

function addOnsOf(model: Model, feature: Ddl, sources?: Sources): Ddl {
  const held = model.table('addOns');
  const adds = model.table('addOnFeatures');
  if (held === undefined || adds === undefined) return ddl`'[]'::jsonb`;
  return ddl`coalesce((select jsonb_agg(jsonb_build_object('addOn', h.add_on, 'quantity', h.quantity, 'units', u.units) order by h.add_on)
              from ${sources?.addOns ?? held.path} h join ${sources?.addOnFeatures ?? adds.path} u on u.add_on = h.add_on
              where h.${held.tenant} = of_tenant and u.feature = ${feature}), '[]')`;
}

/** `tenantry.limit_used(tenant, feature, period)`: null for flags. */
function usedFunction(model: Model): SqlFunction {
  const own = [
    {
      features: countFeatures(model, 'live'),
      used: () => ddl`tenantry.limit_count(of_tenant, of_feature)`,
    },
    { features: countFeatures(model, 'counter'), used: () => keptFigure(model) },
  ];
  const arms = own
    .filter(({ features }) => features.length > 0)
    .map(
      ({ features, used }) => ddl`
        if of_feature in (${join(features.map(literal))}) then
          return ${used()};
        end if;
      `,
    );
  return systemFunction(
    model,
    ddl`limit_used(of_tenant ${model.tenantType}, of_feature text, of_period timestamptz) returns bigint`,
    ddl`
      begin
        ${join(arms, '\n')}
        ${counterUsed(model)}
        return null;
      end`,
  );
}

const keptFigure = (model: Model): Ddl =>
  ddl`coalesce((select c.used from ${model.needed('usageCounters').path} c where ${ofCountRow(model, ddl`of_feature`, ddl`of_tenant`)}), 0)`;

/** A reservation that has expired is free already, though its row waits to be cleared. */
function counterUsed(model: Model): Ddl {
  const [counters, events] = [model.table('usageCounters'), model.table('usageEvents')];
  if (counters === undefined || events === undefined) return ddl``;
  return ddl`
        if of_period is not null then
          return greatest(0, coalesce((select c.used from ${counters.path} c
              where c.${counters.tenant} = of_tenant and c.feature = of_feature and c.period_start = of_period), 0)
            - coalesce((select sum(v.amount) from ${events.path} v
              where v.${events.tenant} = of_tenant and v.feature = of_feature and v.period_start = of_period
                and v.state = 'reserved' and v.expires_at <= statement_timestamp()), 0));
        end if;`;
}
