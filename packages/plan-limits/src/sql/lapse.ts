import { type Ddl, ddl, join, literal, name } from '@tenantry/core/sql';
import type { Part } from '../tables/marks.ts';
import { systemFunction } from './functions.ts';
import type { Model, SqlTable } from './model.ts';
import { resolved } from './resolve.ts';

/** The log of changes, with the former values. */
export const log = ddl`tenantry.limit_changed`;
const now = ddl`statement_timestamp()`;
const triggerName = name('tenantry_limit_changed');

interface Watched {
  readonly part: Part | 'planState';
  readonly table: SqlTable;
  readonly ofTenant: boolean;
  readonly key: (row: Ddl) => Ddl;
  readonly events: Ddl;
}

/**
 * The grace period after a limit was lowered without a plan change: by an override or trial that ended,
 * also by time, a removed add-on, or a lowered row of plan_features. No tenant is counted at that moment,
 * however many are affected. The former values are kept for the longest grace period, and read when a
 * tenant would be refused or its usage is shown.
 */
export function lapseSql(model: Model): Ddl[] {
  const watched = watchedTables(model);
  if (model.table('limitStates') === undefined) {
    return watched.map(({ table }) => ddl`drop trigger if exists ${triggerName} on ${table.path};`);
  }
  return [
    ddl`
      create table if not exists ${log} (
        id bigint generated always as identity primary key, tenant ${model.tenantType}, part text not null,
        key text not null, before jsonb, at timestamptz not null default clock_timestamp()
      );
      create index if not exists limit_changed_at_idx on ${log} (tenant, at);
      revoke all on ${log} from public;
      grant select, insert, update, delete on ${log} to ${name(model.tenancy.roles.system)};
    `,
    ...watched.flatMap((each) => watchSql(model, each)),
    lapsedSql(model, watched),
    beginSql(model),
  ];
}

function watchedTables(model: Model): Watched[] {
  const of = (
    part: Part,
    ofTenant: boolean,
    key: Watched['key'],
    events = ddl`insert or update or delete`,
  ): Watched[] => {
    const table = model.table(part);
    return table === undefined ? [] : [{ part, table, ofTenant, key, events }];
  };
  return [
    ...of('planFeatures', false, (row) => ddl`${row}.plan || '/' || ${row}.feature`),
    ...of('addOnFeatures', false, (row) => ddl`${row}.add_on || '/' || ${row}.feature`),
    ...of('addOns', true, (row) => ddl`${row}.add_on`),
    // a new override records itself
    ...of('featureOverrides', true, (row) => ddl`${row}.id::text`, ddl`update or delete`),
    // a tenant without a row has the default plan; an UPDATE starts the grace period at once
    ...(model.state.isOnTenants
      ? []
      : [
          {
            part: 'planState' as const,
            table: model.state,
            ofTenant: true,
            key: () => ddl`''`,
            events: ddl`delete`,
          },
        ]),
  ];
}

