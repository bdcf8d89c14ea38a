import { type Ddl, ddl, literal, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import type { LogNames } from './names.ts';

/** How a transaction is let through. */
interface Permits {
  readonly table: Ddl;
  /** What `whenThere` reads, for the beginning of a trigger function. */
  readonly declare: Ddl;
  /** What happens to a row that is let through. */
  whenThere(then: Ddl): Ddl;
  /** `audit_permit(allowed)`; on Citus `audit_permit(of_tenant, allowed)`. */
  readonly give: SqlFunction;
}

const permitsByTransaction: Permits = {
  table: ddl`create table if not exists tenantry.audit_permits (transaction_id bigint primary key);`,
  declare: ddl``,
  whenThere: (then) => ddl`
    if tg_level = 'ROW' and exists (
      select from tenantry.audit_permits p where p.transaction_id = pg_current_xact_id()::text::bigint
    ) then
      ${then}
    end if;
  `,
  give: sqlFunction(
    ddl`audit_permit(allowed boolean) returns void`,
    {},
    ddl`
      begin
        if allowed then
          insert into tenantry.audit_permits values (pg_current_xact_id()::text::bigint) on conflict do nothing;
        else
          delete from tenantry.audit_permits where transaction_id = pg_current_xact_id()::text::bigint;
        end if;
      end
    `,
  ),
};

/**
 * On the node of its tenant, where transactions have other ids than on the coordinator: a permit is given
 * and taken in one transaction, so no other one sees it.
 */
const permitsByTenant = ({ idType, table, tenancy }: LogNames): Permits => ({
  table: ddl`create table if not exists tenantry.audit_permits (tenant ${idType} primary key);`,
  declare: ddl`
    declare
      row_of constant jsonb := to_jsonb(old);
      of_tenant constant ${idType} := (coalesce(row_of ->> ${literal(table.property(tenancy.property))}, row_of ->> 'tenant'))::${idType};
  `,
  whenThere: (then) => ddl`
    if tg_level = 'ROW' then
      perform from tenantry.audit_permits p where p.tenant = of_tenant and age(p.xmin) <= age(pg_current_xact_id()::xid);
      if found then
        ${then}
      end if;
    end if;
  `,
  give: sqlFunction(
    ddl`audit_permit(of_tenant ${idType}, allowed boolean) returns void`,
    {},
    ddl`
      begin
        if allowed then
          insert into tenantry.audit_permits values (of_tenant);
        else
          delete from tenantry.audit_permits p where p.tenant = of_tenant;
        end if;
      end
    `,
  ),
});

export const permitsOf = (names: LogNames): Permits =>
  names.distributed ? permitsByTenant(names) : permitsByTransaction;
