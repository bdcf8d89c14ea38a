import { ddl, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import type { LogNames } from '../names.ts';

/** Deletes the entries of a month, tenant by tenant; each needs its permit. */
export const deleteByTenantFunction = ({ log, columns: c, idType }: LogNames): SqlFunction =>
  sqlFunction(
    ddl`audit_delete_month(of_tenant ${idType}, from_at timestamptz, to_at timestamptz) returns bigint`,
    {},
    ddl`
      declare
        deleted bigint;
      begin
        delete from ${log} l where l.${c.tenant} = of_tenant and l.${c.createdAt} >= from_at and l.${c.createdAt} < to_at;
        get diagnostics deleted = row_count;
        return deleted;
      end
    `,
  );

/** In `audit_retire`. */
export const deleteGoing = ddl`
  entries := 0;
  for i in 1 .. cardinality(going) loop
    perform tenantry.audit_permit(going[i], true);
    entries := entries + tenantry.audit_delete_month(going[i], starts, ends);
    perform tenantry.audit_permit(going[i], false);
  end loop;
`;
