import { type Ddl, ddl, type SqlFunction, sqlFunction } from '@tenantry/core/sql';
import { longest } from './capture-columns.ts';
import type { LogNames } from './names.ts';

/** Larger values are not read, because their text could exceed the maximum length of a text. */
const unread: Ddl = { sql: '134217728' };

/** Functions that record a value of any type. */
export function captureValueFunctions({ writer }: LogNames): SqlFunction[] {
  return [
    // a text that differs for different values: of a long value its size and its hash
    sqlFunction(
      ddl`audit_value_text(value anyelement) returns text`,
      { volatility: 'stable', callers: [writer] },
      ddl`
        declare
          printed text;
        begin
          if pg_column_size(value) > ${unread} then return format('[%s bytes stored]', pg_column_size(value)); end if;
          -- format uses the output function of the type; a cast to text removes the trailing spaces of char(n)
          if value is distinct from null then printed := format('%s', value); end if;
          if octet_length(printed) > ${longest} then
            return format('[%s bytes, sha256 %s]', octet_length(printed), encode(sha256(convert_to(printed, 'UTF8')), 'hex'));
          end if;
          return printed;
        end
      `,
    ),
    // a value as JSON, or as text when JSON cannot represent it
    sqlFunction(
      ddl`audit_value_json(value anyelement) returns jsonb`,
      { volatility: 'stable', callers: [writer] },
      ddl`
        begin
          if pg_column_size(value) > ${unread} then return to_jsonb(tenantry.audit_value_text(value)); end if;
          if octet_length(value::text) > ${longest} then return to_jsonb(format('[%s bytes]', octet_length(value::text))); end if;
          return to_jsonb(value);
        exception when data_exception or program_limit_exceeded then
          return to_jsonb(tenantry.audit_value_text(value));
        end
      `,
    ),
    // a value as JSON, or as text when both values have the same JSON: 1.0 and 1.00
    sqlFunction(
      ddl`audit_distinct_value(value anyelement, other anyelement) returns jsonb`,
      { volatility: 'stable', callers: [writer] },
      ddl`
        declare
          own constant jsonb := tenantry.audit_value_json(value);
        begin
          if coalesce(own, 'null') = coalesce(tenantry.audit_value_json(other), 'null') then
            return to_jsonb(tenantry.audit_value_text(value));
          end if;
          return own;
        end
      `,
    ),
  ];
}
