import { type Ddl, ddl, ownedBy } from '@tenantry/core/sql';
import type { LogNames } from './names.ts';

/**
 * Entries of the log about itself: holds, erasures and retention. Their reason is in the metadata, in
 * addition to that of the system scope.
 */
export function ownEntrySql(names: LogNames): Ddl {
  const { idType } = names;
  return ddl`
    create or replace function tenantry.audit_own_entry(tenant ${idType}, action text, metadata jsonb, why text)
    returns void
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      perform tenantry.audit_write_for(tenant, action, 'audit_log', null, why, metadata || jsonb_build_object('reason', why));
    end
    $tenantry$;
    ${ownedBy(names.system, `tenantry.audit_own_entry(${idType.sql}, text, jsonb, text)`)}
  `;
}
