import { type Ddl, ddl, join, literal } from '@tenantry/core/sql';
import { counts } from './conditions.ts';
import { ofCountRow } from './counted.ts';
import { systemFunction } from './functions.ts';
import { lapse } from './lapse.ts';
import { enforcedLimit } from './live.ts';
import type { Model } from './model.ts';
import { limitAt, limitOfInsert } from './resolve.ts';
import { crossings, healed } from './thresholds.ts';

/** Subtracts `n` rows from a counter-backed count. */
export function giveBack(model: Model, feature: string, tenant: Ddl, n: Ddl): Ddl {
  const { path } = model.needed('usageCounters');
  return ddl`update ${path} c set used = greatest(c.used - ${n}, 0) where ${ofCountRow(model, feature, tenant, ddl`c`)};`;
}

/**
 * The block of a trigger function that adds `added` rows of `of_tenant` to the counter row, when the
 * limit allows it. `before` means that the record `r` already contains the limit.
 *
 * The row is locked until the transaction ends, and an UPDATE that waited checks the newest version, so
 * the count is exact at READ COMMITTED; at higher isolation levels a waiting transaction gets a
 * serialization failure.
 */
export function counterBlock(
  model: Model,
  feature: string,
  asked: 'here' | 'before' = 'here',
): Ddl {
  const tenant = ddl`of_tenant`;
  const name = literal(feature);
  const counters = model.needed('usageCounters');
  const row = ofCountRow(model, feature, tenant, ddl`c`);
  const first = limitOfInsert(ddl`select from ${counters.path} c where ${row}`);
  const allowed = limitAt(ddl`c.used`);
  return ddl`
      declare
        ${asked === 'here' ? ddl`r record;` : ddl``}
        total bigint;
        granted boolean;
      begin
        ${asked === 'here' ? ddl`${enforcedLimit(model, feature, tenant)} into r;` : ddl``}
        for attempt in 1..2 loop
          insert into ${counters.path} as c (${counters.tenant}, feature, period_start, period_end, used)
          select of_tenant, ${name}, '-infinity', 'infinity', added
          where not r.read_only and (r.own_lim is null or r.soft or added <= coalesce(${first}, added))
          on conflict (${counters.tenant}, feature, period_start) do update set used = c.used + added
            where not r.read_only and (${allowed} is null or r.soft or c.used + added <= ${allowed})
          returning c.used into total;
          granted := found;
          exit when granted;
          select c.used into total from ${counters.path} c where ${row};
          exit when attempt = 2 or r.read_only or not ${lapse(model, tenant, name, ddl`total`)};
          ${enforcedLimit(model, feature, tenant)} into r;
        end loop;
        if not granted then
          perform tenantry.limit_refuse(${name}, r.plan, r.granted, r.read_only, coalesce(total, 0), ${limitAt(ddl`coalesce(total, 0)`)}, added, null, null);
        end if;
        ${crossings(model, { tenant, feature: name, before: ddl`(total - added)`, used: ddl`total`, lim: limitAt(ddl`(total - added)`), plan: ddl`r.plan` })}
        ${healed(model, { tenant, feature: name, used: ddl`total`, resolved: ddl`r` })}
      end;`;
}

/** The statements that recount a feature's rows for every tenant; see {@link recountSql}. */
function recountOne(model: Model, feature: string): Ddl {
  const counters = model.needed('usageCounters');
  const tables = model.counted(feature);
  const locks = tables.map(({ path }) => ddl`lock table ${path} in share row exclusive mode;`);
  const perTenant = tables.map(
    (table) =>
      ddl`select c.${table.tenant} as tenant from ${table.path} c where ${counts(table, ddl`c`)}`,
  );
  return ddl`
        if of_feature is null or of_feature = ${literal(feature)} then
          -- nobody adds or removes a row while it is counted
          ${join(locks, ' ')}
          with counted as (
            select n.tenant, count(*) as used from (${join(perTenant, ' union all ')}) n group by n.tenant
          ), wrong as (
            select coalesce(n.tenant, c.${counters.tenant}) as tenant, coalesce(n.used, 0) as used
            from counted n full join (
              select * from ${counters.path} c where c.feature = ${literal(feature)} and c.period_start = '-infinity'
            ) c on c.${counters.tenant} = n.tenant
            where c.used is distinct from coalesce(n.used, 0)
          ), written as (
            insert into ${counters.path} (${counters.tenant}, feature, period_start, period_end, used)
            select w.tenant, ${literal(feature)}, '-infinity', 'infinity', w.used from wrong w
            on conflict (${counters.tenant}, feature, period_start) do update set used = excluded.used
            returning 1
          )
          select corrected + count(*) into corrected from written;
        end if;`;
}

/**
 * `tenantry.limit_recount(feature)`: recounts the rows of counter-backed features and corrects the
 * counts. It runs when the triggers are created, after TRUNCATE, and on request.
 */
export function recountSql(model: Model, features: readonly string[]): Ddl {
  return systemFunction(model.tenancy, {
    name: 'limit_recount',
    args: [ddl`of_feature text`],
    returns: ddl`bigint`,
    body: ddl`
      declare
        corrected bigint := 0;
      begin
        ${join(
          features.map((feature) => recountOne(model, feature)),
          '\n',
        )}
        return corrected;
      end`,
  });
}
