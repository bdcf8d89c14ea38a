import { ddl, join, literal, type SqlFunction } from '@tenantry/core/sql';
import { countFeatures, ofCountRow } from './counted.ts';
import { giveBack } from './counter-backed.ts';
import { systemFunction } from './functions.ts';
import { executes, isCounterBacked, type Limited, type Trigger } from './limited.ts';
import { likelyTenant } from './live.ts';
import type { Model } from './model.ts';
import { noted } from './partitions.ts';

/**
 * For partitioned tables: at the end of a statement that has moved rows to another partition, the counts
 * before and after are compared for each recorded tenant. Transition tables cannot be used, because MERGE
 * puts a moved row into those of INSERT and DELETE.
 *
 * The function for the count before is STABLE: it has the snapshot of the statement, which does not
 * include the statement's own changes. It passes its result to the next trigger, and nothing of the
 * statement runs in between. A counter does not need the count before; it is set to the current count.
 */
export function settleTriggers(limited: readonly Limited[]): Trigger[] {
  const [first] = limited;
  if (first === undefined) return [];
  const { table } = first;
  const live = limited.filter((each) => !isCounterBacked(each));
  const make = (on: string, called: string, features: readonly Limited[]): Trigger => ({
    table,
    name: `tenantry_${called}`,
    isOfPartitions: true,
    on: ddl`after ${{ sql: on }} on ${table.path} ${executes('statement', { sql: `tenantry.${called}` }, features)}`,
  });
  return [
    ...(live.length === 0 ? [] : [make('update', 'limit_settle_before', live)]),
    make('insert or update', 'limit_settle_now', limited),
  ];
}

/** Both functions go over the features that their trigger names. */
export function settleFunctions(model: Model): SqlFunction[] {
  // a scope has rows of its own tenant only, whatever the list says; in one order for all, so that the
  // locks of two statements do not cross
  const eachNoted = ddl`
    select t::${model.tenantType} as tenant from unnest(string_to_array(rtrim(${noted}, ','), ',')) t
    where t::${model.tenantType} = coalesce(${likelyTenant(model)}, t::${model.tenantType}) order by 1
  `;
  const counts = ddl`(select jsonb_object_agg(f, tenantry.limit_count(n.tenant, f)) from unnest(tg_argv) f)`;
  return [
    systemFunction(
      model,
      ddl`limit_settle_before() returns trigger`,
      ddl`
        begin
          if ${noted} <> '' then
            perform set_config($name$tenantry.limit_before$name$, jsonb_object_agg(n.tenant, ${counts})::text, true)
            from (
              ${eachNoted}
            ) n;
          end if;
          return null;
        end
      `,
      { volatility: 'stable' },
    ),
    systemFunction(
      model,
      ddl`limit_settle_now() returns trigger`,
      ddl`
        declare
          r record;
          of_feature text;
          added bigint;
          before jsonb;
        begin
          -- a statement that inserts too ends with its INSERT
          if ${noted} = '' or (tg_op = 'UPDATE' and current_setting($name$tenantry.limit_roots$name$, true) ~ format(',%s insert', tg_relid)) then
            return null;
          end if;
          before := nullif(current_setting($name$tenantry.limit_before$name$, true), '')::jsonb;
          for r in
            ${eachNoted}
          loop
            foreach of_feature in array tg_argv loop
              ${settleOne(model)}
            end loop;
          end loop;
          perform set_config($name$tenantry.limit_noted$name$, '', true);
          return null;
        end
      `,
    ),
  ];
}

function settleOne(model: Model) {
  const live = ddl`
    if tg_op = 'UPDATE' then
      added := tenantry.limit_count(r.tenant, of_feature) - (before->(r.tenant::text)->>of_feature)::bigint;
      if added > 0 then
        perform tenantry.limit_check(r.tenant, of_feature, added, false);
      end if;
    end if;
  `;
  const backed = countFeatures(model, 'counter');
  if (backed.length === 0) return live;
  const { path: counters, tenant: tenantColumn } = model.needed('usageCounters');
  const [feature, tenant] = [ddl`of_feature`, ddl`r.tenant`];
  const row = ofCountRow(model, feature, tenant);
  return ddl`
    if of_feature <> all (array[${join(backed.map(literal))}]) then
      ${live}
      continue;
    end if;
    -- who holds the figure has written rows that are not committed yet; where there is no figure, nothing
    -- would be held, and the two reads below could see different moments
    perform from ${counters} c where ${row} for update;
    if not found then
      insert into ${counters} (${tenantColumn}, feature, period_start, period_end, used)
      values (r.tenant, of_feature, '-infinity', 'infinity', 0)
      on conflict (${tenantColumn}, feature, period_start) do nothing;
      perform from ${counters} c where ${row} for update;
    end if;
    added := tenantry.limit_count(r.tenant, of_feature);
    added := added - coalesce((select c.used from ${counters} c where ${row}), 0);
    if added > 0 then
      perform tenantry.limit_add_rows(r.tenant, of_feature, added);
    elsif added < 0 then
      ${giveBack(model, feature, tenant, ddl`-added`)}
    end if;
  `;
}
