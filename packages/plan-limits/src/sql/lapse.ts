import { type Ddl, ddl, join, literal, name, type SqlFunction } from '@tenantry/core/sql';
import type { FeatureInput } from '@tenantry/rls/feature';
import type { Part } from '../tables/marks.ts';
import { type ChangedTable, executesFor, keyOf, toldKey, toldTenant } from './changed-row.ts';
import {
  log,
  logOf,
  logTables,
  watchFunctions as watchFunctionsOfCitus,
} from './citus/limit-log.ts';
import { systemFunction } from './functions.ts';
import { graceVariables, overOldGrace } from './grace.ts';
import { callLimitOf } from './limit-of.ts';
import type { Model } from './model.ts';
import { resolved } from './resolve.ts';

const now = ddl`statement_timestamp()`;
const triggerName = name('tenantry_limit_changed');

interface Watched extends ChangedTable {
  readonly part: Part | 'planState';
  readonly events: Ddl;
}

/**
 * The grace period after a limit was lowered without a plan change: by an override or trial that ended,
 * also by time, a removed add-on, or a lowered row of plan_features. No tenant is counted at that moment,
 * however many are affected. The former values are kept for the longest grace period, and read when a
 * tenant would be refused or its usage is shown.
 */
export function lapseFunctions(model: Model): SqlFunction[] {
  if (model.table('limitStates') === undefined) return [];
  return [
    ...watchFunctions(model),
    lapsedFunction(model, watchedTables(model)),
    beginFunction(model),
  ];
}

/** The table of what was changed, and the triggers that fill it; without grace, the end of those. */
export function lapseTriggers(model: Model, input: FeatureInput): Ddl[] {
  const watched = watchedTables(model);
  if (model.table('limitStates') === undefined) {
    return watched.map(({ table }) => ddl`drop trigger if exists ${triggerName} on ${table.path};`);
  }
  return [
    ...(model.home === undefined ? logTable(model) : logTables(model, input)),
    ...watched.map(
      (each) => ddl`
        create or replace trigger ${triggerName} after ${each.events} on ${each.table.path}
          for each row ${executesFor(watcher(model, each), each.part, each)};
      `,
    ),
  ];
}

const logTable = (model: Model): Ddl[] => [
  ddl`
      create table if not exists ${log} (
        id bigint generated always as identity primary key, tenant ${model.tenantType}, part text not null,
        key text not null, before jsonb, at timestamptz not null default clock_timestamp()
      );
      create index if not exists limit_changed_at_idx on ${log} (tenant, at);
      revoke all on ${log} from public;
      grant select, insert, update, delete on ${log} to ${name(model.tenancy.roles.system)};
    `,
];

function watchedTables(model: Model): Watched[] {
  const of = (
    part: Part,
    ofTenant: boolean,
    keys: readonly string[],
    events = ddl`insert or update or delete`,
  ): Watched[] => {
    const table = model.table(part);
    return table === undefined ? [] : [{ part, table, ofTenant, keys, events }];
  };
  return [
    ...of('planFeatures', false, ['plan', 'feature']),
    ...of('addOnFeatures', false, ['add_on', 'feature']),
    ...of('addOns', true, ['add_on']),
    // one that begins says so itself
    ...of('featureOverrides', true, ['id'], ddl`update or delete`),
    // a tenant without a row has the default plan; an UPDATE begins its grace at once
    ...(model.state.isOnTenants
      ? []
      : [
          {
            part: 'planState' as const,
            table: model.state,
            ofTenant: true,
            keys: [],
            events: ddl`delete`,
          },
        ]),
  ];
}

/** The function that a table's trigger calls. */
const watcher = ({ home }: Model, { ofTenant }: ChangedTable): string =>
  home === undefined || ofTenant ? 'limit_changed_row' : 'limit_changed_plan_row';

/** `tenantry.limit_changed_row()`: writes down what stood there, of the table that its trigger names. */
const watchFunctions = (model: Model): SqlFunction[] =>
  model.home === undefined ? [watchFunction(model)] : watchFunctionsOfCitus(model);

const watchFunction = (model: Model): SqlFunction =>
  systemFunction(
    model,
    ddl`limit_changed_row() returns trigger`,
    ddl`
      declare
        before constant jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
        changed constant jsonb := coalesce(before, to_jsonb(new));
      begin
        if tg_op = 'UPDATE' and old.* is not distinct from new.* then
          return null;
        end if;
        insert into ${log} (tenant, part, key, before)
        values (${toldTenant(model, ddl`changed`)}, tg_argv[0], ${toldKey(ddl`changed`)}, before);
        return null;
      end
    `,
  );

