import { type Ddl, ddl, join, literal, name, type SqlFunction } from '@tenantry/core/sql';
import { systemFunction } from './functions.ts';
import { planOf } from './grace.ts';
import type { Model } from './model.ts';
import { most } from './resolve.ts';

const trigger = name('tenantry_plan_carry');
const at = ddl`statement_timestamp()`;

/**
 * A plan change that moves the periods, to another anchor or time zone, carries the usage of the current
 * period over. Otherwise changing a plan back and forth would give its allowance twice. Usage under keys
 * moves too, so that a refund returns it to the period where it is counted.
 *
 * A new period of the same plan begins at zero, because it was paid for. So does one that begins at the
 * end of the current period, with a tolerance of a thirtieth of it; clock changes and shorter months can
 * move a renewal that far.
 */
export function carryFunctions(model: Model): SqlFunction[] {
  const features = carried(model);
  if (features.length === 0) return [];
  const made = systemFunction(
    model,
    ddl`limit_plan_carry() returns trigger`,
    carryBody(model, features),
  );
  return [made];
}

/** What calls it; where nothing is carried, the end of that. */
export function carryTrigger(model: Model): Ddl {
  const { state } = model;
  if (carried(model).length === 0) return ddl`drop trigger if exists ${trigger} on ${state.path};`;
  // a tenant without a row has the default plan, and the periods of the calendar
  const events = state.isOnTenants ? ddl`update` : ddl`insert or update or delete`;
  return ddl`
    create or replace trigger ${trigger} after ${events} on ${state.path}
      for each row execute function tenantry.limit_plan_carry();
  `;
}

/** The counters with periods that a plan can move, as `('apiCalls', 'month')`. */
function carried(model: Model): Ddl[] {
  const { state } = model;
  const moves = state.has('planAnchor') || state.has('planTimeZone');
  if (model.table('usageCounters') === undefined || !moves) return [];
  return model.names.flatMap((each) => {
    const feature = model.feature(each);
    return feature.kind === 'counter' && feature.per !== 'lifetime'
      ? [ddl`(${literal(each)}, ${literal(feature.per)})`]
      : [];
  });
}

function carryBody(model: Model, features: readonly Ddl[]): Ddl {
  const { state } = model;
  const counters = model.needed('usageCounters');
  const events = model.needed('usageEvents');
  const anchor = (row: string) =>
    state.has('planAnchor') ? ddl`${{ sql: row }}.${state.column('planAnchor')}` : ddl`null`;
  const zone = (row: string) =>
    state.has('planTimeZone')
      ? ddl`coalesce(${{ sql: row }}.${state.column('planTimeZone')}, 'UTC')`
      : ddl`'UTC'`;
  const here = ddl`c.${counters.tenant} = of_tenant and c.feature = f.feature and c.period_start = a.period_start`;
  const columns = ddl`(${counters.tenant}, feature, period_start, period_end, used)`;
  const moved =
    model.home === undefined
      ? ddl`
          with moved as (
            delete from ${counters.path} c where ${here} returning c.used
          )
          insert into ${counters.path} as c ${columns}
          select of_tenant, f.feature, b.period_start, b.period_end, m.used from moved m`
      : ddl`
          delete from ${counters.path} c where ${here} returning c.used into carried;
          continue when carried is null;
          insert into ${counters.path} as c ${columns}
          values (of_tenant, f.feature, b.period_start, b.period_end, carried)`;
  return ddl`
      declare
        of_tenant ${model.tenantType} := case when tg_op = 'DELETE' then old.${state.tenant} else new.${state.tenant} end;
        f record;
        a record;
        b record;
        ${model.home === undefined ? ddl`` : ddl`carried bigint;`}
      begin
        -- a time zone that is none is refused here, and not at the next call that counts
        perform ${at} at time zone ${zone('new')};
        -- of a row that is not there all columns are null
        if ${planOf(model, ddl`old`)} = ${planOf(model, ddl`new`)}
          or (${anchor('old')} is not distinct from ${anchor('new')} and ${zone('old')} = ${zone('new')}) then
          return null;
        end if;
        for f in select * from (values ${join(features)}) v (feature, per) loop
          select * into a from tenantry.limit_period(f.per, ${anchor('old')}, ${zone('old')}, ${at});
          select * into b from tenantry.limit_period(f.per, ${anchor('new')}, ${zone('new')}, ${at});
          continue when a.period_start = b.period_start or b.period_start > a.period_end - (a.period_end - a.period_start) / 30;
          ${moved}
          on conflict (${counters.tenant}, feature, period_start) do update set used = least(c.used + excluded.used, ${most});
          update ${events.path} c set period_start = b.period_start where ${here} and c.state in ('used', 'reserved');
        end loop;
        return null;
      end`;
}
