import { type Ddl, ddl, literal, type SqlFunction } from '@tenantry/core/sql';
import { schemaOfTenant } from '@tenantry/rls/feature';
import { counts } from './conditions.ts';
import { countedRows, isInSchemas, lockKey } from './counted.ts';
import { plannedOnce, systemFunction } from './functions.ts';
import { lapse } from './lapse.ts';
import { callLimitOf } from './limit-of.ts';
import type { Model, SqlCounted } from './model.ts';
import { enforced, resolved } from './resolve.ts';
import { crossings, healed } from './thresholds.ts';

const tenant = ddl`of_tenant`;
const feature = ddl`of_feature`;
const limit = ddl`r := ${callLimitOf(feature)};`;

/**
 * `tenantry.limit_check(tenant, feature, added, one_by_one)`: raises when a tenant has more rows than
 * the plan allows; a trigger calls it after `added` of them were written. `one_by_one` says that it is
 * called for each row in turn, `added` the n-th time.
 *
 * The advisory lock serialises transactions that add to the same limit. At READ COMMITTED each statement
 * of a VOLATILE function has its own snapshot, so the count, which starts after the lock was granted,
 * sees the rows of the previous transaction. At other isolation levels it would not, so they are refused.
 */
export function checkFunction(model: Model): SqlFunction {
  const hasGrace = model.table('limitStates') !== undefined;
  const grace = ddl`
    if used > r.lim and not r.soft and not r.read_only and r.grace_until is null then
      if ${lapse(model, tenant, feature, ddl`used - added`)} then
        ${limit}
      end if;
    end if;
  `;
  // without a limit every usage is within it
  const unlimited = healed(model, { tenant, feature, used: ddl`used`, resolved: ddl`r` });
  const asked = resolved(model, {
    tenant,
    feature,
    at: ddl`statement_timestamp()`,
    columns: enforced,
  });
  return systemFunction(
    model,
    ddl`
      limit_check(
        of_tenant ${model.tenantType},
        of_feature text,
        added bigint,
        one_by_one boolean
      ) returns void
    `,
    ddl`
      declare
        r record;
        used bigint;
        lock_key constant bigint := ${lockKey(feature, tenant)};
      begin
        ${asked}
        into r;
        if r.own_lim is null and not r.read_only then
          ${unlimited}
          return;
        end if;
        -- a count with the snapshot of the transaction misses what others have committed since
        if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
          raise exception 'ISOLATION_LEVEL_REFUSED: % in a transaction at %', of_feature, upper(current_setting('transaction_isolation'))
            using errcode = 'TN001', detail = jsonb_build_object('feature', of_feature)::text;
        end if;
        -- released at commit or rollback, which a transaction-mode pooler respects
        if not pg_try_advisory_xact_lock(lock_key) then
          perform pg_advisory_xact_lock(lock_key);
          -- what applied before the wait may have changed meanwhile
          ${limit}
          if r.own_lim is null and not r.read_only then
            ${unlimited}
            return;
          end if;
        end if;
        used := tenantry.limit_count(of_tenant, of_feature);
        -- grace is for tenants that are over, not for those who are back within the limit; during one the
        -- limit may be none
        if used - added <= r.own_lim then
          r.lim := r.own_lim;
        end if;
        ${hasGrace ? grace : ddl``}
        if r.read_only or (used > r.lim and not r.soft) then
          perform tenantry.limit_refuse(of_feature, r.plan, r.granted, r.read_only, greatest(used - added, 0), r.lim, added, null, null);
        end if;
        ${crossings(model, {
          tenant,
          feature,
          before: ddl`(used - added)`,
          used: ddl`used`,
          upTo: ddl`(case when one_by_one then used - added + 1 else used end)`,
          lim: ddl`r.lim`,
          plan: ddl`r.plan`,
        })}
        ${healed(model, { tenant, feature, used: ddl`used`, resolved: ddl`r` })}
      end
    `,
    plannedOnce(model),
  );
}

/**
 * `tenantry.limit_check_row(tenant, feature, written)`: the same for one row. Row triggers fire when all
 * rows of their statement are there, so the first of three sees three more. The n-th takes itself for n
 * rows, and the last one knows how many there were before: a mark counts them, of the statement that
 * wrote the row (xmin and cmin) and the tenant. Who writes the mark by hand can only make the limit
 * stricter for himself.
 */
export const checkRowFunction = (model: Model): SqlFunction =>
  systemFunction(
    model,
    ddl`limit_check_row(of_tenant ${model.tenantType}, of_feature text, written text) returns void`,
    ddl`
      declare
        mark constant text := concat_ws(' ', written, of_feature, of_tenant, '');
        memo constant text := current_setting($name$tenantry.limit_row$name$, true);
        added bigint := 1;
      begin
        if starts_with(memo, mark) then
          added := coalesce(substring(memo from length(mark) + 1 for 18)::bigint, 0) + 1;
        end if;
        perform set_config($name$tenantry.limit_row$name$, mark || added, true);
        perform tenantry.limit_check(of_tenant, of_feature, added, true);
      end
    `,
  );

/** The likely tenant of inserted rows: the unverified tenant of the context. */
export const likelyTenant = ({ tenancy, tenantType }: Model): Ddl => {
  const setting = ddl`current_setting(${literal(tenancy.setting)}, true)`;
  const likely = tenancy.context === 'signed' ? ddl`split_part(${setting}, '|', 1)` : setting;
  return ddl`nullif(${likely}, '')::${tenantType}`;
};

/**
 * The ordinary way, in front of {@link checkFunction} for rows `inserted`: they are of the tenant
 * `likely`, the lock is free, the limit and its thresholds are far, or there is no limit. It stands in
 * the trigger's function itself, because one query is all that most inserts cost. Where it finds
 * nothing, everything is looked at closer.
 *
 * The lock is taken before the query starts, so that its snapshot includes the commits of earlier
 * transactions. It is taken without waiting: a statement for several tenants takes its locks later in a
 * fixed order, otherwise two statements could deadlock.
 */
export function ordinaryWay(model: Model, of: string, table: SqlCounted): Ddl {
  const likely = ddl`likely`;
  const rows = countedRows(model, of, likely);
  const events = model.table('limitEvents') !== undefined && model.thresholds.length > 0;
  const first = { sql: String(model.thresholds[0]) };
  const asked = resolved(model, {
    tenant: likely,
    feature: literal(of),
    at: ddl`statement_timestamp()`,
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
  // a table that a schema of a tenant has is named there by a copy of this function
  const others =
    !table.inSchemas && isInSchemas(model, of)
      ? ddl` and ${schemaOfTenant(likely)} is null`
      : ddl``;
  return ddl`
    ${nothingCounts}
    if current_setting('transaction_isolation') = 'read committed' and pg_try_advisory_xact_lock(${lockKey(literal(of), likely)}) then
      perform from (
        ${asked}
      ) l
      where not l.read_only and l.grace_until is null and (l.lim is null or (not l.soft and ${far}))
        and not exists (select from inserted o where o.${table.tenant} is distinct from likely)${others};
      exit feature when found;
    end if;
  `;
}
