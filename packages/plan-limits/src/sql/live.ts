import { type Ddl, ddl, literal } from '@tenantry/core/sql';
import { countedRows, lockKey } from './counted.ts';
import type { Model } from './model.ts';
import { enforced, resolved } from './resolve.ts';
import { crossings, healed } from './thresholds.ts';

/**
 * The block of a trigger function that runs after `added` rows that count were added for `of_tenant`:
 * it raises when there are now more than the plan allows. It stands in the trigger function itself,
 * because a call with a pinned search_path costs as much as the look at the plan.
 *
 * The advisory lock makes transactions that add to the same limit pass one after the other, until the
 * first has ended. Each statement of a VOLATILE function reads with a snapshot of its own at READ
 * COMMITTED, so the count, which begins after the lock was granted, sees what the transaction before
 * has committed. With one snapshot a transaction it would not, so other isolation levels are refused.
 */
export function liveBlock(model: Model, feature: string): Ddl {
  const tenant = ddl`of_tenant`;
  const at = ddl`statement_timestamp()`;
  const name = literal(feature);
  const ask = resolved(model, { tenant, feature: name, at, columns: enforced });
  const rows = countedRows(model, feature, tenant);
  return ddl`
      <<hold>>
      declare
        r record;
        used bigint;
        lock_key constant bigint := ${lockKey(feature, tenant)};
      begin
        ${ask} into r;
        exit hold when r.lim is null and not r.read_only;
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
          exit hold when r.lim is null and not r.read_only;
        end if;
        ${shortcut(model, rows)}
        -- one more than the limit is enough to know
        select count(*) into used from (${rows} limit case when r.soft then null else r.lim + 1 end) c;
        -- grace is for tenants that are over, not for those who are back within the limit
        if used - added <= r.own_lim then
          r.lim := r.own_lim;
        end if;
        if r.read_only or (used > r.lim and not r.soft) then
          select count(*) into used from (${rows}) c;
          perform tenantry.limit_refuse(${name}, r.plan, r.granted, r.read_only, greatest(used - added, 0), r.lim, added, null, null);
        end if;
        ${crossings(model, { tenant, feature: name, before: ddl`(used - added)`, used: ddl`used`, lim: ddl`r.lim`, plan: ddl`r.plan` })}
        ${healed(model, { tenant, feature: name, used: ddl`used`, resolved: ddl`r` })}
      end hold;`;
}

/** Where nobody asks for the figure, it is enough that there is no row after the last allowed one. */
function shortcut(model: Model, rows: Ddl): Ddl {
  if (model.table('limitEvents') !== undefined && model.thresholds.length > 0) return ddl``;
  return ddl`
        if not r.read_only and not r.soft and r.grace_until is null then
          perform ${{ sql: rows.sql.replace(/^select /, '') }} offset r.lim limit 1;
          exit hold when not found;
        end if;`;
}
