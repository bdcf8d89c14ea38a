import type { Tenancy } from '../tenancy/tenancy.ts';
import { type Ddl, ddl, literal } from './ddl.ts';
import { functionsSql, sqlFunction } from './function.ts';

/**
 * The trigger function that refuses a change of a fixed column with 42501 (insufficient privilege) and
 * names the column. Nobody can move a row to another tenant; `unset tenant` lets those who are free give
 * a row without a tenant its own. The other columns are fixed for callers with
 * the rights of the app role, except the system role and the owner of the table. Its arguments are pairs:
 * `('tenant', 'organization_id', 'key', 'id', 'read only', 'plan')`.
 */
export function refuseColumnChangeSql({ roles }: Tenancy): Ddl {
  return functionsSql([
    sqlFunction(
      ddl`refuse_column_change() returns trigger`,
      {},
      ddl`
        declare
          is_free constant boolean := not pg_has_role(current_user, ${literal(roles.app)}, 'usage')
            or pg_has_role(current_user, ${literal(roles.system)}, 'usage')
            or pg_has_role(current_user, (select relowner from pg_class where oid = tg_relid), 'usage');
          is_changed boolean;
        begin
          for i in 0 .. tg_nargs - 1 by 2 loop
            continue when is_free and tg_argv[i] not in ('tenant', 'unset tenant');
            execute format('select record_image_ne(row(($1).%1$I), row(($2).%1$I))', tg_argv[i + 1])
              into is_changed using old, new;
            -- a row that is nobody's yet gets its tenant once
            if is_changed and is_free and tg_argv[i] = 'unset tenant' then
              execute format('select ($1).%I is not null', tg_argv[i + 1]) into is_changed using old;
            end if;
            if is_changed then
              raise exception 'permission denied to change column "%" of table "%"', tg_argv[i + 1], tg_table_name
                using errcode = '42501', schema = tg_table_schema, table = tg_table_name, column = tg_argv[i + 1],
                  hint = case replace(tg_argv[i], 'unset ', '')
                    when 'tenant' then 'A row keeps its tenant. Insert a new row for the other tenant.'
                    when 'key' then 'What identifies a row never changes. Insert a new row, or leave the column as it is.'
                    else 'Only the system role changes it. Leave the column out, or repeat exactly what is stored.'
                  end;
            end if;
          end loop;
          return new;
        end`,
    ),
  ]);
}
