import { type Ddl, ddl, join } from '@tenantry/core/sql';
import type { Model } from './model.ts';

/**
 * Writes an event for each threshold between `before` and `used`, in the same transaction, so an event
 * exists exactly when the usage does. `upTo` is for callers that cross in steps (default: `used`). Empty
 * without the table.
 */
export function crossings(
  model: Model,
  row: { tenant: Ddl; feature: Ddl; before: Ddl; used: Ddl; lim: Ddl; plan: Ddl; upTo?: Ddl },
): Ddl {
  const table = model.table('limitEvents');
  if (table === undefined || model.thresholds.length === 0) return ddl``;
  const { tenant, feature, before, used, lim, plan, upTo = used } = row;
  const values = join(model.thresholds.map((percent) => ({ sql: `(${percent})` })));
  const first = { sql: String(model.thresholds[0]) };
  return ddl`
      -- most statements are far below the first threshold
      if ${lim} > 0 and ${used} * 100.0 >= ${lim} * ${first}::numeric then
        insert into ${table.path} (${table.tenant}, feature, threshold, used, limit_value, plan)
        select ${tenant}, ${feature}, t.percent, ${used}, ${lim}, ${plan} from (values ${values}) t (percent)
        where ${before} * 100.0 < ${lim} * t.percent::numeric and ${upTo} * 100.0 >= ${lim} * t.percent::numeric;
      end if;`;
}

/** Ends the grace of a tenant that is back within the limit of its plan. */
export function healed(
  model: Model,
  row: { tenant: Ddl; feature: Ddl; used: Ddl; resolved: Ddl },
): Ddl {
  const table = model.table('limitStates');
  if (table === undefined) return ddl``;
  const { tenant, feature, used, resolved } = row;
  return ddl`
      if ${resolved}.grace_until is not null and (${resolved}.own_lim is null or ${used} <= ${resolved}.own_lim) then
        delete from ${table.path} g where g.${table.tenant} = ${tenant} and g.feature = ${feature};
      end if;`;
}
