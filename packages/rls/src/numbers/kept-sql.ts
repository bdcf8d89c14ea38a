import type { Tenancy } from '@tenantry/core';
import {
  type Ddl,
  ddl,
  functionsSql,
  join,
  literal,
  name,
  type SqlFunction,
  sqlFunction,
} from '@tenantry/core/sql';
import { functionNameFor } from '../fragments/names.ts';
import type { DeclaredTable } from '../model/table.ts';
import { distributeMarks, forgetOnShard, keepOnShard } from './citus/marks.ts';
import { type NumberedColumn, sameSeries, seriesColumns, seriesOf } from './names.ts';

/**
 * What all numbered tables have in common: the highest numbers of rows that are deleted, and the function
 * that refuses a number that is set by hand.
 */
export const sharedNumberSql = (tenancy: Tenancy, tables: readonly DeclaredTable[]): Ddl[] => [
  ddl`
    create table if not exists tenantry.number_marks (
      tenant_id text not null,
      series text not null,
      last_number bigint not null,
      primary key (tenant_id, series)
    );
    comment on table tenantry.number_marks is 'The last number of each series whose row was deleted: it is not given again.';
    revoke all on tenantry.number_marks from public, ${name(tenancy.roles.app)};
    grant select, insert, update, delete on tenantry.number_marks to ${name(tenancy.roles.system)};
  `,
  ...(tenancy.dialect === 'citus' ? distributeMarks(tenancy, tables) : []),
  functionsSql([
    sqlFunction(
      ddl`refuse_number() returns trigger`,
      {},
      ddl`
        begin
          if not pg_has_role(current_user, ${literal(tenancy.roles.app)}, 'usage')
            or pg_has_role(current_user, ${literal(tenancy.roles.system)}, 'usage')
            or pg_has_role(current_user, (select relowner from pg_class where oid = tg_relid), 'usage') then
            return new;
          end if;
          raise exception 'permission denied to set column "%" of table "%"', tg_argv[0], tg_table_name
            using errcode = '42501', schema = tg_table_schema, table = tg_table_name, column = tg_argv[0],
              hint = 'The database numbers the row. Leave the column out; only the system role imports numbers.';
        end
      `,
    ),
  ]),
];

/** The trigger function that marks numbers of deleted rows, where no higher one stands. */
export function keepFunction(
  { roles, dialect }: Tenancy,
  numbered: NumberedColumn,
  tenants: DeclaredTable | undefined,
): SqlFunction {
  const { table, target, tenant, counted, number } = numbered;
  const columns = join([tenant, ...seriesColumns(numbered)]);
  // the rows of a tenant may be deleted because it is
  const stands =
    tenants === undefined
      ? ddl``
      : ddl` and exists (select from ${name(tenants.schema, tenants.name)} o where o.${name(tenants.tenantColumn ?? '')} = g.${tenant})`;
  return sqlFunction(
    ddl`${name(functionNameFor('keep_number', table, number.column))}() returns trigger`,
    { owner: name(roles.system) },
    dialect === 'citus'
      ? keepOnShard(numbered, tenants)
      : ddl`
      begin
        insert into tenantry.number_marks as m (tenant_id, series, last_number)
          select g.${tenant}::text, ${seriesOf(numbered, ddl`g`)}, g.last
          from (select ${columns}, max(${counted}) as last from gone where ${counted} > 0 group by ${columns}) g
          where not exists (select from ${target} t where ${sameSeries(numbered, ddl`t`, ddl`g`)} and t.${counted} > g.last)${stands}
          order by 1, 2
          on conflict (tenant_id, series) do update set last_number = greatest(m.last_number, excluded.last_number);
        return null;
      end
    `,
  );
}

/** The marks of a tenant go with it. */
export function forgetSql({ roles, dialect }: Tenancy, tenants: DeclaredTable): Ddl[] {
  const target = name(tenants.schema, tenants.name);
  return [
    functionsSql([
      sqlFunction(
        ddl`forget_numbers() returns trigger`,
        { owner: name(roles.system) },
        dialect === 'citus'
          ? forgetOnShard(tenants)
          : ddl`
          begin
            delete from tenantry.number_marks where tenant_id in (select ${name(tenants.tenantColumn ?? '')}::text from gone);
            return null;
          end
        `,
      ),
    ]),
    ddl`
      create or replace trigger tenantry_forget_numbers after delete on ${target}
        referencing old table as gone for each statement execute function tenantry.forget_numbers();
    `,
  ];
}
