import { type Ddl, ddl, literal } from '@tenantry/core/sql';
import { counts } from './conditions.ts';
import { countedRows, lockKey } from './counted.ts';
import { lapse } from './lapse.ts';
import type { Model, SqlCounted } from './model.ts';
import { enforced, type Question, resolved } from './resolve.ts';
import { crossings, healed } from './thresholds.ts';

/**
 * The block of a trigger function that runs after `added` counted rows were added for `of_tenant`, and
 * raises when there are now more than the plan allows. It is inlined in the trigger function, because a
 * call with a pinned search_path costs as much as reading the plan. `before` means that the record `r`
 * already contains the limit; `each` means that it runs for each row, the n-th time with `added` = n.
 *
 * The advisory lock serialises transactions that add to the same limit. At READ COMMITTED each statement
 * of a VOLATILE function has its own snapshot, so the count, which starts after the lock was granted,
 * sees the rows of the previous transaction. At other isolation levels it would not, so they are refused.
 */
export function liveBlock(
  model: Model,
  feature: string,
  asked: 'here' | 'before' | 'each' = 'here',
): Ddl {
  const tenant = ddl`of_tenant`;
  const name = literal(feature);
  const ask = enforcedLimit(model, feature, tenant);
  const rows = countedRows(model, feature, tenant);
  return ddl`
      <<hold>>
      declare
        ${asked === 'before' ? ddl`` : ddl`r record;`}
        used bigint;
        lock_key constant bigint := ${lockKey(feature, tenant)};
      begin
        ${asked === 'before' ? ddl`` : ddl`${ask} into r;`}
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
        -- one more than the limit is enough to know
        select count(*) into used from (${rows} limit case when r.soft then null else r.lim + 1 end) c;
        -- grace is for tenants that are over, not for those who are back within the limit
        if used - added <= r.own_lim then
          r.lim := r.own_lim;
        end if;
        if used > r.lim and not r.soft and not r.read_only and r.grace_until is null then
          select count(*) into used from (${rows}) c;
          if ${lapse(model, tenant, name, ddl`used - added`)} then
            ${ask} into r;
          end if;
        end if;
        if r.read_only or (used > r.lim and not r.soft) then
          select count(*) into used from (${rows}) c;
          perform tenantry.limit_refuse(${name}, r.plan, r.granted, r.read_only, greatest(used - added, 0), r.lim, added, null, null);
        end if;
        ${crossings(model, { tenant, feature: name, before: ddl`(used - added)`, used: ddl`used`, lim: ddl`r.lim`, plan: ddl`r.plan`, ...(asked === 'each' && { upTo: ddl`(used - added + 1)` }) })}
        ${healed(model, { tenant, feature: name, used: ddl`used`, resolved: ddl`r` })}
      end hold;`;
}

/** The part of a feature's limit that a check needs. */
export const enforcedLimit = (
  model: Model,
  feature: string,
  tenant: Ddl,
  asked: Pick<Question, 'columns' | 'present'> = {},
): Ddl =>
  resolved(model, {
    tenant,
    feature: literal(feature),
    at: ddl`statement_timestamp()`,
    columns: enforced,
    ...asked,
  });

/** The likely tenant of inserted rows: the unverified tenant of the context. */
export const likelyTenant = ({ tenancy, tenantType }: Model): Ddl => {
  const setting = ddl`current_setting(${literal(tenancy.setting)}, true)`;
  const tenant = tenancy.context === 'signed' ? ddl`split_part(${setting}, '|', 1)` : setting;
  return ddl`nullif(${tenant}, '')::${tenantType}`;
};

/**
 * The fast path before {@link liveBlock} for rows `inserted`: all rows belong to the tenant `likely`, the
 * lock is free, and the limit and its thresholds are far away or there is no limit. It is one query; a
 * loop over groups costs twice as much. When it does not apply, the full check runs.
 *
 * The lock is taken before the query starts, so that its snapshot includes the commits of earlier
 * transactions. It is taken without waiting: a statement for several tenants takes its locks later in a
 * fixed order, otherwise two statements could deadlock.
 */
export function ordinaryWay(model: Model, feature: string, table: SqlCounted): Ddl {
  const rows = countedRows(model, feature, ddl`likely`);
  const events = model.table('limitEvents') !== undefined && model.thresholds.length > 0;
  const first = { sql: String(model.thresholds[0]) };
  const limit = enforcedLimit(model, feature, ddl`likely`, {
    columns: ['read_only', 'soft', 'grace_until'],
    present: true,
  });
  const far = events
    ? ddl`(select count(*) < l.lim and count(*) * 100 < l.lim::numeric * ${first} from (${rows} limit l.lim) c)`
    : ddl`not exists (${rows} offset l.lim limit 1)`;
  const nothingCounts =
    Object.keys(table.where).length === 0
      ? ddl``
      : ddl`exit feature when not exists (select from inserted c where ${counts(table, ddl`c`)});`;
  return ddl`
            ${nothingCounts}
            if current_setting('transaction_isolation') = 'read committed' and pg_try_advisory_xact_lock(${lockKey(feature, ddl`likely`)}) then
              perform from (${limit}) l
              where not l.read_only and (l.lim is null or (not l.soft and l.grace_until is null and ${far}))
                and not exists (select from inserted o where o.${table.tenant} is distinct from likely);
              exit feature when found;
            end if;`;
}
