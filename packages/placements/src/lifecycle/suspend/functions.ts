import type { Tenancy } from '@tenantry/core';
import { type Ddl, ddl, fenceClass, name, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import type { FeatureTable } from '@tenantry/rls/feature';
import { commitDurably } from '../../sql/durable.ts';
import { isTenant, tenantVariable } from '../../sql/tenant-variable.ts';

/**
 * `tenantry.suspend_tenant(tenant, why)` says in the catalogue that nobody may work for a tenant, and
 * returns where it lives; `tenantry.begin_erasure(tenant)` does so before its rows go, and
 * `tenantry.end_erasure(tenant)` keeps its id refused for ever after. `tenantry.fence_tenant(tenant)` is called
 * after it has committed, in that database: it waits for the transactions of the tenant, and then advances the
 * epoch. In this order a process that learns the new epoch reads the suspension too, and one that does not is
 * refused.
 *
 * `tenantry.restore_tenant(tenant)` takes it back. Processes look before they refuse, so no epoch changes.
 */
export function suspendFunctions(tenancy: Tenancy, tables: readonly FeatureTable[]): SqlFunction[] {
  const { roles } = tenancy;
  const marks = { owner: name(roles.system), callers: [name(roles.system)] };
  return [
    sqlFunction(
      ddl`suspend_tenant(of_tenant text, why text) returns text`,
      marks,
      ddl`
        ${tenancy.dialect === 'citus' ? ddl`declare ${tenantVariable(tenancy)}` : ddl``}
        begin
          if exists (select from tenantry.here) then
            raise exception 'PLACE_TAKEN: this database is the place %', (select h.place from tenantry.here h)
              using errcode = 'TN001', detail = '{"fix": "Suspend tenants in the database of the shared tables."}';
          end if;
          ${refuseUnknown(tenancy, tables)}
          insert into tenantry.placements as p (tenant, suspended_at, suspended_for, suspended_in)
            values (of_tenant, now(), why, pg_current_xact_id())
            on conflict (tenant) do update set suspended_at = coalesce(p.suspended_at, excluded.suspended_at),
              suspended_for = excluded.suspended_for, suspended_in = excluded.suspended_in;
          -- a schema is in this database
          return (select p.place from tenantry.placements p join tenantry.places d on d.name = p.place
            where p.tenant = of_tenant and d.schema_name is null);
        end
      `,
    ),
    sqlFunction(
      ddl`begin_erasure(of_tenant text) returns text`,
      marks,
      ddl`
        declare
          lives constant text := tenantry.suspend_tenant(of_tenant, 'erased');
        begin
          update tenantry.placements p set erasure = coalesce(p.erasure, 'begun') where p.tenant = of_tenant;
          return lives;
        end
      `,
    ),
    sqlFunction(
      ddl`end_erasure(of_tenant text) returns void`,
      marks,
      ddl`
        begin
          insert into tenantry.placements as p (tenant, suspended_at, suspended_for, suspended_in, erasure)
            values (of_tenant, now(), 'erased', pg_current_xact_id(), 'done')
            on conflict (tenant) do update set place = null, erasure = 'done',
              suspended_at = coalesce(p.suspended_at, excluded.suspended_at),
              suspended_for = 'erased', suspended_in = coalesce(p.suspended_in, excluded.suspended_in);
        end
      `,
    ),
    sqlFunction(
      ddl`fence_tenant(of_tenant text) returns void`,
      marks,
      ddl`
        begin
          if exists (select from tenantry.placements p where p.tenant = of_tenant and p.suspended_in = pg_current_xact_id()) then
            raise exception 'STATEMENT_REFUSED: a tenant is suspended in a transaction of the caller' using errcode = 'TN001',
              detail = '{"fix": "Pass the pool: other processes have to see the first of its two steps."}';
          end if;
          ${commitDurably}
          perform pg_advisory_xact_lock(${{ sql: String(fenceClass) }}, hashtext(of_tenant));
          perform nextval($name$tenantry.route_epoch$name$);
        end
      `,
    ),
    sqlFunction(
      ddl`restore_tenant(of_tenant text) returns boolean`,
      marks,
      ddl`
        declare
          was boolean;
          erased boolean;
        begin
          -- the lock comes first: an erasure may be ending now
          select p.suspended_at is not null, p.erasure = 'done' into was, erased
            from tenantry.placements p where p.tenant = of_tenant for update;
          if erased then
            raise exception 'TENANT_NOT_FOUND: it is erased' using errcode = 'TN001', detail = '{}';
          end if;
          delete from tenantry.placements p where p.tenant = of_tenant and p.place is null and not p.moving;
          update tenantry.placements p set suspended_at = null, suspended_for = null, suspended_in = null, erasure = null where p.tenant = of_tenant;
          return coalesce(was, false);
        end
      `,
    ),
  ];
}

function refuseUnknown(tenancy: Tenancy, tables: readonly FeatureTable[]): Ddl {
  const tenants = tables.find(({ isolation }) => isolation === 'tenants');
  if (tenants?.tenantColumn === undefined) return ddl``;
  const known = ddl`exists (select from ${name(tenants.schema, tenants.name)} t where ${isTenant(tenancy, name(tenants.tenantColumn))})`;
  const placed = ddl`exists (select from tenantry.placements p where p.tenant = of_tenant)`;
  const refuse = ddl`raise exception 'TENANT_NOT_FOUND: no such tenant' using errcode = 'TN001', detail = '{}';`;
  // Citus takes no table of the coordinator with those of the workers in one expression
  if (tenancy.dialect === 'citus')
    return ddl`
      if not ${placed} then
        if not ${known} then
          ${refuse}
        end if;
      end if;
    `;
  return ddl`
    if not ${known}
      and not ${placed} then
      ${refuse}
    end if;
  `;
}
