import { type Ddl, ddl, literal, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import { deleteByTenantFunction, deleteGoing } from './citus/retire.ts';
import { asMigrator, type LogNames } from './names.ts';

/**
 * Expired entries are deleted by tenant and month, and only when they are sealed. The seals stay in their
 * chain, and a retirement records that their entries were deleted by retention. A month that is expired
 * for all tenants is dropped with its partition, without reading a row.
 */
export function retentionFunctions(names: LogNames): SqlFunction[] {
  return [
    expiredFunction(names),
    names.distributed ? deleteByTenantFunction(names) : deleteFunction(names),
    retireFunction(names),
  ];
}

/**
 * Without a month it returns the months that may be expired: for tenants without their own retention by
 * the common limit, for the others by the key. With a month it returns everything in it and reads nothing
 * else, so retention takes time only in proportion to the deleted entries.
 */
function expiredFunction(names: LogNames): SqlFunction {
  const { log, columns: c, idType } = names;
  const before = (months: Ddl) =>
    ddl`l.${c.createdAt} < (date_trunc('month', today) - make_interval(months => ${months})) at time zone 'UTC'`;
  const counted = (months: Ddl, from: Ddl) => ddl`
    return query select x.month, x.tenant, x.entries, coalesce(x.over, false)
      and not exists (select from tenantry.audit_holds h where h.tenant = x.tenant and h.released_at is null)
    from (
      select to_char(date_trunc('month', l.${c.createdAt} at time zone 'UTC'), 'YYYY-MM') as month, l.${c.tenant} as tenant, count(*) as entries,
        bool_and(l.${c.transactionId} < sealed)
        and date_trunc('month', min(l.${c.createdAt}) at time zone 'UTC') + interval '1 month' + make_interval(months => ${months}) <= today as over
      from ${from}
      group by 1, 2
    ) x order by 1, 2;
  `;
  return sqlFunction(
    ddl`audit_expired(keep_months integer, only_month text default null) returns table (month text, tenant ${idType}, entries bigint, expired boolean)`,
    names.acrossTenants,
    ddl`
      declare
        sealed bigint := (select j.next_xid from tenantry.audit_jobs j where j.job = 'seal');
        today timestamp := clock_timestamp() at time zone 'UTC';
        starts timestamptz := to_date(only_month, 'YYYY-MM')::timestamp at time zone 'UTC';
        ends timestamptz := (to_date(only_month, 'YYYY-MM')::timestamp + interval '1 month') at time zone 'UTC';
      begin
        if only_month is not null then
          ${counted(
            ddl`coalesce(min(r.months), keep_months)`,
            ddl`
              ${log} l left join tenantry.audit_retention r on r.tenant = l.${c.tenant}
              where l.${c.createdAt} >= starts and l.${c.createdAt} < ends
            `,
          )}
          return;
        end if;
        if keep_months is not null then
          ${counted(
            ddl`keep_months`,
            ddl`
              ${log} l where ${before(ddl`keep_months`)}
              and not exists (select from tenantry.audit_retention r where r.tenant = l.${c.tenant})
            `,
          )}
        end if;
        ${counted(
          ddl`min(r.months)`,
          ddl`tenantry.audit_retention r join ${log} l on l.${c.tenant} = r.tenant and ${before(ddl`r.months`)}`,
        )}
      end
    `,
  );
}

function deleteFunction(names: LogNames): SqlFunction {
  const { log, columns: c, idType } = names;
  return sqlFunction(
    ddl`audit_delete_month(tenants ${idType}[], from_at timestamptz, to_at timestamptz) returns bigint`,
    { owner: names.writer },
    ddl`
      declare
        deleted bigint;
      begin
        delete from ${log} l where l.${c.tenant} = any (tenants) and l.${c.createdAt} >= from_at and l.${c.createdAt} < to_at;
        get diagnostics deleted = row_count;
        return deleted;
      end
    `,
  );
}

const deleteAll = ddl`
  perform tenantry.audit_permit(true);
  entries := tenantry.audit_delete_month(going, starts, ends);
  perform tenantry.audit_permit(false);
`;

function retireFunction(names: LogNames): SqlFunction {
  const { idType } = names;
  const retired = literal('retention');
  return sqlFunction(
    ddl`audit_retire(retired_month text, tenants ${idType}[], keep_months integer) returns table (entries bigint, dropped boolean, busy boolean)`,
    {
      ...asMigrator,
      callers: [names.system],
      // dropping a partition takes ACCESS EXCLUSIVE on the log; without it in time, the next run tries again
      settings: [ddl`lock_timeout = '2s'`],
    },
    ddl`
      declare
        starts timestamptz := to_date(retired_month, 'YYYY-MM')::timestamp at time zone 'UTC';
        ends timestamptz := (to_date(retired_month, 'YYYY-MM')::timestamp + interval '1 month') at time zone 'UTC';
        going ${idType}[];
        counts bigint[];
        staying boolean;
        own text;
      begin
        entries := 0; dropped := false; busy := false;
        perform from tenantry.audit_jobs j where j.job = 'maintain' for update skip locked;
        if not found then
          busy := true;
          return next;
          return;
        end if;
        -- read again, because a hold may have been placed while the archive was written
        select array_agg(e.tenant) filter (where e.goes), array_agg(e.entries) filter (where e.goes), bool_or(not e.goes)
          into going, counts, staying
        from (select x.tenant, x.entries, x.expired and x.tenant = any (tenants) as goes
          from tenantry.audit_expired(keep_months, retired_month) x) e;
        if going is null then
          return next;
          return;
        end if;
        insert into tenantry.audit_retirements (tenant, number, reason)
          select s.tenant, s.number, ${retired} from tenantry.audit_seals s
          where s.tenant = any (going) and s.month = retired_month on conflict do nothing;
        select p.partition into own from tenantry.audit_partitions p where p.from_at = starts and p.to_at = ends;
        entries := (select sum(n) from unnest(counts) n);
        if own is not null and not staying then
          execute format($sql$drop table tenantry.%I$sql$, own);
          delete from tenantry.audit_partitions p where p.partition = own;
          dropped := true;
        else
          ${names.distributed ? deleteGoing : deleteAll}
        end if;
        for i in 1 .. cardinality(going) loop
          perform tenantry.audit_own_entry(going[i], 'audit.retired', jsonb_build_object('month', retired_month, 'entries', counts[i]), ${retired});
        end loop;
        return next;
      end
    `,
  );
}
