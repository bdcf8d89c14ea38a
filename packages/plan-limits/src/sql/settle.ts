import { type Ddl, ddl, join, literal } from '@tenantry/core/sql';
import { countedRows, ofCountRow } from './counted.ts';
import { giveBack } from './counter-backed.ts';
import { systemFunction } from './functions.ts';
import {
  executes,
  functionName,
  hold,
  isCounterBacked,
  type Limited,
  type Trigger,
  trigger,
} from './limited.ts';
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
export function settleTriggers(model: Model, limited: readonly Limited[]): Trigger[] {
  const [first] = limited;
  if (first === undefined) return [];
  const { table } = first;
  const live = limited.filter((each) => !isCounterBacked(each));
  const make = (
    event: string,
    on: string,
    volatility: 'stable' | 'volatile',
    body: Ddl,
  ): Trigger => {
    const called = functionName(event, table);
    return {
      table,
      name: `tenantry_limit_${event}`,
      isOfPartitions: true,
      functions: [
        systemFunction(model.tenancy, { name: called, returns: trigger, volatility, body }),
      ],
      on: ddl`after ${{ sql: on }} on ${table.path} ${executes('statement', called)}`,
    };
  };
  return [
    ...(live.length === 0
      ? []
      : [make('settle_before', 'update', 'stable', beforeBody(model, live))]),
    make('settle_now', 'insert or update', 'volatile', settleBody(model, limited)),
  ];
}

/** In a fixed order, so that two statements cannot deadlock. */
const eachNoted = (model: Model): Ddl =>
  // a scope only sees rows of its own tenant, whatever the list contains
  ddl`select t::${model.tenantType} as tenant from unnest(string_to_array(rtrim(${noted}, ','), ',')) t
            where t::${model.tenantType} = coalesce(${likelyTenant(model)}, t::${model.tenantType}) order by 1`;

function beforeBody(model: Model, live: readonly Limited[]): Ddl {
  const counts = live.map(
    ({ feature }) =>
      ddl`${literal(feature)}, (select count(*) from (${countedRows(model, feature, ddl`n.tenant`)}) c)`,
  );
  return ddl`
        begin
          if ${noted} <> '' then
            perform set_config($name$tenantry.limit_before$name$, (select jsonb_object_agg(n.tenant, jsonb_build_object(${join(counts)})) from (${eachNoted(model)}) n)::text, true);
          end if;
          return null;
        end`;
}

function settleBody(model: Model, limited: readonly Limited[]): Ddl {
  const blocks = limited.map((each) => {
    const rows = countedRows(model, each.feature, ddl`of_tenant`);
    if (!isCounterBacked(each)) {
      return ddl`
            added := 0;
            if tg_op = 'UPDATE' then
              select count(*) - (before->(of_tenant::text)->>${literal(each.feature)})::bigint into added from (${rows}) c;
            end if;
            if added > 0 then
              ${hold(model, each)}
            end if;`;
    }
    const counters = model.needed('usageCounters').path;
    return ddl`
            -- who holds the figure has written rows that are not committed yet
            perform from ${counters} c where ${ofCountRow(model, each.feature, ddl`of_tenant`, ddl`c`)} for update;
            select count(*) into added from (${rows}) c;
            added := added - coalesce((select c.used from ${counters} c where ${ofCountRow(model, each.feature, ddl`of_tenant`, ddl`c`)}), 0);
            if added > 0 then
              ${hold(model, each)}
            elsif added < 0 then
              ${giveBack(model, each.feature, ddl`of_tenant`, ddl`-added`)}
            end if;`;
  });
  return ddl`
        declare
          r record;
          of_tenant ${model.tenantType};
          added bigint;
          before jsonb;
        begin
          -- a statement that inserts too ends with its INSERT
          if ${noted} = '' or (tg_op = 'UPDATE' and current_setting($name$tenantry.limit_roots$name$, true) ~ format(',%s insert', tg_relid)) then
            return null;
          end if;
          before := nullif(current_setting($name$tenantry.limit_before$name$, true), '')::jsonb;
          for r in ${eachNoted(model)} loop
            of_tenant := r.tenant;
            ${join(blocks, '\n')}
          end loop;
          perform set_config($name$tenantry.limit_noted$name$, '', true);
          return null;
        end`;
}
