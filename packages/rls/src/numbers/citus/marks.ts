import type { Tenancy } from '@tenantry/core';
import { type Ddl, ddl, idType, join, name, sqlLiteral } from '@tenantry/core/sql';
import { distributeSql } from '../../distribution/distribute-sql.ts';
import { type DistributedTable, distributionOf } from '../../distribution/distribution.ts';
import { type DeclaredTable, pathOf } from '../../model/table.ts';
import { type NumberedColumn, sameSeries, seriesColumns, seriesOf } from '../names.ts';

/** Puts the marks beside the other rows of their tenants. They get the type of those: on one server it is text. */
export function distributeMarks(tenancy: Tenancy, tables: readonly DeclaredTable[]): Ddl[] {
  const marks = sqlLiteral(ddl`tenantry.number_marks`);
  const anchor = distributionOf(tables).distributed.slice(0, 1);
  return [
    ddl`
      do $tenantry$
      begin
        if not exists (select from pg_dist_partition where logicalrelid = ${marks}::regclass) then
          execute format('alter table %s alter column tenant_id type %s using tenant_id::%2$s', ${marks}, ${sqlLiteral(tenantType(tenancy, tables, anchor))});
        end if;
      end
      $tenantry$;
    `,
    ...distributeSql({
      references: [],
      distributed: [
        ...anchor,
        { schema: tenancy.schema, name: 'number_marks', column: 'tenant_id' },
      ],
    }),
  ];
}

function tenantType(
  tenancy: Tenancy,
  tables: readonly DeclaredTable[],
  [anchor]: readonly DistributedTable[],
): Ddl {
  const table = tables.find((each) => anchor !== undefined && pathOf(each) === pathOf(anchor));
  const type = table?.columns.find((each) => each.name === anchor?.column)?.type ?? 'serial';
  return type.endsWith('serial') ? idType(tenancy) : { sql: type };
}

/** The body of the trigger that marks numbers of deleted rows: a query on a shard has no transition table beside it. */
export function keepOnShard(numbered: NumberedColumn, tenants: DeclaredTable | undefined): Ddl {
  const { target, tenant, counted } = numbered;
  const columns = join([tenant, ...seriesColumns(numbered)]);
  const stands =
    tenants === undefined
      ? ddl``
      : ddl`
          -- the rows of a tenant may be deleted because it is
          perform from ${name(tenants.schema, tenants.name)} o where o.${name(tenants.tenantColumn ?? '')} = g.${tenant};
          continue when not found;`;
  return ddl`
      declare
        g record;
        of_series text;
      begin
        for g in select ${columns}, max(${counted}) as last from gone where ${counted} > 0 group by ${columns} order by ${columns} loop
          perform from ${target} t where ${sameSeries(numbered, ddl`t`, ddl`g`)} and t.${counted} > g.last limit 1;
          continue when found;
          ${stands}
          of_series := ${seriesOf(numbered, ddl`g`)};
          insert into tenantry.number_marks as m (tenant_id, series, last_number) values (g.${tenant}, of_series, g.last)
          on conflict (tenant_id, series) do update set last_number = greatest(m.last_number, excluded.last_number);
        end loop;
        return null;
      end
  `;
}

/** The body of the trigger that forgets the marks of a deleted tenant. */
export const forgetOnShard = (tenants: DeclaredTable): Ddl => ddl`
    declare
      g record;
    begin
      for g in select ${name(tenants.tenantColumn ?? '')} as tenant from gone loop
        delete from tenantry.number_marks where tenant_id = g.tenant;
      end loop;
      return null;
    end
`;
