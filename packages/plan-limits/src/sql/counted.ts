import { type Ddl, ddl, join, literal } from '@tenantry/core/sql';
import { counts } from './conditions.ts';
import type { Model } from './model.ts';

/** All counted rows of a tenant, from all tables of the feature: `select 1 from … union all …`. */
export function countedRows(model: Model, feature: string, tenant: Ddl): Ddl {
  const selects = model
    .counted(feature)
    .map(
      (table) =>
        ddl`select 1 from ${table.path} c where c.${table.tenant} = ${tenant} and ${counts(table, ddl`c`)}`,
    );
  return join(selects, ' union all ');
}

/** The lock key for inserts of one tenant and feature. A hash collision only causes extra waiting. */
export const lockKey = (feature: string, tenant: Ddl): Ddl =>
  ddl`hashtextextended(${literal(`tenantry:limit:${feature}:`)} || ${tenant}::text, 0)`;

/** The row of usage_counters of a counter-backed count. */
export const ofCountRow = (model: Model, feature: string, tenant: Ddl, row: Ddl): Ddl => {
  const counters = model.needed('usageCounters');
  return ddl`${row}.${counters.tenant} = ${tenant} and ${row}.feature = ${literal(feature)} and ${row}.period_start = '-infinity'`;
};
