import { type Ddl, ddl, join, literal, type SqlFunction } from '@tenantry/core/sql';
import { functionAbout } from './functions.ts';
import { planOf, withoutGrace } from './grace.ts';
import { refusePlan } from './known-plan.ts';
import type { Model } from './model.ts';

/**
 * `tenantry.limit_set_plan(tenant, change)`: applies a plan change in one statement. A change with an
 * older version is ignored and answered with false, so events that arrive out of order lead to the same
 * state.
 *
 * The anchor is kept when the new period begins on its grid: an anchor on the 31st gives a period that
 * begins on 28 February, and with that date as the new anchor all later periods would begin on the 28th.
 */
export function setPlanFunctions(model: Model): SqlFunction[] {
  const { state, tenantType } = model;
  const plan = ddl`(change->>'plan')`;
  return functionAbout(
    model,
    ddl`limit_set_plan(of_tenant ${tenantType}, change jsonb) returns boolean`,
    ddl`
      declare
        s ${state.path};
        changed ${state.path};
        before jsonb;
      begin
        ${refusePlan(model, plan)}
        ${lockedState(model)}
        ${
          state.has('planVersion')
            ? ddl`
        if (change->>'version')::bigint < s.${state.column('planVersion')} then
          return false;
        end if;`
            : ddl``
        }
        ${anchorKept(model)}
        before := tenantry.limit_limits(of_tenant, null);
        ${withoutGrace(ddl`
          ${updated(model)}
        `)}
        ${replaceAddOns(model)}
        perform tenantry.limit_grace(of_tenant, before, ${planOf(model, ddl`s`)} <> ${planOf(model, ddl`changed`)});
        return true;
      end`,
  );
}

/**
 * The lock serialises plan changes of a tenant, which versions need. Rows that reference the tenant can
 * still be written, because no key changes.
 */
function lockedState({ state }: Model): Ddl {
  const insert = ddl`insert into ${state.path} (${state.tenant}) values (of_tenant) on conflict do nothing;`;
  return ddl`
        ${state.isOnTenants ? ddl`` : insert}
        select t.* into s from ${state.path} t where t.${state.tenant} = of_tenant for no key update;
        if not found then
          raise exception 'TENANT_NOT_FOUND: no tenant to set the plan of' using errcode = 'TN001';
        end if;`;
}

function anchorKept({ state }: Model): Ddl {
  if (!state.has('planAnchor')) return ddl``;
  const anchor = ddl`s.${state.column('planAnchor')}`;
  const zone = state.has('planTimeZone')
    ? ddl`coalesce(s.${state.column('planTimeZone')}, 'UTC')`
    : ddl`'UTC'`;
  return ddl`
        if ${anchor} is not null and (change->>'periodStart') is not null
          and (select p.period_start from tenantry.limit_period('month', ${anchor}, ${zone}, (change->>'periodStart')::timestamptz) p)
            = (change->>'periodStart')::timestamptz then
          change := change - 'periodStart';
        end if;`;
}

/** Updates the row, into `changed`. Citus takes no casts in the CASE of an UPDATE, so it gets the values. */
function updated(model: Model): Ddl {
  const { state, home } = model;
  const all = assignments(model, home === undefined ? ddl`t` : ddl`s`);
  const update = (sets: readonly Ddl[]) =>
    ddl`update ${state.path} t set ${join(sets)} where t.${state.tenant} = of_tenant returning t.* into changed;`;
  if (home === undefined) return update(all.map(([column, value]) => ddl`${column} = ${value}`));
  return ddl`
          changed := s;
          ${join(
            all.map(([column, value]) => ddl`changed.${column} := ${value};`),
            '\n',
          )}
          ${update(all.map(([column]) => ddl`${column} = changed.${column}`))}`;
}

/** The columns and their values, from the row `of`. A missing key keeps its column unchanged. */
function assignments({ state, defaultPlan }: Model, of: Ddl): (readonly [Ddl, Ddl])[] {
  const set = (property: string, key: string, type: string): (readonly [Ddl, Ddl])[] => {
    if (!state.has(property)) return [];
    const column = state.column(property);
    return [
      [
        column,
        ddl`case when change ? ${literal(key)} then (change->>${literal(key)})::${{ sql: type }} else ${of}.${column} end`,
      ],
    ];
  };
  const other = (property: string, value: (column: Ddl) => Ddl): (readonly [Ddl, Ddl])[] =>
    state.has(property) ? [[state.column(property), value(state.column(property))]] : [];
  return [
    [
      state.column('plan'),
      state.isPlanRequired
        ? ddl`coalesce(change->>'plan', ${literal(defaultPlan)})`
        : ddl`change->>'plan'`,
    ],
    ...set('planAnchor', 'periodStart', 'timestamptz'),
    ...set('planPeriodEnd', 'periodEnd', 'timestamptz'),
    // a plan set by billing ends a trial of the application
    ...other(
      'trialPlan',
      (column) => ddl`case when (change->>'plan') is null then ${of}.${column} end`,
    ),
    ...other(
      'trialEndsAt',
      (
        column,
      ) => ddl`case when change ? 'trialEndsAt' and (change->>'plan') is not null then (change->>'trialEndsAt')::timestamptz
            when (change->>'plan') is not null then null else ${of}.${column} end`,
    ),
    ...other(
      'planReadOnly',
      (column) => ddl`coalesce((change->>'readOnly')::boolean, ${of}.${column})`,
    ),
    ...set('planSource', 'source', 'text'),
    ...set('planVersion', 'version', 'bigint'),
  ];
}

function replaceAddOns(model: Model): Ddl {
  const [held, adds] = [model.table('addOns'), model.table('addOnFeatures')];
  if (held === undefined || adds === undefined) {
    return ddl`
        if coalesce(change->'addons', '{}') <> '{}' then
          raise exception 'ADD_ON_UNKNOWN: the schema has no tables of add-ons' using errcode = 'TN001';
        end if;`;
  }
  return ddl`
        if change ? 'addons' then
          if exists (select from jsonb_each_text(change->'addons') a where a.key <> all (array[${join(model.addOns.map(literal))}]::text[])
            and not exists (select from ${adds.path} k where k.add_on = a.key)) then
            raise exception 'ADD_ON_UNKNOWN: one of %', (select string_agg(a.key, ', ') from jsonb_each_text(change->'addons') a) using errcode = 'TN001';
          end if;
          delete from ${held.path} h where h.${held.tenant} = of_tenant
            and not coalesce((change->'addons'->>h.add_on)::integer > 0, false);
          insert into ${held.path} as h (${held.tenant}, add_on, quantity)
          select of_tenant, a.key, a.value::integer from jsonb_each_text(change->'addons') a where a.value::integer > 0
          on conflict (${held.tenant}, add_on) do update set quantity = excluded.quantity where h.quantity <> excluded.quantity;
        end if;`;
}

/** `tenantry.limit_start_trial`: another plan until a time, over the one that the tenant has. */
export function startTrialFunctions(model: Model): SqlFunction[] {
  const { state } = model;
  if (!state.has('trialPlan') || !state.has('trialEndsAt')) return [];
  return functionAbout(
    model,
    ddl`limit_start_trial(of_tenant ${model.tenantType}, of_plan text, ends_at timestamptz) returns void`,
    ddl`
      declare
        s ${state.path};
      begin
        ${refusePlan(model, ddl`of_plan`)}
        ${lockedState(model)}
        update ${state.path} t set ${state.column('trialPlan')} = of_plan, ${state.column('trialEndsAt')} = ends_at
          where t.${state.tenant} = of_tenant;
      end`,
  );
}
