import { type Ddl, ddl } from '@tenantry/core/sql';
import { callableBySystem, type LogNames } from './names.ts';

/** Legal holds, which override retention and erasure, and retention by tenant. */
export function holdSql(names: LogNames): Ddl {
  const { idType } = names;
  return ddl`
    create or replace function tenantry.audit_hold(tenant ${idType}, why text) returns void
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      insert into tenantry.audit_holds (tenant, reason) values ($1, why);
      perform tenantry.audit_own_entry($1, 'audit.held', '{}', why);
    end
    $tenantry$;
    ${callableBySystem(names, `audit_hold(${idType.sql}, text)`)}

    create or replace function tenantry.audit_release(tenant ${idType}, why text) returns integer
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      released integer;
    begin
      update tenantry.audit_holds h set released_at = clock_timestamp() where h.tenant = $1 and h.released_at is null;
      get diagnostics released = row_count;
      if released > 0 then
        perform tenantry.audit_own_entry($1, 'audit.released', '{}', why);
      end if;
      return released;
    end
    $tenantry$;
    ${callableBySystem(names, `audit_release(${idType.sql}, text)`)}

    create or replace function tenantry.audit_set_retention(tenant ${idType}, months integer, why text) returns void
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      if months is null then
        delete from tenantry.audit_retention r where r.tenant = $1;
      else
        insert into tenantry.audit_retention values ($1, $2) on conflict on constraint audit_retention_pkey do update set months = excluded.months;
      end if;
      perform tenantry.audit_own_entry($1, 'audit.retention_set', jsonb_build_object('months', $2), why);
    end
    $tenantry$;
    ${callableBySystem(names, `audit_set_retention(${idType.sql}, integer, text)`)}
  `;
}
