import type { Tenancy } from '@tenantry/core';
import {
  type Ddl,
  ddl,
  functionsSql,
  name,
  type SqlFunction,
  sqlFunction,
} from '@tenantry/core/sql';

/**
 * Which migrations a schema of a tenant has: the rows of Drizzle's own table, for each. A row is written in the
 * transaction that brings the migration. Only the login that migrates writes it.
 */
export function schemaMigrationsSql({ roles }: Tenancy): Ddl {
  return ddl`
    create table if not exists tenantry.schema_migrations (
      place text not null references tenantry.places (name) on delete cascade,
      id bigint generated always as identity,
      hash text not null,
      created_at bigint not null,
      name text,
      -- later than what was written before its locks: a rewind tells them apart
      applied_at timestamptz not null default clock_timestamp(),
      primary key (place, id)
    );
    comment on table tenantry.schema_migrations is 'which migrations the schemas of tenants have, as drizzle.__drizzle_migrations has it of a database';
    revoke all on tenantry.schema_migrations from public;
    grant select on tenantry.schema_migrations to ${name(roles.system)};
    ${functionsSql(schemaMigrationFunctions())}
  `;
}

/**
 * What a run calls in the transaction of a schema. As functions they travel with the statements of the
 * migration, and a connection plans them once for all schemas.
 */
const schemaMigrationFunctions = (): SqlFunction[] => [
  // Nobody removes the place or adds it again meanwhile; tenants get it as before. The ledger is read after the
  // lock: who has waited for another run begins again.
  sqlFunction(
    ddl`hold_schema(of_place text, its_mark uuid, last_id bigint) returns void`,
    {},
    ddl`
      begin
        perform from tenantry.places p where p.name = of_place and p.mark = its_mark for no key update;
        if not found then
          raise exception 'PLACE_UNKNOWN: %', of_place using errcode = 'TN001';
        elsif coalesce((select max(m.id) from tenantry.schema_migrations m where m.place = of_place), 0) <> last_id then
          raise exception 'another run has brought a migration to %', of_place using errcode = '55P03';
        end if;
      end
    `,
  ),
  // Equal for tables that have the same columns, and keys, indexes, policies and triggers of the same names. The
  // texts of definitions cost most, and are left out.
  sqlFunction(
    ddl`schema_fingerprint(in_schema text, tables text[]) returns text`,
    { volatility: 'stable' },
    ddl`
      begin
        return (
          with t as (
            select c.oid, c.relname::text as name, c.relrowsecurity, c.relforcerowsecurity
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = in_schema and c.relname = any (tables) and c.relkind = 'r'
          ), o (kind, name, its) as (
            select 't', t.name, concat(t.relrowsecurity, t.relforcerowsecurity) from t
            union all
            select 'c', t.name, concat_ws(' ', k.attname, k.atttypid, k.atttypmod, k.attnotnull, k.atthasdef, k.attidentity, k.attgenerated)
            from t join pg_attribute k on k.attrelid = t.oid and k.attnum > 0 and not k.attisdropped
            union all
            select 'k', t.name, concat_ws(' ', k.conname, k.contype, k.convalidated, array_length(k.conkey, 1))
            from t join pg_constraint k on k.conrelid = t.oid and k.contype <> 'n'
            union all
            select 'i', t.name, concat_ws(' ', x.relname, i.indnatts, i.indisunique, i.indisvalid)
            from t join pg_index i on i.indrelid = t.oid join pg_class x on x.oid = i.indexrelid
            union all
            select 'p', t.name, concat_ws(' ', p.polname, p.polcmd, p.polpermissive) from t join pg_policy p on p.polrelid = t.oid
            union all
            select 'g', t.name, concat_ws(' ', g.tgname, g.tgtype, g.tgenabled)
            from t join pg_trigger g on g.tgrelid = t.oid and not g.tgisinternal
          )
          select md5(string_agg(concat_ws(' ', o.kind, o.name, o.its), ',' order by o.kind, o.name collate "C", o.its collate "C")) from o
        );
      end
    `,
  ),
  // The memory of tenantry migrate is never wrong here, because it is the same transaction.
  sqlFunction(
    ddl`schema_migrated(of_place text, its_mark uuid, ran jsonb, of_folder text) returns void`,
    {},
    ddl`
      begin
        insert into tenantry.schema_migrations (place, hash, created_at, name)
          select of_place, n.r ->> 'hash', (n.r ->> 'when')::bigint, n.r ->> 'name'
          from jsonb_array_elements(ran) with ordinality n (r, i) order by n.i;
        delete from tenantry.place_migrations m where m.place = of_place;
        if of_folder is not null then
          insert into tenantry.place_migrations (place, mark, folder) values (of_place, its_mark, of_folder);
        end if;
      end
    `,
  ),
];
