import { type Ddl, ddl } from '@tenantry/core/sql';
import { guardTable } from './append-only.ts';
import type { LogNames } from './names.ts';

/**
 * The state of the log in the schema tenantry: seals and their retirements, holds, retention by tenant,
 * positions of jobs and sinks. Only the migrating login writes seals; a tenant reads its own.
 */
export function stateSql(names: LogNames): { readonly tables: Ddl; readonly rights: Ddl[] } {
  const { idType, app, system, rows, distributed } = names;
  const readable = (table: string): Ddl => ddl`
    ${rows.readByTenant(table, ddl`tenant`)}
    revoke all on tenantry.${{ sql: table }} from public, ${app}, ${system};
    grant select on tenantry.${{ sql: table }} to ${app}, ${system};
  `;
  return {
    tables: ddl`
      create table if not exists tenantry.audit_seals (
        tenant ${idType} not null,
        number bigint not null,
        month text not null,
        from_xid bigint not null,
        to_xid bigint not null,
        next_xid bigint not null,
        entries integer not null,
        root bytea not null,
        previous bytea,
        hash bytea not null,
        sealed_at timestamptz not null,
        ids uuid[] not null,
        hashes bytea not null,
        primary key (tenant, number)
      );
      -- retention looks up the seals of a month
      create index if not exists audit_seals_month on tenantry.audit_seals (tenant, month);
      create table if not exists tenantry.audit_retirements (
        tenant ${idType} not null,
        number bigint not null,
        retired_at timestamptz not null default clock_timestamp(),
        reason text not null,
        primary key (tenant, number)
      );
      create table if not exists tenantry.audit_jobs (
        job text primary key,
        next_xid bigint not null default 0,
        ran_at timestamptz
      );
      insert into tenantry.audit_jobs (job) values ('seal'), ('maintain') on conflict do nothing;
      create table if not exists tenantry.audit_partitions (
        partition text primary key,
        from_at timestamptz not null,
        to_at timestamptz not null
      );
      create table if not exists tenantry.audit_holds (
        tenant ${idType} not null,
        placed_at timestamptz not null default clock_timestamp(),
        reason text not null,
        released_at timestamptz,
        primary key (tenant, placed_at)
      );
      create table if not exists tenantry.audit_retention (
        tenant ${idType} primary key,
        months integer not null check (months between 1 and 1200)
      );
      create table if not exists tenantry.audit_deliveries (
        sink text primary key,
        transaction_id bigint not null default -1,
        created_at timestamptz not null default '-infinity',
        id uuid not null default '00000000-0000-0000-0000-000000000000',
        delivered bigint not null default 0,
        lease uuid,
        leased_until timestamptz,
        failures integer not null default 0,
        last_error text
      );
      revoke all on tenantry.audit_permits, tenantry.audit_jobs, tenantry.audit_partitions,
        tenantry.audit_holds, tenantry.audit_retention, tenantry.audit_deliveries from public, ${app}, ${system};
      grant select on tenantry.audit_jobs, tenantry.audit_partitions, tenantry.audit_holds, tenantry.audit_retention to ${system};
      ${distributed ? ddl`` : ddl`grant select on tenantry.audit_jobs to ${app};`}
      grant select, insert, update on tenantry.audit_deliveries to ${system};
    `,
    rights: [
      readable('audit_seals'),
      readable('audit_retirements'),
      guardTable(names, ddl`tenantry.audit_seals`),
      guardTable(names, ddl`tenantry.audit_retirements`),
    ],
  };
}
