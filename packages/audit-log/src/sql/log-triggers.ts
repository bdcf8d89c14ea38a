import { type Ddl, ddl } from '@tenantry/core/sql';
import { guardTable } from './append-only.ts';
import type { LogNames } from './names.ts';

/**
 * The triggers of the log. A capture trigger, which runs inside another trigger and has read the
 * actor once for all its rows, brings entries that are stamped; everything else is stamped here.
 * Each is ALWAYS on, so it holds under session_replication_role = replica too.
 */
export function logTriggersSql({ log, columns: c }: LogNames): Ddl {
  return ddl`
    create or replace trigger tenantry_audit_stamp before insert on ${log}
      for each row when (pg_trigger_depth() = 0 or new.${c.contentHash} is null)
      execute function tenantry.audit_stamp();
    alter table ${log} enable always trigger tenantry_audit_stamp;
    ${guardTable(log)}
  `;
}
