import type { Tenancy } from '@tenantry/core';
import { ddl, fenceClass, name, type SqlFunction, sqlFunction } from '@tenantry/core/sql';

/**
 * `tenantry.begin_placing(tenant)` says that the route of a tenant may change at any moment, in a
 * transaction of its own. From then on every process asks for this route before each statement.
 * `tenantry.end_placing(tenant)` takes it back, after a `place_tenant` that is running.
 */
export function placingFunctions({ roles }: Tenancy): SqlFunction[] {
  const marks = { owner: name(roles.system), callers: [name(roles.system)] };
  return [
    sqlFunction(
      ddl`begin_placing(of_tenant text) returns void`,
      marks,
      ddl`
        begin
          perform tenantry.refuse_moving(of_tenant);
          insert into tenantry.placements (tenant, moving, begun_in) values (of_tenant, true, pg_current_xact_id())
            on conflict (tenant) do update set moving = true, begun_in = excluded.begun_in;
        end
      `,
    ),
    sqlFunction(
      ddl`end_placing(of_tenant text) returns void`,
      marks,
      ddl`
        begin
          perform pg_advisory_xact_lock(${{ sql: String(fenceClass) }}, hashtext(of_tenant));
          delete from tenantry.placements p where p.tenant = of_tenant and p.place is null and p.suspended_at is null;
          update tenantry.placements p set moving = false where p.tenant = of_tenant;
        end
      `,
    ),
  ];
}
