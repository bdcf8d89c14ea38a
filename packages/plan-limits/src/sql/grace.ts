import { type Ddl, ddl, join, literal, name, type SqlFunction } from '@tenantry/core/sql';
import { systemFunction } from './functions.ts';
import { callLimitOf } from './limit-of.ts';
import type { Model, SqlTable } from './model.ts';

const at = ddl`statement_timestamp()`;
/** The tenant whose plan `setPlan` is changing. */
const settingOfTenant = ddl`current_setting($name$tenantry.limit_plan_set$name$, true)`;

/** Runs an UPDATE of the plan without the trigger that begins a grace. */
export const withoutGrace = (update: Ddl): Ddl => ddl`
  perform set_config($name$tenantry.limit_plan_set$name$, of_tenant::text, true);
  ${update}
  perform set_config($name$tenantry.limit_plan_set$name$, '', true);
`;

/**
 * The grace period after a plan change: a tenant that the change puts over a limit keeps its former limit
 * for `grace_days` of the new plan. It ends by time, or early once the tenant is within the limit. It
 * survives another change of the plan only for a tenant that is over its limit before and after that.
 * `setPlan` and an UPDATE of the column both start it.
 */
export function graceFunctions(model: Model): SqlFunction[] {
  const functions = [limitsFunction(model), startFunction(model)];
  if (model.table('limitStates') === undefined) return functions;
  const { tenant } = model.state;
  const updated = systemFunction(
    model,
    ddl`limit_plan_updated() returns trigger`,
    ddl`
      begin
        -- setPlan begins the grace itself, when the add-ons are changed too
        if ${planOf(model, ddl`old`)} <> ${planOf(model, ddl`new`)} and coalesce(${settingOfTenant}, '') <> new.${tenant}::text then
          perform tenantry.limit_grace(new.${tenant}, tenantry.limit_limits(new.${tenant}, ${planOf(model, ddl`old`)}), true);
        end if;
        return null;
      end
    `,
  );
  return [...functions, updated];
}

/** What starts it; without the table of grace, the end of that. */
export function graceTrigger(model: Model): Ddl {
  const trigger = name('tenantry_plan_grace');
  const { path } = model.state;
  return model.table('limitStates') === undefined
    ? ddl`drop trigger if exists ${trigger} on ${path};`
    : ddl`
        create or replace trigger ${trigger} after update on ${path}
          for each row when (${changed(model)}) execute function tenantry.limit_plan_updated();
      `;
}

const planColumns = ({ state }: Model) =>
  ['plan', 'trialPlan', 'trialEndsAt'].filter(state.has).map(state.column);

const changed = (model: Model): Ddl =>
  join(
    planColumns(model).map((column) => ddl`old.${column} is distinct from new.${column}`),
    ' or ',
  );

/** The plan of a row of the state. */
export function planOf({ state, defaultPlan }: Model, row: Ddl): Ddl {
  const trial =
    state.has('trialPlan') && state.has('trialEndsAt')
      ? ddl`case when ${row}.${state.column('trialEndsAt')} > ${at} then ${row}.${state.column('trialPlan')} end, `
      : ddl``;
  return ddl`coalesce(${trial}${row}.${state.column('plan')}, ${literal(defaultPlan)})`;
}

/** `tenantry.limit_limits(tenant, plan)`: feature → limit without grace, as jsonb. */
function limitsFunction(model: Model): SqlFunction {
  return systemFunction(
    model,
    ddl`limit_limits(of_tenant ${model.tenantType}, of_plan text) returns jsonb`,
    ddl`
      begin
        return (select jsonb_object_agg(f.feature, l.own_lim) from unnest(array[${limited(model)}]::text[]) f (feature)
          cross join lateral ${callLimitOf(ddl`f.feature`, ddl`of_plan`)} l);
      end`,
  );
}

const limited = (model: Model): Ddl =>
  join(model.names.filter((each) => model.feature(each).kind !== 'flag').map(literal));

/**
 * `tenantry.limit_grace(tenant, before, another_plan)`: begins and ends grace after a change, given the
 * limits before it. What is not another plan (an add-on) only begins grace: as long as it covers the
 * usage the grace is not needed, and its rest still holds when it goes away.
 */
function startFunction(model: Model): SqlFunction {
  const states = model.table('limitStates');
  const body =
    states === undefined
      ? ddl`
      begin
      end`
      : ddl`
      declare
        f record;
        r record;
        p record;
        used bigint;
        lowered boolean;
        ${graceVariables(model)}
      begin
        for f in select j.key as feature, j.value::bigint as lim from jsonb_each_text(before) j order by 1 loop
          r := ${callLimitOf(ddl`f.feature`)};
          lowered := r.own_lim is not null and (f.lim is null or f.lim > r.own_lim);
          -- most tenants have no grace that could end
          continue when not lowered and (not another_plan or r.grace_until is null);
          select * into p from tenantry.limit_period(${perOrLifetime(model)}, r.anchor, r.zone, ${at});
          used := tenantry.limit_used(of_tenant, f.feature, p.period_start);
          if r.own_lim is null or used <= r.own_lim or (another_plan and (f.lim is null or used <= f.lim)) then
            delete from ${states.path} g where g.${states.tenant} = of_tenant and g.feature = f.feature;
          end if;
          if lowered and used > r.own_lim and r.grace_days > 0 then
            -- a second change during the grace does not make it longer
            insert into ${states.path} as g (${states.tenant}, feature, keeps, grace_until)
            values (of_tenant, f.feature, f.lim, ${at} + make_interval(days => r.grace_days))
            ${overOldGrace(model, states)}
          end if;
        end loop;
      end`;
  return systemFunction(
    model,
    ddl`limit_grace(of_tenant ${model.tenantType}, before jsonb, another_plan boolean) returns void`,
    body,
  );
}

/** What {@link overOldGrace} needs in `declare`. */
export const graceVariables = ({ home }: Model): Ddl =>
  home === undefined ? ddl`` : ddl`began constant timestamptz := statement_timestamp();`;

/** A grace that has ended gives way to a new one. Citus takes no functions there. */
export const overOldGrace = ({ home }: Model, { tenant }: SqlTable): Ddl => {
  const [then, over] =
    home === undefined ? [ddl`now()`, at] : [ddl`excluded.exceeded_at`, ddl`began`];
  return ddl`
            on conflict (${tenant}, feature) do update
              set keeps = excluded.keeps, exceeded_at = ${then}, grace_until = excluded.grace_until
              where g.grace_until <= ${over};`;
};

const perOrLifetime = (model: Model): Ddl => {
  const arms = model.names.flatMap((each) => {
    const feature = model.feature(each);
    return feature.kind === 'counter'
      ? [ddl`when ${literal(each)} then ${literal(feature.per)}`]
      : [];
  });
  return arms.length === 0
    ? ddl`'lifetime'`
    : ddl`case f.feature ${join(arms, ' ')} else 'lifetime' end`;
};
