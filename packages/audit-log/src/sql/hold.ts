import { ddl, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import { asMigrator, type LogNames } from './names.ts';

/** Legal holds, which win over retention and erasure, and retention by tenant. */
export function holdFunctions(names: LogNames): SqlFunction[] {
  const { idType, clock } = names;
  return [
    sqlFunction(
      ddl`audit_hold(tenant ${idType}, why text) returns void`,
      { ...asMigrator, callers: [names.system] },
      ddl`
        begin
          insert into tenantry.audit_holds (tenant, reason) values ($1, why);
          perform tenantry.audit_own_entry($1, 'audit.held', '{}', why);
        end
      `,
    ),
    sqlFunction(
      ddl`audit_release(tenant ${idType}, why text) returns integer`,
      { ...asMigrator, callers: [names.system] },
      ddl`
        declare
          released integer;
          ${clock.declare}
        begin
          update tenantry.audit_holds h set released_at = ${clock.now} where h.tenant = $1 and h.released_at is null;
          get diagnostics released = row_count;
          if released > 0 then
            perform tenantry.audit_own_entry($1, 'audit.released', '{}', why);
          end if;
          return released;
        end
      `,
    ),
    sqlFunction(
      ddl`audit_set_retention(tenant ${idType}, months integer, why text) returns void`,
      { ...asMigrator, callers: [names.system] },
      ddl`
        begin
          if months is null then
            delete from tenantry.audit_retention r where r.tenant = $1;
          else
            insert into tenantry.audit_retention values ($1, $2) on conflict on constraint audit_retention_pkey do update set months = excluded.months;
          end if;
          perform tenantry.audit_own_entry($1, 'audit.retention_set', jsonb_build_object('months', $2), why);
        end
      `,
    ),
  ];
}
