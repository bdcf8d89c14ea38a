import { type Ddl, ddl, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import { goOnByEpoch } from './citus/epoch.ts';
import { asMigrator, type LogNames } from './names.ts';

/**
 * The offset of the transaction ids of this server. Transaction ids start again when a database is
 * restored into another cluster, but the order of the log depends on them. The offset is a function, not
 * a table, so that reading it costs a writer nothing. It is replaced when it changes, never by a
 * migration.
 */
export function transactionIdSql({ app, system, writer }: LogNames): Ddl {
  return ddl`
    do $tenantry$
    begin
      if to_regprocedure($name$tenantry.audit_xid_offset()$name$) is null then
        -- no SET clause, which would keep it from being inlined; it calls nothing
        create function tenantry.audit_xid_offset() returns bigint language sql immutable parallel safe as 'select 0::bigint';
      end if;
    end
    $tenantry$;
    revoke all on function tenantry.audit_xid_offset() from public;
    grant execute on function tenantry.audit_xid_offset() to ${app}, ${system}, ${writer};
  `;
}

/** Goes on above all transaction ids that the log has, after a restore into another cluster. */
export function restoredFunctions(names: LogNames): SqlFunction[] {
  const { log, columns: c } = names;
  return [
    sqlFunction(
      ddl`audit_last_xid() returns bigint`,
      { volatility: 'stable', ...names.acrossTenants },
      ddl`
        begin
          return (select max(l.${c.transactionId}) from ${log} l);
        end
      `,
    ),
    sqlFunction(
      ddl`audit_restored() returns bigint`,
      { ...asMigrator, callers: [names.system] },
      ddl`
        ${names.distributed ? goOnByEpoch : goOnByOffset}
      `,
    ),
  ];
}

const goOnByOffset = ddl`
  declare
    own bigint := pg_current_xact_id()::text::bigint;
    last bigint := greatest(tenantry.audit_last_xid(), (select j.next_xid from tenantry.audit_jobs j where j.job = 'seal'), 0);
  begin
    if own + tenantry.audit_xid_offset() > last then return 0; end if;
    execute format($sql$create or replace function tenantry.audit_xid_offset() returns bigint language sql immutable parallel safe as %L$sql$,
      format('select %s::bigint', last + 1 - own));
    return last + 1 - own;
  end
`;
