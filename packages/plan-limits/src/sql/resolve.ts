import { type Ddl, ddl, literal } from '@tenantry/core/sql';
import type { Model } from './model.ts';

const allColumns = [
  'plan',
  'read_only',
  'anchor',
  'zone',
  'granted',
  'soft',
  'base',
  'changed_to',
  'added',
  'own_lim',
  'grace_days',
  'grace_until',
  'keeps',
] as const;

type ResolvedColumn = (typeof allColumns)[number];

/** The columns for a check; few, because the executor sets up every expression again for each insert. */
export const enforced: readonly ResolvedColumn[] = [
  'plan',
  'read_only',
  'granted',
  'soft',
  'own_lim',
  'grace_until',
];

/** The parameters of the query. */
export interface Question {
  readonly tenant: Ddl;
  readonly feature: Ddl;
  readonly at: Ddl;
  /** The plan to evaluate, when it is not null. Default: the tenant's plan. */
  readonly plan?: Ddl;
  /**
   * Returns a row only when the tenant has a row and its plan has the feature; its joins are cheaper.
   * Default: false.
   */
  readonly present?: boolean;
  /** The columns that are needed besides `lim`; all take longer. Default: all. */
  readonly columns?: readonly ResolvedColumn[];
  /** Where the rows come from; other sources answer for the past. Default: the tables. */
  readonly sources?: Sources;
}

/** FROM items with the columns of the tables. */
export interface Sources {
  readonly state: Ddl;
  readonly planFeatures: Ddl;
  readonly overrides: Ddl | undefined;
  readonly addOns: Ddl | undefined;
  readonly addOnFeatures: Ddl | undefined;
}

/** 2^53 − 1, the largest safe integer of JavaScript. */
export const most: Ddl = { sql: '9007199254740991' };

/**
 * The valid limit at this usage, from a row `r` of {@link resolved}: the former limit during a grace
 * period while more is used than the plan allows, otherwise the plan's.
 */
export const limitAt = (used: Ddl): Ddl =>
  ddl`(case when ${used} > r.own_lim then r.lim else r.own_lim end)`;

/**
 * The limit for a counter's INSERT. A grace period only matters when a row already exists, and then DO
 * UPDATE decides.
 */
export const limitOfInsert = (rows: Ddl): Ddl =>
  ddl`(case when r.grace_until is not null and exists (${rows} and c.used > r.own_lim) then r.lim else r.own_lim end)`;

/** The tables of the application. */
export const tablesOf = (model: Model): Sources => ({
  state: model.state.path,
  planFeatures: model.needed('planFeatures').path,
  overrides: model.table('featureOverrides')?.path,
  addOns: model.table('addOns')?.path,
  addOnFeatures: model.table('addOnFeatures')?.path,
});

/**
 * The limit of a feature for a tenant, as a SELECT of one row: `plan, read_only, anchor, zone, granted,
 * soft, base, changed_to, added, own_lim, grace_days, grace_until, keeps, lim`.
 *
 * The plan (of a trial, of the tenant, or the default) gives the base. The newest override of mode `set`
 * replaces it; overrides of mode `add` and add-ons add to it, which gives `own_lim`. During a grace
 * period `lim` is the former limit when that is greater. A missing or disabled row of plan_features is a
 * limit of 0; a `lim` of null means unlimited. The SELECT is inlined in functions, which saves a call
 * each.
 */
