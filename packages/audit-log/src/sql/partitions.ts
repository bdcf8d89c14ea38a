import {
  type Ddl,
  ddl,
  literal,
  type SqlFunction,
  sqlFunction,
  sqlLiteral,
} from '@tenantry/core/sql';
import { movers, permitMoving } from './citus/default-partition.ts';
import { asMigrator, type LogNames } from './names.ts';

/** `audit_logs`: partitions are `tenantry.audit_logs_2026_05` and `tenantry.audit_logs_default`. */
export const partitionStem = ({ table }: LogNames): string =>
  table.schema === 'public' ? table.name : `${table.schema}_${table.name}`;

export const defaultPartition = (names: LogNames): string => `${partitionStem(names)}_default`;

const restOf = (names: LogNames): Ddl => ({ sql: `tenantry."${defaultPartition(names)}"` });

/**
 * Monthly partitions in the schema tenantry, which drizzle-kit ignores, and a default partition for
 * months without one, so that a missing partition never fails a business write.
 */
export function partitionFunctions(names: LogNames): SqlFunction[] {
  return [
    protectFunction(names),
    defaultMonths(names),
    ...createFunctions(names),
    maintainFunction(names),
  ];
}

/**
 * Policies and rights of the parent do not apply to direct access to a partition, so partitions have no
 * grants: only the owner can reach them. Rights from ALTER DEFAULT PRIVILEGES are revoked too. The system
 * role sees the rows where it has the right, which is the default partition; and so does a login that
 * makes dumps.
 */
function protectFunction(names: LogNames): SqlFunction {
  const { log, rows, distributed, system } = names;
  const rest = restOf(names);
  return sqlFunction(
    ddl`audit_protect(partition regclass) returns void`,
    { comment: literal(`For partitions of ${log.sql}.`) },
    ddl`
      declare
        given record;
      begin
        for given in
          select distinct acl.grantee from pg_class c, aclexplode(c.relacl) acl
          where c.oid = partition and acl.grantee <> c.relowner
        loop
          execute format('revoke all on table %s from %s', partition,
            case when given.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(given.grantee)) end);
        end loop;
        execute format('alter table %s ${rows.on}', partition);
        if not exists (select from pg_policy p where p.polrelid = partition) then
          execute format($sql$${rows.systemReads}$sql$, partition);
        end if;
        if partition = to_regclass(${sqlLiteral(rest)}) then
          grant select on ${rest} to ${system};
        end if;
        -- row triggers come from the parent; those of TRUNCATE do not
        execute format($sql$create or replace trigger tenantry_audit_refuse_truncate before truncate on %s for each statement execute function tenantry.audit_refuse()$sql$, partition);
        ${distributed ? ddl`` : ddl`execute format('alter table %s enable always trigger tenantry_audit_refuse_truncate', partition);`}
      end
    `,
  );
}

/** Opens partitions that an earlier version made to the system role. */
export const openPartitionsSql = ({ log }: LogNames): Ddl => ddl`
  select tenantry.audit_protect(i.inhrelid::regclass) from pg_inherits i
  where i.inhparent = ${sqlLiteral(log)}::regclass and not exists (select from pg_policy p where p.polrelid = i.inhrelid);
`;

/** The owner is bound by the forced row security of the default partition; the system role is not. */
function defaultMonths(names: LogNames): SqlFunction {
  const { columns: c } = names;
  return sqlFunction(
    ddl`audit_default_months() returns setof timestamptz`,
    { volatility: 'stable', ...names.acrossTenants },
    ddl`
      begin
        if to_regclass(${sqlLiteral(restOf(names))}) is null then return; end if;
        return query execute ${sqlLiteral({ sql: `select distinct date_trunc('month', ${c.createdAt.sql} at time zone 'UTC') at time zone 'UTC' from tenantry."${defaultPartition(names)}" order by 1` })};
      end
    `,
  );
}

