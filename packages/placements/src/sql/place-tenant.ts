import type { Tenancy } from '@tenantry/core';
import {
  type Ddl,
  ddl,
  fenceClass,
  join,
  literal,
  name,
  type SqlFunction,
  sqlFunction,
} from '@tenantry/core/sql';
import type { FeatureTable } from '@tenantry/rls/feature';
import { isTenant, tenantVariable } from './tenant-variable.ts';

/**
 * `tenantry.place_tenant(tenant, place)` gives a place to a tenant without rows. It waits for the
 * transactions of this tenant and keeps new ones out until it commits. The epoch is advanced before the
 * route is changed: a process that learns of it in between finds the tenant moving, and asks again.
 *
 * The lock first and the rows after it, under READ COMMITTED: the rows of the last transaction are seen.
 */
export function placeTenant(
  tenancy: Tenancy,
  tables: readonly FeatureTable[],
  ofSchemas: readonly FeatureTable[],
): SqlFunction {
  const system = name(tenancy.roles.system);
  return sqlFunction(
    ddl`place_tenant(of_tenant text, at_place text) returns void`,
    { owner: system, callers: [system] },
    ddl`
      declare
        begun boolean;
        own boolean;
        held text;
        in_schema boolean;
        ${tenantVariable(tenancy)}
      begin
        if current_setting('transaction_isolation') <> 'read committed' then
          raise exception 'STATEMENT_REFUSED: a tenant is placed under READ COMMITTED, not %', current_setting('transaction_isolation')
            using errcode = 'TN001';
        end if;
        perform pg_advisory_xact_lock(${{ sql: String(fenceClass) }}, hashtext(of_tenant));
        select p.moving, p.begun_in = pg_current_xact_id(), p.place into begun, own, held
          from tenantry.placements p where p.tenant = of_tenant;
        if own then
          raise exception 'STATEMENT_REFUSED: a tenant is placed in a transaction of the caller' using errcode = 'TN001',
            detail = '{"fix": "Pass the pool: other processes have to see the first of its two steps."}';
        elsif begun is not true then
          raise exception 'STATEMENT_REFUSED: begin_placing was not called, or somebody else has ended it' using errcode = 'TN001',
            detail = '{"fix": "Call placements.place(…) again."}';
        end if;
        if not exists (select from tenantry.places p where p.name = at_place) then
          raise exception 'PLACE_UNKNOWN: %', at_place using errcode = 'TN001';
        end if;
        if held = at_place then
          update tenantry.placements set moving = false where tenant = of_tenant;
          return;
        elsif held is not null then
          raise exception 'TENANT_PLACED: it lives in %', held using errcode = 'TN001';
        end if;
        in_schema := (select p.schema_name is not null from tenantry.places p where p.name = at_place);
        ${join(
          tables.map((each) =>
            refuseRows(
              tenancy,
              each,
              ofSchemas.some((own) => own.table === each.table),
            ),
          ),
          '\n',
        )}
        perform nextval($name$tenantry.route_epoch$name$);
        update tenantry.placements set place = at_place, moving = false, since = now() where tenant = of_tenant;
      end
    `,
  );
}

/**
 * The row of the tenant itself stays in the shared tables, which look up claims. So do the rows of a table that
 * no schema of a tenant has, when the place is one.
 */
function refuseRows(
  tenancy: Tenancy,
  { schema, name: table, tenantColumn, isolation }: FeatureTable,
  ofSchemas: boolean,
): Ddl {
  if (tenantColumn === undefined || isolation === 'tenants') return ddl``;
  const elsewhere = ofSchemas ? ddl`` : ddl`not in_schema and `;
  return ddl`
    if ${elsewhere}exists (select from ${name(schema, table)} t where ${isTenant(tenancy, name(tenantColumn))}) then
      raise exception 'TENANT_HAS_ROWS: in %', ${literal(`${schema}.${table}`)} using errcode = 'TN001';
    end if;
  `;
}
