import { ddl, type SqlFunction } from '@tenantry/core/sql';
import { systemFunction } from '../functions.ts';
import type { Model } from '../model.ts';

/**
 * `tenantry.usage_expire(tenant, feature, batch)` on Citus: one query finds what is due on all shards, and
 * each tenant's is released on its own. Reservations that others hold are skipped, so nobody waits.
 */
export function expireByTenant(model: Model): SqlFunction {
  const events = model.needed('usageEvents');
  const own = ddl`v.${events.tenant} = of_tenant and v.feature = of_feature`;
  return systemFunction(
    model,
    ddl`usage_expire(of_tenant ${model.tenantType}, of_feature text, batch integer) returns bigint`,
    ddl`
      declare
        d record;
        e record;
        expired bigint := 0;
        keys text[];
      begin
        if of_tenant is null then
          for d in
            select t.tenant, t.feature, count(*)::integer as n from (
              select v.${events.tenant} as tenant, v.feature from ${events.path} v
              where v.state = 'reserved' and v.expires_at <= statement_timestamp() limit batch
            ) t group by 1, 2 order by 1, 2
          loop
            expired := expired + tenantry.usage_expire(d.tenant, d.feature, d.n);
          end loop;
          return expired;
        end if;
        select array_agg(t.key) into keys from (
          select v.key from ${events.path} v
          where ${own} and v.state = 'reserved' and v.expires_at <= clock_timestamp()
          order by v.key limit batch for update skip locked
        ) t;
        if keys is null then
          return 0;
        end if;
        update ${events.path} v set state = 'expired', expires_at = null where ${own} and v.key = any (keys);
        for e in
          select v.period_start, sum(v.amount)::bigint as amount from ${events.path} v
          where ${own} and v.key = any (keys) group by 1 order by 1
        loop
          perform tenantry.usage_give_back(of_tenant, of_feature, e.period_start, e.amount);
        end loop;
        return cardinality(keys);
      end`,
  );
}