/** The rows of a table as they stood right before `w.at`. */
function then(model: Model, watched: Watched): Ddl {
  const { part, table, ofTenant } = watched;
  const [from, ofAll] =
    model.home === undefined ? [log, ddl`c.tenant is null`] : [logOf(ofTenant), ddl`true`];
  const whose = ofTenant ? ddl`c.tenant = of_tenant` : ofAll;
  const changed = ddl`select from ${from} c where ${whose} and c.part = ${literal(part)} and c.at >= w.at`;
  const own = ofTenant ? ddl`x.${table.tenant} = of_tenant and ` : ddl``;
  return ddl`(select x.* from ${table.path} x where ${own}not exists (${changed} and c.key = ${keyOf(watched, ddl`x`)})
          union all
          select (jsonb_populate_record(null::${table.path}, f.before)).* from (
            select distinct on (c.key) c.before from ${from} c
            where ${whose} and c.part = ${literal(part)} and c.at >= w.at order by c.key, c.at, c.id) f
          where f.before is not null)`;
}

/**
 * `tenantry.limit_lapsed(tenant, feature, used)`: the former limit and the end of its grace period; nulls
 * without one. Of several, the first counts until it is over.
 */
function lapsedFunction(model: Model, watched: readonly Watched[]): SqlFunction {
  const { state } = model;
  const states = model.needed('limitStates');
  const overrides = model.table('featureOverrides');
  const source = (part: Watched['part']) => {
    const found = watched.find((each) => each.part === part);
    return found && then(model, found);
  };
  const times = [
    ...(model.home === undefined
      ? [ddl`select c.at from ${log} c where c.tenant = of_tenant or c.tenant is null`]
      : [
          ddl`select c.at from ${log} c where c.tenant = of_tenant`,
          ddl`select c.at from ${logOf(false)} c`,
        ]),
    ...(overrides === undefined
      ? []
      : [
          ddl`select o.ends_at from ${overrides.path} o where o.${overrides.tenant} = of_tenant and o.feature = of_feature`,
        ]),
    ...(state.has('trialPlan') && state.has('trialEndsAt')
      ? [
          ddl`select s.${state.column('trialEndsAt')} from ${state.path} s where s.${state.tenant} = of_tenant`,
        ]
      : []),
  ];
  return systemFunction(
    model,
    ddl`
      limit_lapsed(
        of_tenant ${model.tenantType},
        of_feature text,
        used bigint,
        out keeps bigint,
        out grace_until timestamptz
      ) returns record
    `,
    ddl`
      declare
        r record;
        b record;
        w record;
      begin
        r := ${callLimitOf(ddl`of_feature`)};
        -- only who was over already is helped: within the limit nobody needs the one from before
        if not coalesce(used > r.own_lim, false) or r.grace_until is not null or r.grace_days = 0 then
          return;
        end if;
        for w in
          select distinct t.at from (${join(times, ' union all ')}) t (at)
          where t.at > ${now} - make_interval(days => r.grace_days) and t.at <= clock_timestamp()
            -- what happens during a grace does not make it longer
            and t.at >= coalesce((select g.grace_until from ${states.path} g where g.${states.tenant} = of_tenant and g.feature = of_feature), '-infinity')
          order by t.at
        loop
          ${resolved(model, {
            tenant: ddl`of_tenant`,
            feature: ddl`of_feature`,
            at: ddl`w.at - interval '1 microsecond'`,
            sources: {
              state: source('planState') ?? state.path,
              planFeatures: source('planFeatures') as Ddl,
              overrides: source('featureOverrides'),
              addOns: source('addOns'),
              addOnFeatures: source('addOnFeatures'),
            },
          })}
          into b;
          if b.own_lim is null or b.own_lim > r.own_lim then
            keeps := b.own_lim;
            grace_until := w.at + make_interval(days => r.grace_days);
            return;
          end if;
        end loop;
      end`,
  );
}

/** `tenantry.limit_lapse(tenant, feature, used)`: begins that grace. Whether there is one. */
function beginFunction(model: Model): SqlFunction {
  const states = model.needed('limitStates');
  return systemFunction(
    model,
    ddl`limit_lapse(of_tenant ${model.tenantType}, of_feature text, used bigint) returns boolean`,
    ddl`
      declare
        l record;
        ${graceVariables(model)}
      begin
        select * into l from tenantry.limit_lapsed(of_tenant, of_feature, used);
        if l.grace_until is null then
          return false;
        end if;
        insert into ${states.path} as g (${states.tenant}, feature, keeps, grace_until)
        values (of_tenant, of_feature, l.keeps, l.grace_until)
        ${overOldGrace(model, states)}
        return true;
      end`,
  );
}

/** Whether a grace period after a lowered limit starts now; false without the table. */
export const lapse = (model: Model, tenant: Ddl, feature: Ddl, used: Ddl): Ddl =>
  model.table('limitStates') === undefined
    ? ddl`false`
    : ddl`tenantry.limit_lapse(${tenant}, ${feature}, ${used})`;
