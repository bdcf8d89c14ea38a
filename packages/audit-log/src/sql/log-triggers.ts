import { type Ddl, ddl } from '@tenantry/core/sql';
import { guardTable } from './append-only.ts';
import type { LogNames } from './names.ts';

/**
 * The triggers of the log, which only other triggers add to: those that capture, and the one of
 * `tenantry.audit_entries`. Each is ALWAYS on, so it holds under session_replication_role = replica too.
 */
export function logTriggersSql({ log }: LogNames): Ddl {
  return ddl`
    create or replace function tenantry.audit_refuse_insert() returns trigger
    language plpgsql
    as $tenantry$
    begin
      -- this trigger itself is one level; no search_path is set, because it calls nothing else
      if pg_catalog.pg_trigger_depth() operator(pg_catalog.=) 1 then
        raise exception 'AUDIT_APPEND_ONLY: INSERT on %', tg_table_name using errcode = 'TN001', detail = '{}';
      end if;
      return null;
    end
    $tenantry$;
    revoke all on function tenantry.audit_refuse_insert() from public;
    create or replace trigger tenantry_audit_refuse_insert before insert on ${log}
      for each statement execute function tenantry.audit_refuse_insert();
    alter table ${log} enable always trigger tenantry_audit_refuse_insert;
    ${guardTable(log)}
  `;
}
