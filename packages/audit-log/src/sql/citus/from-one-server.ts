import type { Tenancy } from '@tenantry/core';
import { type Ddl, ddl, literal, sqlLiteral } from '@tenantry/core/sql';
import type { LogNames } from '../names.ts';

const permits: Ddl = ddl`to_regclass(${sqlLiteral({ sql: 'tenantry.audit_permits' })})`;

/**
 * Makes the state of a log that was kept on one server that of a log by epochs, before it is distributed.
 * Entries and seals stay as they are; the first epoch begins above their transaction ids.
 *
 * Whoever distributes has locked the log, so every entry in it is final. Those of a tenant that has come
 * from another database are sealed already, which only the sealer of one server knows.
 */
export function fromOneServerSql({ log, columns: c, idType, tenancy }: LogNames): Ddl {
  return ddl`
  do $tenantry$
  declare
    sealed bigint;
  begin
    if ${permits} is null or exists (select from pg_dist_partition where logicalrelid = ${permits}) then return; end if;
    select j.next_xid into strict sealed from tenantry.audit_jobs j where j.job = 'seal';
    if exists (select from ${log} l where l.${c.transactionId} >= sealed
      and exists (select from tenantry.audit_seals s where s.tenant = l.${c.tenant} and s.to_xid > l.${c.transactionId})) then
      raise exception 'tenants have come with entries that are not below the seals of this database yet' using errcode = '55000',
        hint = 'Run npx tenantry audit seal before, with the tenancy of one server.';
    end if;
    drop table tenantry.audit_permits;
    alter table tenantry.audit_failures drop constraint audit_failures_pkey, drop column id;
    -- a failure from before has no tenant
    alter table tenantry.audit_failures add column tenant ${idType} not null default ${literal(noTenant(tenancy))},
      add column id uuid not null default gen_random_uuid(), add primary key (tenant, id);
    alter table tenantry.audit_failures alter column tenant drop default, alter column id drop default;
  end
  $tenantry$;
`;
}

const noTenant = ({ id }: Tenancy): string =>
  id === 'uuid' ? '00000000-0000-0000-0000-000000000000' : id === 'text' ? '' : '0';
