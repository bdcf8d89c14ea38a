import { type Ddl, ddl } from '@tenantry/core/sql';
import { longest } from './capture-columns.ts';
import type { LogNames } from './names.ts';

/** Larger values are not read, because their text could exceed the maximum length of a text. */
const unread: Ddl = { sql: '134217728' };

/** How captures record a value of an arbitrary type, using its text form. */
export function captureValuesSql({ writer }: LogNames): Ddl {
  return ddl`
    -- the text of a value, unlike that of any other value: of a long one, its size and its hash
    create or replace function tenantry.audit_exact(value anyelement) returns text
    language plpgsql stable
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      printed text;
    begin
      if pg_column_size(value) > ${unread} then return format('[%s bytes stored]', pg_column_size(value)); end if;
      -- by the output function of the type: a cast to text takes the spaces off a char(n)
      if value is distinct from null then printed := format('%s', value); end if;
      if octet_length(printed) > ${longest} then
        return format('[%s bytes, sha256 %s]', octet_length(printed), encode(sha256(convert_to(printed, 'UTF8')), 'hex'));
      end if;
      return printed;
    end
    $tenantry$;

    -- a value as JSON, or as its text where JSON cannot hold it
    create or replace function tenantry.audit_value(value anyelement) returns jsonb
    language plpgsql stable
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      if pg_column_size(value) > ${unread} then return to_jsonb(tenantry.audit_exact(value)); end if;
      if octet_length(value::text) > ${longest} then return to_jsonb(format('[%s bytes]', octet_length(value::text))); end if;
      return to_jsonb(value);
    exception when data_exception or program_limit_exceeded then
      return to_jsonb(tenantry.audit_exact(value));
    end
    $tenantry$;

    -- a value as JSON, or as its text where its JSON is that of the other value: 1.0 of 1.00
    create or replace function tenantry.audit_apart(value anyelement, other anyelement) returns jsonb
    language plpgsql stable
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      own constant jsonb := tenantry.audit_value(value);
    begin
      if coalesce(own, 'null') = coalesce(tenantry.audit_value(other), 'null') then
        return to_jsonb(tenantry.audit_exact(value));
      end if;
      return own;
    end
    $tenantry$;
    revoke all on function tenantry.audit_exact(anyelement), tenantry.audit_value(anyelement),
      tenantry.audit_apart(anyelement, anyelement) from public;
    grant execute on function tenantry.audit_exact(anyelement), tenantry.audit_value(anyelement),
      tenantry.audit_apart(anyelement, anyelement) to ${writer};
  `;
}
