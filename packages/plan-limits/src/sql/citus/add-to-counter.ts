import { type Ddl, ddl } from '@tenantry/core/sql';
import type { SqlTable } from '../sql-table.ts';

/** A period's row of usage_counters, and what is added to it. */
export interface Addition {
  readonly counters: SqlTable;
  readonly tenant: Ddl;
  readonly feature: Ddl;
  readonly start: Ddl;
  readonly end: Ddl;
  readonly amount: Ddl;
  /** Whether the row `c` may hold that much. */
  readonly allowed: Ddl;
}

/**
 * Adds to a counter when the limit allows it, into `total`. A shard takes no INSERT with a SELECT, so the
 * row is made first. The UPDATE locks it, and checks its newest version when it has waited.
 */
export const addToCounter = (each: Addition): Ddl => {
  const { counters, tenant, feature, start, end, amount, allowed } = each;
  const row = ddl`c.${counters.tenant} = ${tenant} and c.feature = ${feature} and c.period_start = ${start}`;
  return ddl`
          insert into ${counters.path} as c (${counters.tenant}, feature, period_start, period_end, used)
          values (${tenant}, ${feature}, ${start}, ${end}, 0)
          on conflict (${counters.tenant}, feature, period_start) do nothing;
          update ${counters.path} c set used = c.used + ${amount}
          where ${row} and ${allowed}
          returning c.used into total;`;
};