function watchSql(model: Model, { part, table, ofTenant, key, events }: Watched): Ddl[] {
  const called = `limit_changed_${part.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
  const write = (row: Ddl, before: Ddl) => ddl`
            insert into ${log} (tenant, part, key, before)
            values (${ofTenant ? ddl`${row}.${table.tenant}` : ddl`null`}, ${literal(part)}, ${key(row)}, ${before});`;
  return [
    systemFunction(model.tenancy, {
      name: called,
      returns: ddl`trigger`,
      body: ddl`
        begin
          if tg_op = 'INSERT' then
            ${write(ddl`new`, ddl`null`)}
          elsif tg_op = 'DELETE' or old.* is distinct from new.* then
            ${write(ddl`old`, ddl`to_jsonb(old)`)}
          end if;
          return null;
        end`,
    }),
    ddl`
      create or replace trigger ${triggerName} after ${events} on ${table.path}
        for each row execute function tenantry.${name(called)}();
    `,
  ];
}

/** The rows of a table as they were right before `w.at`. */
function then({ part, table, ofTenant, key }: Watched): Ddl {
  const whose = ofTenant ? ddl`c.tenant = of_tenant` : ddl`c.tenant is null`;
  const changed = ddl`select from ${log} c where ${whose} and c.part = ${literal(part)} and c.at >= w.at`;
  const own = ofTenant ? ddl`x.${table.tenant} = of_tenant and ` : ddl``;
  return ddl`(select x.* from ${table.path} x where ${own}not exists (${changed} and c.key = ${key(ddl`x`)})
          union all
          select (jsonb_populate_record(null::${table.path}, f.before)).* from (
            select distinct on (c.key) c.before from ${log} c
            where ${whose} and c.part = ${literal(part)} and c.at >= w.at order by c.key, c.at, c.id) f
          where f.before is not null)`;
}

/**
 * `tenantry.limit_lapsed(tenant, feature, used)`: the former limit and the end of its grace period; nulls
 * without one. Of several, the first counts until it is over.
 */
function lapsedSql(model: Model, watched: readonly Watched[]): Ddl {
  const { state } = model;
  const states = model.needed('limitStates');
  const overrides = model.table('featureOverrides');
  const source = (part: Watched['part']) => {
    const found = watched.find((each) => each.part === part);
    return found && then(found);
  };
  const [tenant, feature] = [ddl`of_tenant`, ddl`of_feature`];
  const times = [
    ddl`select c.at from ${log} c where c.tenant = of_tenant or c.tenant is null`,
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
  return systemFunction(model.tenancy, {
    name: 'limit_lapsed',
    args: [
      ddl`of_tenant ${model.tenantType}`,
      ddl`of_feature text`,
      ddl`used bigint`,
      ddl`out keeps bigint`,
      ddl`out grace_until timestamptz`,
    ],
    returns: ddl`record`,
    body: ddl`
      declare
        r record;
        b record;
        w record;
      begin
        ${resolved(model, { tenant, feature, at: now })} into r;
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
            tenant,
            feature,
            at: ddl`w.at - interval '1 microsecond'`,
            sources: {
              state: source('planState') ?? state.path,
              planFeatures: source('planFeatures') as Ddl,
              overrides: source('featureOverrides'),
              addOns: source('addOns'),
              addOnFeatures: source('addOnFeatures'),
            },
          })} into b;
          if b.own_lim is null or b.own_lim > r.own_lim then
            keeps := b.own_lim;
            grace_until := w.at + make_interval(days => r.grace_days);
            return;
          end if;
        end loop;
      end`,
  });
}

/** `tenantry.limit_lapse(tenant, feature, used)`: starts that grace period; returns whether there is one. */
function beginSql(model: Model): Ddl {
  const states = model.needed('limitStates');
  return systemFunction(model.tenancy, {
    name: 'limit_lapse',
    args: [ddl`of_tenant ${model.tenantType}`, ddl`of_feature text`, ddl`used bigint`],
    returns: ddl`boolean`,
    body: ddl`
      declare
        l record;
      begin
        select * into l from tenantry.limit_lapsed(of_tenant, of_feature, used);
        if l.grace_until is null then
          return false;
        end if;
        insert into ${states.path} as g (${states.tenant}, feature, keeps, grace_until)
        values (of_tenant, of_feature, l.keeps, l.grace_until)
        on conflict (${states.tenant}, feature) do update
          set keeps = excluded.keeps, exceeded_at = now(), grace_until = excluded.grace_until
          where g.grace_until <= ${now};
        return true;
      end`,
  });
}

/** Whether a grace period after a lowered limit starts now; false without the table. */
export const lapse = (model: Model, tenant: Ddl, feature: Ddl, used: Ddl): Ddl =>
  model.table('limitStates') === undefined
    ? ddl`false`
    : ddl`tenantry.limit_lapse(${tenant}, ${feature}, ${used})`;