function createFunctions(names: LogNames): SqlFunction[] {
  const { log, columns: c, rows } = names;
  const stem = literal(partitionStem(names));
  const rest = restOf(names);
  const permit = (allowed: boolean): Ddl =>
    names.distributed
      ? permitMoving(names, rest, allowed)
      : ddl`perform tenantry.audit_permit(${{ sql: String(allowed) }});`;
  const copy = ddl`(like ${log} including defaults including constraints including generated including storage)`;
  return [
    sqlFunction(
      ddl`audit_create_default() returns void`,
      {},
      ddl`
        declare
          -- when the log was renamed, its default partition has the old name
          renamed constant regclass := (select i.inhrelid from pg_inherits i join pg_class p on p.oid = i.inhrelid
            where i.inhparent = ${literal(log.sql)}::regclass and pg_get_expr(p.relpartbound, p.oid) = 'DEFAULT');
        begin
          if to_regclass(${sqlLiteral(rest)}) is not null then return; end if;
          if renamed is not null then
            execute format('alter table %s rename to %I', renamed, ${literal(defaultPartition(names))});
            return;
          end if;
          create table ${rest} ${copy};
          alter table ${log} attach partition ${rest} default;
          perform tenantry.audit_protect(${sqlLiteral(rest)}::regclass);
        end
      `,
    ),
    sqlFunction(
      ddl`audit_create_month(month timestamptz) returns text`,
      {},
      ddl`
        declare
          starts timestamptz := date_trunc('month', month at time zone 'UTC') at time zone 'UTC';
          ends timestamptz := (date_trunc('month', month at time zone 'UTC') + interval '1 month') at time zone 'UTC';
          partition text := format('%s_%s', ${stem}, to_char(starts at time zone 'UTC', 'YYYY_MM'));
          target text := format($name$tenantry.%I$name$, partition);
          has_rows boolean := starts in (select tenantry.audit_default_months());
          ${names.distributed ? movers(names) : ddl``}
        begin
          if exists (select from tenantry.audit_partitions p where p.from_at < ends and p.to_at > starts) then
            return null;
          end if;
          if has_rows then
            -- a writer that was routed to the default partition before would be refused there afterwards, so
            -- writers wait for the lock of the log and are routed after the new partition exists
            lock table ${log} in share row exclusive mode;
          end if;
          execute format('create table %s ${{ sql: copy.sql.replaceAll('%', '%%') }}', target);
          if has_rows then
            -- the new partition cannot be attached while the default partition has rows of its month, so
            -- they are moved in the same transaction; readers and writers of the default partition wait
            lock table ${rest} in access exclusive mode;
            alter table ${rest} ${rows.force.off};
            ${permit(true)}
            execute format($sql$with moved as (delete from ${rest} where ${c.createdAt} >= %L and ${c.createdAt} < %L returning *) insert into %s select * from moved$sql$, starts, ends, target);
            ${permit(false)}
            alter table ${rest} ${rows.force.on};
          end if;
          -- SHARE UPDATE EXCLUSIVE on the log: writers go on; ACCESS EXCLUSIVE on the default partition
          execute format('alter table ${log} attach partition %s for values from (%L) to (%L)', target, starts, ends);
          perform tenantry.audit_protect(target::regclass);
          insert into tenantry.audit_partitions values (partition, starts, ends);
          return partition;
        end
      `,
    ),
  ];
}

function maintainFunction(names: LogNames): SqlFunction {
  return sqlFunction(
    ddl`audit_maintain(ahead integer) returns table (created text[], busy boolean)`,
    {
      ...asMigrator,
      callers: [names.system],
      // a long reader of the default partition fails this run instead of blocking writers
      settings: [ddl`lock_timeout = '2s'`],
    },
    ddl`
      declare
        month timestamptz;
        made text;
      begin
        created := '{}';
        busy := false;
        perform from tenantry.audit_jobs j where j.job = 'maintain' for update skip locked;
        if not found then
          busy := true;
          return next;
          return;
        end if;
        perform tenantry.audit_create_default();
        for month in
          select date_trunc('month', clock_timestamp() at time zone 'UTC') at time zone 'UTC' + make_interval(months => i) from generate_series(0, ahead) i
          union select tenantry.audit_default_months() order by 1
        loop
          made := tenantry.audit_create_month(month);
          if made is not null then created := created || made; end if;
        end loop;
        update tenantry.audit_jobs j set ran_at = clock_timestamp() where j.job = 'maintain';
        return next;
      end
    `,
  );
}
