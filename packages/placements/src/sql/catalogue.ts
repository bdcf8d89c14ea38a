import type { Tenancy } from '@tenantry/core';
import { type Ddl, ddl, functionsSql, name } from '@tenantry/core/sql';
import { durableFunction, durableTrigger } from './durable.ts';
import { routeFunctions } from './routes.ts';

/**
 * The catalogue of places. It is the same in every database: the shared one says where tenants live, and
 * in each says which place it is itself.
 *
 * `route_epoch` counts the changes of routes. A sequence, because a transaction sees its newest value at
 * every isolation level; the pool compares it in the context of each statement.
 */
export function catalogueSql(tenancy: Tenancy): Ddl {
  const [app, system] = [name(tenancy.roles.app), name(tenancy.roles.system)];
  return ddl`
    create table if not exists tenantry.places (
      name text primary key check (name ~ '^[a-z][a-z0-9_-]{0,62}$' and name <> 'shared'),
      mark uuid not null default gen_random_uuid(),
      schema_name text unique,
      created_at timestamptz not null default now()
    );
    comment on column tenantry.places.mark is 'that of table here in the database';
    comment on column tenantry.places.schema_name is 'the schema of this database that the place is; null for a database';
    comment on table tenantry.places is 'where tenants may live, besides the shared tables';
    create table if not exists tenantry.placements (
      tenant text primary key,
      place text references tenantry.places (name),
      moving boolean not null default false,
      begun_in xid8,
      since timestamptz not null default now(),
      suspended_at timestamptz,
      suspended_for text,
      suspended_in xid8,
      erasure text check (erasure in ('begun', 'done')),
      check (place is not null or moving or suspended_at is not null)
    );
    create index if not exists placements_place on tenantry.placements (place);
    comment on table tenantry.placements is 'tenants that do not live in the shared tables, are moving, or are suspended';
    create table if not exists tenantry.here (
      single boolean primary key default true check (single),
      place text not null,
      mark uuid not null default gen_random_uuid()
    );
    comment on table tenantry.here is 'which of the places this database is; empty in that of the shared tables';
    do $tenantry$
    begin
      if to_regclass($name$tenantry.route_epoch$name$) is null then
        create sequence tenantry.route_epoch;
        perform nextval($name$tenantry.route_epoch$name$);
      end if;
    end
    $tenantry$;
    revoke all on tenantry.places, tenantry.placements, tenantry.here from public;
    grant select, insert, update, delete on tenantry.placements to ${system};
    grant select, insert on tenantry.places to ${system};
    grant select on tenantry.here to ${system};
    grant select on sequence tenantry.route_epoch to ${app};
    grant select, usage on sequence tenantry.route_epoch to ${system};
    ${functionsSql([...routeFunctions(tenancy), durableFunction(tenancy)])}
    ${durableTrigger(ddl`tenantry.placements`)}
  `;
}
