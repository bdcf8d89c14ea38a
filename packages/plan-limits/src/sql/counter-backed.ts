import { type Ddl, ddl, join, literal, type SqlFunction } from '@tenantry/core/sql';
import { addToCounter } from './citus/add-to-counter.ts';
import { recountByTenant, refuseTruncate } from './citus/recount.ts';
import { counts } from './conditions.ts';
import { livesHere, ofSchemas, readSchemas, schemaVariables } from './count-schemas.ts';
import { countFeatures, isInSchemas, ofCountRow } from './counted.ts';
import { migrationFunction, plannedOnce, systemFunction } from './functions.ts';
import { lapse } from './lapse.ts';
import { callLimitOf } from './limit-of.ts';
import type { Model } from './model.ts';
import { enforced, limitAt, limitOfInsert, resolved } from './resolve.ts';
import { crossings, healed } from './thresholds.ts';

const tenant = ddl`of_tenant`;
const feature = ddl`of_feature`;

/** Takes `n` rows from the row that keeps the figure. */
export function giveBack(model: Model, of: Ddl, from: Ddl, n: Ddl): Ddl {
  const { path } = model.needed('usageCounters');
  return ddl`update ${path} c set used = greatest(c.used - ${n}, 0) where ${ofCountRow(model, of, from)};`;
}

/** What counter-backed counts need, if there are any. */
export const counterFunctions = (model: Model): SqlFunction[] =>
  countFeatures(model, 'counter').length === 0
    ? []
    : [recountFunction(model), addRowsFunction(model), truncatedFunction(model)];

/**
 * `tenantry.limit_add_rows(tenant, feature, added)`: adds rows to the row that keeps the figure, when the
 * limit allows it, and raises when it does not.
 *
 * The row is locked until the transaction ends, and an UPDATE that waited checks the newest version, so
 * the count is exact at READ COMMITTED; at higher isolation levels a waiting transaction gets a
 * serialization failure.
 */
function addRowsFunction(model: Model): SqlFunction {
  const counters = model.needed('usageCounters');
  const row = ofCountRow(model, feature, tenant);
  const first = limitOfInsert(ddl`select from ${counters.path} c where ${row}`);
  const allowed = limitAt(ddl`c.used`);
  const within = ddl`not r.read_only and (${allowed} is null or r.soft or c.used + added <= ${allowed})`;
  const add =
    model.home !== undefined
      ? addToCounter({
          counters,
          tenant,
          feature,
          start: ddl`'-infinity'`,
          end: ddl`'infinity'`,
          amount: ddl`added`,
          allowed: within,
        })
      : ddl`
          insert into ${counters.path} as c (${counters.tenant}, feature, period_start, period_end, used)
          select of_tenant, of_feature, '-infinity', 'infinity', added
          where not r.read_only and (r.own_lim is null or r.soft or added <= coalesce(${first}, added))
          on conflict (${counters.tenant}, feature, period_start) do update set used = c.used + added
            where ${within}
          returning c.used into total;
        `;
  const asked = resolved(model, {
    tenant,
    feature,
    at: ddl`statement_timestamp()`,
    columns: enforced,
  });
  return systemFunction(
    model,
    ddl`limit_add_rows(of_tenant ${model.tenantType}, of_feature text, added bigint) returns void`,
    ddl`
      declare
        r record;
        total bigint;
        granted boolean;
      begin
        ${asked}
        into r;
        for attempt in 1..2 loop
          ${add}
          granted := found;
          exit when granted;
          select c.used into total from ${counters.path} c where ${row};
          exit when attempt = 2 or r.read_only or not ${lapse(model, tenant, feature, ddl`total`)};
          r := ${callLimitOf(feature)};
        end loop;
        if not granted then
          perform tenantry.limit_refuse(of_feature, r.plan, r.granted, r.read_only, coalesce(total, 0), ${limitAt(ddl`coalesce(total, 0)`)}, added, null, null);
        end if;
        ${crossings(model, {
          tenant,
          feature,
          before: ddl`(total - added)`,
          used: ddl`total`,
          lim: limitAt(ddl`(total - added)`),
          plan: ddl`r.plan`,
        })}
        ${healed(model, { tenant, feature, used: ddl`total`, resolved: ddl`r` })}
      end
    `,
    plannedOnce(model),
  );
}

/** The statements that count a feature's rows anew for every tenant; see {@link recountFunction}. */
function recountOne(model: Model, of: string): Ddl {
  const counters = model.needed('usageCounters');
  const tables = model.counted(of);
  const locks = tables.map(({ path }) => ddl`lock table ${path} in share row exclusive mode;`);
  const inSchemas = isInSchemas(model, of);
  const one = inSchemas ? ddl`, 1 as used` : ddl``;
  const perTenant = tables.map(
    (table) =>
      ddl`select c.${table.tenant} as tenant${one} from ${table.path} c where ${counts(table, ddl`c`)}${livesHere(table)}`,
  );
  const rows = inSchemas ? [...perTenant, ofSchemas(model)] : perTenant;
  const total = inSchemas ? ddl`sum(n.used)::bigint` : ddl`count(*)`;
  return ddl`
    if of_feature is null or of_feature = ${literal(of)} then
      -- nobody adds or removes a row while it is counted
      ${join(locks, '\n')}
      ${inSchemas ? readSchemas(tables.filter((table) => table.inSchemas)) : ddl``}
      with counted as (
        select n.tenant, ${total} as used from (${join(rows, ' union all ')}) n group by n.tenant
      ), wrong as (
        select coalesce(n.tenant, c.${counters.tenant}) as tenant, coalesce(n.used, 0) as used
        from counted n full join (
          select * from ${counters.path} c where c.feature = ${literal(of)} and c.period_start = '-infinity'
        ) c on c.${counters.tenant} = n.tenant
        where c.used is distinct from coalesce(n.used, 0)
      ), written as (
        insert into ${counters.path} (${counters.tenant}, feature, period_start, period_end, used)
        select w.tenant, ${literal(of)}, '-infinity', 'infinity', w.used from wrong w
        on conflict (${counters.tenant}, feature, period_start) do update set used = excluded.used
        returning 1
      )
      select corrected + count(*) into corrected from written;
    end if;
  `;
}

/**
 * `tenantry.limit_recount(feature)`: recounts the rows of counter-backed features and corrects the
 * counts. It runs when the triggers are created, after TRUNCATE, and on request.
 */
function recountFunction(model: Model): SqlFunction {
  const onCitus = model.home !== undefined;
  const each = countFeatures(model, 'counter').map((of) =>
    onCitus ? recountByTenant(model, of) : recountOne(model, of),
  );
  return migrationFunction(
    model,
    ddl`limit_recount(of_feature text) returns bigint`,
    ddl`
      declare
        corrected bigint := 0;
        ${model.hasSchemas ? schemaVariables : ddl``}
        ${onCitus ? ddl`w record;` : ddl``}
      begin
        ${join(each, '\n')}
        return corrected;
      end
    `,
  );
}

/** `tenantry.limit_truncated()`: counts the features anew that its trigger names. */
const truncatedFunction = (model: Model): SqlFunction =>
  systemFunction(
    model,
    ddl`limit_truncated() returns trigger`,
    model.home !== undefined
      ? refuseTruncate
      : ddl`
      declare
        of_feature text;
      begin
        foreach of_feature in array tg_argv loop
          perform tenantry.limit_recount(of_feature);
        end loop;
        return null;
      end
    `,
  );
