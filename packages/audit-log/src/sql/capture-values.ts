import { type Ddl, ddl, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import { longest } from './capture-columns.ts';
import type { LogNames } from './names.ts';

/** Larger values are not read, because their text could exceed the maximum length of a text. */
const unread: Ddl = { sql: '134217728' };

/** How captures record a value whose type they cannot know to be simple; any type has a text. */
export function captureValueFunctions({ writer }: LogNames): SqlFunction[] {
  return [
    // the text of a value, unlike that of any other value: of a long one, its size and its hash
    sqlFunction(
      ddl`audit_exact(value anyelement) returns text`,
      { volatility: 'stable', callers: [writer] },
      ddl`
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
      `,
    ),
    // a value as JSON, or as its text where JSON cannot hold it
    sqlFunction(
      ddl`audit_value(value anyelement) returns jsonb`,
      { volatility: 'stable', callers: [writer] },
      ddl`
        begin
          if pg_column_size(value) > ${unread} then return to_jsonb(tenantry.audit_exact(value)); end if;
          if octet_length(value::text) > ${longest} then return to_jsonb(format('[%s bytes]', octet_length(value::text))); end if;
          return to_jsonb(value);
        exception when data_exception or program_limit_exceeded then
          return to_jsonb(tenantry.audit_exact(value));
        end
      `,
    ),
    // a value as JSON, or as its text where its JSON is that of the other value: 1.0 of 1.00
    sqlFunction(
      ddl`audit_apart(value anyelement, other anyelement) returns jsonb`,
      { volatility: 'stable', callers: [writer] },
      ddl`
        declare
          own constant jsonb := tenantry.audit_value(value);
        begin
          if coalesce(own, 'null') = coalesce(tenantry.audit_value(other), 'null') then
            return to_jsonb(tenantry.audit_exact(value));
          end if;
          return own;
        end
      `,
    ),
  ];
}
