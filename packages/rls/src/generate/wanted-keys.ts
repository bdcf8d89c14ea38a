import { type Ddl, ddl, join, literal, name } from '@tenantry/core/sql';
import { is, SQL } from 'drizzle-orm';
import type { TableName } from '../model/table.ts';
import type { TableConfig } from '../tables/live-keys.ts';
import { expression } from './column-sql.ts';

/** A key, an index or a check that fragments want. */
export interface WantedKey {
  readonly name: string;
  readonly statement: Ddl;
}

/** Everything that stands in the third argument of `pgTable` and that drizzle-kit would write. */
export function wantedKeys(table: TableName, wanted: TableConfig): WantedKey[] {
  const target = name(table.schema, table.name);
  const names = (columns: readonly { readonly name: string }[]) =>
    join(columns.map((column) => name(column.name)));
  const constraint = (own: string, definition: Ddl): WantedKey => ({
    name: own,
    statement: ddl`
      do $tenantry$
      begin
        if not exists (select from pg_constraint where conrelid = ${literal(target.sql)}::regclass and conname = ${literal(own)}) then
          alter table ${target} add constraint ${name(own)} ${definition};
        end if;
      end
      $tenantry$;
    `,
  });
  const single = wanted.columns.filter((column) => column.primary);
  return [
    ...(single.length === 0
      ? []
      : [constraint(`${table.name}_pkey`, ddl`primary key (${names(single)})`)]),
    ...wanted.primaryKeys.map((key) =>
      constraint(key.getName(), ddl`primary key (${names(key.columns)})`),
    ),
    ...wanted.uniqueConstraints.map((key) =>
      constraint(
        key.getName() ?? '',
        key.nullsNotDistinct
          ? ddl`unique nulls not distinct (${names(key.columns)})`
          : ddl`unique (${names(key.columns)})`,
      ),
    ),
    ...wanted.checks.map((each) => constraint(each.name, ddl`check (${expression(each.value)})`)),
    ...wanted.indexes.map(({ config }) => indexOf(target, config)),
  ];
}

function indexOf(target: Ddl, config: TableConfig['indexes'][number]['config']): WantedKey {
  const { name: own = '', unique, columns, where, method = 'btree' } = config;
  const parts = columns.map((column) =>
    is(column, SQL) ? ddl`(${expression(column)})` : name((column as { name: string }).name),
  );
  const kind: Ddl = { sql: unique ? 'unique index' : 'index' };
  const condition = where === undefined ? ddl`` : ddl` where ${expression(where)}`;
  return {
    name: own,
    statement: ddl`create ${kind} if not exists ${name(own)} on ${target} using ${{ sql: method }} (${join(parts)})${condition};`,
  };
}
