import { ddl, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import type { LogNames } from './names.ts';

/**
 * Entries of the log about itself: holds, erasures and retention. Their reason is in the metadata, in
 * addition to that of the system scope.
 */
export function ownEntryFunction(names: LogNames): SqlFunction {
  const { idType } = names;
  return sqlFunction(
    ddl`audit_own_entry(tenant ${idType}, action text, metadata jsonb, why text) returns void`,
    names.acrossTenants,
    ddl`
      begin
        perform tenantry.audit_write_for(tenant, action, 'audit_log', null, why, metadata || jsonb_build_object('reason', why));
      end
    `,
  );
}