export function resolved(model: Model, question: Question): Ddl {
  const { tenant, feature, at, present = false } = question;
  const sources = question.sources ?? tablesOf(model);
  const grace = question.sources === undefined ? model.table('limitStates') : undefined;
  const has = (property: string) => model.state.has(property);
  const column = (property: string, otherwise: Ddl): Ddl =>
    has(property) ? ddl`st.${model.state.column(property)}` : otherwise;
  const trial =
    has('trialPlan') && has('trialEndsAt')
      ? ddl`case when st.${model.state.column('trialEndsAt')} > ${at} then st.${model.state.column('trialPlan')} end, `
      : ddl``;
  const asked = question.plan === undefined ? ddl`` : ddl`${question.plan}, `;
  const columns = { sql: (question.columns ?? allColumns).map((each) => `res.${each}`).join(', ') };
  const terms = termsOf(model, question, sources);
  return ddl`
    select ${columns}, ${
      grace === undefined
        ? ddl`res.own_lim`
        : ddl`case when res.own_lim is null or (res.grace_until is not null and res.keeps is null) then null
        else greatest(res.own_lim, res.keeps) end`
    } as lim
    from (
      select own.plan, own.read_only, own.anchor, own.zone,
        coalesce(pf.enforcement = 'soft', false) as soft,
        case when pf.plan is null then 0 else pf.limit_value end as base,
        coalesce(pf.grace_days, 0) as grace_days,
        ${terms.columns},
        ${grace === undefined ? ddl`null::timestamptz as grace_until, null::bigint as keeps` : ddl`grc.grace_until, grc.keeps`}
      from (
        select coalesce(${asked}${trial}${column('plan', ddl`null`)}, ${literal(model.defaultPlan)}) as plan,
          ${column('planReadOnly', ddl`false`)} is true as read_only,
          ${column('planAnchor', ddl`null::timestamptz`)} as anchor,
          coalesce(${column('planTimeZone', ddl`null`)}, 'UTC') as zone
        from ${present ? ddl`${sources.state} st where` : ddl`(select 1) one left join ${sources.state} st on`} st.${model.state.tenant} = ${tenant}
      ) own
      ${present ? ddl`` : ddl`left `}join ${sources.planFeatures} pf on pf.plan = own.plan and pf.feature = ${feature} and pf.enabled
      ${terms.joins}
      ${
        grace === undefined
          ? ddl``
          : ddl`left join ${grace.path} grc on grc.${grace.tenant} = ${tenant} and grc.feature = ${feature} and grc.grace_until > ${at}`
      }
    ) res`;
}

/** The effect of overrides and add-ons; omitted when their tables do not exist. */
function termsOf(model: Model, question: Question, sources: Sources): { columns: Ddl; joins: Ddl } {
  if (sources.overrides === undefined && sources.addOns === undefined) {
    return {
      joins: ddl``,
      columns: ddl`pf.plan is not null as granted, null::jsonb as changed_to, 0 as added,
        case when pf.plan is null then 0 else pf.limit_value end as own_lim`,
    };
  }
  return {
    joins: ddl`${overrideJoins(model, question, sources.overrides)}
      ${addOnJoin(model, question, sources)}`,
    columns: ddl`pf.plan is not null or ovr.mode is not null or coalesce(more.present, false) as granted,
        case when ovr.mode is not null then jsonb_build_object('limit', ovr.value) end as changed_to,
        coalesce(inc.units, 0) + coalesce(more.units, 0) as added,
        case when coalesce(more.unbounded, false) then null
          when ovr.mode is not null and ovr.value is null then null
          when ovr.mode is null and pf.plan is not null and pf.limit_value is null then null
          else greatest(0, least(coalesce(case when ovr.mode is not null then ovr.value else pf.limit_value end, 0)
            + coalesce(inc.units, 0) + coalesce(more.units, 0), ${most}))::bigint end as own_lim`,
  };
}

function overrideJoins(model: Model, { tenant, feature, at }: Question, source?: Ddl): Ddl {
  const table = model.table('featureOverrides');
  if (source === undefined || table === undefined) {
    return ddl`cross join (select null::text as mode, null::bigint as value) ovr
      cross join (select 0::numeric as units) inc`;
  }
  const holds = ddl`ov.${table.tenant} = ${tenant} and ov.feature = ${feature} and ov.starts_at <= ${at} and (ov.ends_at is null or ov.ends_at > ${at})`;
  return ddl`left join lateral (
        select ov.mode, ov.value from ${source} ov where ${holds} and ov.mode = 'set'
        order by ov.starts_at desc, ov.created_at desc, ov.id limit 1
      ) ovr on true
      left join lateral (select sum(ov.value) as units from ${source} ov where ${holds} and ov.mode = 'add') inc on true`;
}

function addOnJoin(model: Model, { tenant, feature }: Question, sources: Sources): Ddl {
  const table = model.table('addOns');
  if (table === undefined || sources.addOns === undefined || sources.addOnFeatures === undefined) {
    return ddl`cross join (select 0::numeric as units, false as unbounded, false as present) more`;
  }
  return ddl`left join lateral (
        select sum(had.quantity * unit.units) as units, bool_or(unit.units is null) as unbounded, count(*) > 0 as present
        from ${sources.addOns} had join ${sources.addOnFeatures} unit on unit.add_on = had.add_on and unit.feature = ${feature}
        where had.${table.tenant} = ${tenant}
      ) more on true`;
}
