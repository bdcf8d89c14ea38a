import { type Ddl, ddl, literal } from '@tenantry/core/sql';
import { countedRows, lockKey } from './counted.ts';
import { systemFunction } from './functions.ts';
import type { Model } from './model.ts';
import { resolved } from './resolve.ts';
import { crossings, healed } from './thresholds.ts';

/**
 * `tenantry.limit_hold_<feature>(tenant, added)`: called after rows that count were added, it raises
 * when there are now more than the plan allows.
 *
 * The advisory lock makes transactions that add to the same limit pass one after the other, until the
 * first has ended. Each statement of a VOLATILE function reads with a snapshot of its own at READ
 * COMMITTED, so the count, which begins after the lock was granted, sees what the transaction before
 * has committed. With one snapshot a transaction it would not, so other isolation levels are refused.
 */
export function liveSql(model: Model, feature: string): Ddl {
  const tenant = ddl`of_tenant`;
  const ask = resolved(model, {
    tenant,
    feature: literal(feature),
    at: ddl`statement_timestamp()`,
  });
  const name = literal(feature);
  return systemFunction(model.tenancy, {
    name: `limit_hold_${feature}`,
    args: [ddl`of_tenant ${model.tenantType}`, ddl`added bigint`],
    returns: ddl`void`,
    body: ddl`
      declare
        r record;
        used bigint;
        lock_key constant bigint := ${lockKey(feature, tenant)};
      begin
        ${ask} into r;
        if r.lim is null and not r.read_only then
          return;
        end if;
        -- a count with the snapshot of the transaction misses what others have committed since
        if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
          raise exception 'ISOLATION_LEVEL_REFUSED: % in a transaction at %', ${name}, upper(current_setting('transaction_isolation'))
            using errcode = 'TN001', detail = '{"feature": "${{ sql: feature }}"}';
        end if;
        -- released at commit or rollback, which a transaction-mode pooler respects
        if not pg_try_advisory_xact_lock(lock_key) then
          perform pg_advisory_xact_lock(lock_key);
          -- what applied before the wait may have changed meanwhile
          ${ask} into r;
        end if;
        -- one more than the limit is enough to know
        select count(*) into used from (${countedRows(model, feature, tenant)} limit case when r.soft then null else r.lim + 1 end) c;
        -- grace is for tenants that are over, not for those who are back within the limit
        if used - added <= r.own_lim then
          r.lim := r.own_lim;
        end if;
        if r.read_only or (used > r.lim and not r.soft) then
          select count(*) into used from (${countedRows(model, feature, tenant)}) c;
          perform tenantry.limit_refuse(${name}, r.plan, r.granted, r.read_only, greatest(used - added, 0), r.lim, added, null, null);
        end if;
        ${crossings(model, { tenant, feature: name, before: ddl`(used - added)`, used: ddl`used`, lim: ddl`r.lim`, plan: ddl`r.plan` })}
        ${healed(model, { tenant, feature: name, used: ddl`used`, resolved: ddl`r` })}
      end`,
  });
}
