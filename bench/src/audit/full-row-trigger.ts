/**
 * What supa_audit does, written anew from its documentation: a row trigger that looks the primary key
 * up in the catalogue for each row, derives a stable id of the record from it, and stores the old and
 * the new row as a whole, with indexes on the record, the time and the table.
 */
export const fullRowTriggerSql = (table: string): string => `
  create schema full_row_audit;
  create type full_row_audit.operation as enum ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE');
  create table full_row_audit.record_version (
    id bigserial primary key,
    record_id uuid,
    old_record_id uuid,
    op full_row_audit.operation not null,
    ts timestamptz not null default now(),
    table_oid oid not null,
    table_schema name not null,
    table_name name not null,
    record jsonb,
    old_record jsonb,
    check (coalesce(record_id, old_record_id) is not null or op = 'TRUNCATE'),
    check ((op in ('INSERT', 'UPDATE')) = (record_id is not null)),
    check ((op in ('INSERT', 'UPDATE')) = (record is not null)),
    check ((op in ('UPDATE', 'DELETE')) = (old_record_id is not null)),
    check ((op in ('UPDATE', 'DELETE')) = (old_record is not null))
  );
  create index on full_row_audit.record_version (record_id) where record_id is not null;
  create index on full_row_audit.record_version (old_record_id) where old_record_id is not null;
  create index on full_row_audit.record_version using brin (ts);
  create index on full_row_audit.record_version (table_oid);

  create function full_row_audit.primary_key_columns(entity oid) returns text[]
  stable security definer set search_path = '' language sql as $$
    select coalesce(array_agg(a.attname::text order by a.attname), '{}')
    from pg_catalog.pg_index i
    join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
    where i.indrelid = $1 and i.indisprimary
  $$;

  create function full_row_audit.record_id(entity oid, key_columns text[], record jsonb) returns uuid
  stable language sql as $$
    select case
      when record is null then null
      when key_columns = '{}' then gen_random_uuid()
      else (select md5(jsonb_agg(v.value)::text)::uuid from (
        select to_jsonb(entity::text) as value
        union all select to_jsonb(record ->> k) from unnest(key_columns) k) v)
    end
  $$;

  create function full_row_audit.on_row() returns trigger
  security definer set search_path = '' language plpgsql as $$
  declare
    key_columns text[] = full_row_audit.primary_key_columns(tg_relid);
    record_jsonb jsonb = to_jsonb(new);
    record_id uuid = full_row_audit.record_id(tg_relid, key_columns, record_jsonb);
    old_record_jsonb jsonb = to_jsonb(old);
    old_record_id uuid = full_row_audit.record_id(tg_relid, key_columns, old_record_jsonb);
  begin
    insert into full_row_audit.record_version (record_id, old_record_id, op, table_oid, table_schema, table_name, record, old_record)
    select record_id, old_record_id, tg_op::full_row_audit.operation, tg_relid, tg_table_schema, tg_table_name, record_jsonb, old_record_jsonb;
    return coalesce(new, old);
  end
  $$;
  create trigger full_row after insert or update or delete on ${table}
    for each row execute function full_row_audit.on_row();
`;
