import { type Ddl, ddl, join, literal } from '@tenantry/core/sql';
import { counts } from '../conditions.ts';
import type { Model } from '../model.ts';

/** Counts a feature's rows anew, one query for all shards, and corrects one tenant at a time. */
export function recountByTenant(model: Model, of: string): Ddl {
  const counters = model.needed('usageCounters');
  const tables = model.counted(of);
  const locks = tables.map(({ path }) => ddl`lock table ${path} in share row exclusive mode;`);
  const rows = tables.map(
    (table) =>
      ddl`select c.${table.tenant} as tenant from ${table.path} c where ${counts(table, ddl`c`)}`,
  );
  return ddl`
    if of_feature is null or of_feature = ${literal(of)} then
      -- one at a time: the locks below are taken node by node
      perform pg_advisory_xact_lock(hashtextextended('tenantry:limit_recount', 0));
      -- nobody adds or removes a row while it is counted
      ${join(locks, '\n')}
      for w in
        select coalesce(n.tenant, k.tenant) as tenant, coalesce(n.used, 0) as used
        from (select r.tenant, count(*) as used from (${join(rows, ' union all ')}) r group by r.tenant) n
        full join (
          select c.${counters.tenant} as tenant, c.used from ${counters.path} c
          where c.feature = ${literal(of)} and c.period_start = '-infinity'
        ) k on k.tenant = n.tenant
        where k.used is distinct from coalesce(n.used, 0)
      loop
        insert into ${counters.path} as c (${counters.tenant}, feature, period_start, period_end, used)
        values (w.tenant, ${literal(of)}, '-infinity', 'infinity', w.used)
        on conflict (${counters.tenant}, feature, period_start) do update set used = excluded.used;
        corrected := corrected + 1;
      end loop;
    end if;
  `;
}

/** A shard that is emptied does not say whose rows it had. */
export const refuseTruncate: Ddl = ddl`
  begin
    raise exception 'TRUNCATE of a table whose rows a counter counts, on Citus' using errcode = 'feature_not_supported',
      hint = 'Delete the rows; or disable the trigger, truncate, enable it, and call limits.recount.';
  end
`;
