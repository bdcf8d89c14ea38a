import { type Tenancy, TenantryError } from '@tenantry/core';
import { type Ddl, ddl, join, literal, name } from '@tenantry/core/sql';
import { hashedName } from '../fragments/names.ts';
import { type DeclaredTable, type SearchModel, titleOf } from '../model/table.ts';
import { withExtensions } from '../search/extensions.ts';
import { searchFunctionSql } from '../search/function-sql.ts';
import { mark, qualified } from '../search/names.ts';
import { hasNewestIndex } from '../search/statements.ts';
import { type Section, section } from './section.ts';

/** The indexes and functions of `searchable(t, …)`, a section for each table that has it. */
export function searchSections(tenancy: Tenancy, tables: readonly DeclaredTable[]): Section[] {
  const searched = tables.filter(({ searches }) => searches.length > 0);
  return searched.map((table) => {
    checkSearchable(table);
    return section(`search:${table.schema}.${table.name}`, [
      ...placesHold(table),
      ...table.searches.map((search) => indexOf(table, search).sql),
      ...newestIndexes(table).map(({ sql }) => sql),
      ...table.searches.map((search) => searchFunctionSql(tenancy, table, search)),
    ]);
  });
}

function checkSearchable(table: DeclaredTable): void {
  const { withoutTenant } = table;
  if (table.isolation === 'scoped' && withoutTenant !== 'shared') return;
  throw new TenantryError('CONFIG_INVALID', {
    found: `searchable(t, …) on table ${titleOf(table)}, ${withoutTenant === 'shared' ? 'whose rows may be shared by all tenants' : 'which has no ...isolate(t)'}.`,
    fix: 'Use it on tables of ...isolate(t) without shared rows.',
  });
}

interface SearchIndex {
  readonly name: string;
  readonly sql: Ddl;
}

/** An index whose name contains a hash of its definition, so a changed definition is another index. */
function indexOf(table: DeclaredTable, search: SearchModel): SearchIndex {
  const { method, columns, extension } = indexColumns(table, search);
  const target = name(table.schema, table.name);
  const indexName = hashedName(
    `${table.name}_${search.column}_search`,
    `${target.sql} ${method} ${columns.sql}`,
  );
  const create = ddl`create index if not exists ${name(indexName)} on ${target} using ${{ sql: method }} (${columns});`;
  const comment = ddl`comment on index ${name(table.schema, indexName)} is ${literal(mark)};`;
  const wanted = [
    ...(extension === undefined ? [] : [extension]),
    ...(search.tenantFirst && method === 'gin' ? ['btree_gin'] : []),
  ];
  if (wanted.length === 0) return { name: indexName, sql: join([create, comment], '\n') };
  return {
    name: indexName,
    sql: join(
      [withExtensions(wanted, `${titleOf(table)}.${search.column}`, create), comment],
      '\n',
    ),
  };
}

/** The index for the newest rows; only when the table has no such index. */
function newestIndexes(table: DeclaredTable): SearchIndex[] {
  const columns = table.searches.flatMap((search) =>
    search.newest === undefined || !hasNewestIndex(search) ? [] : [search.newest],
  );
  return [...new Set(columns)].map((newest) => {
    const target = name(table.schema, table.name);
    const tenant = table.tenantColumn ?? '';
    const indexName = hashedName(`${table.name}_${newest}_newest`, target.sql, newest);
    const attribute = (column: string) =>
      ddl`(select attnum from pg_attribute where attrelid = indrelid and attname = ${literal(column)})`;
    return {
      name: indexName,
      sql: ddl`
        do $tenantry$
        begin
          if not exists (
            select from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam
            where indrelid = ${literal(target.sql)}::regclass and indisvalid and indpred is null and amname = 'btree'
              and indkey[0] = ${attribute(tenant)} and indkey[1] = ${attribute(newest)}
          ) then
            create index ${name(indexName)} on ${target} (${name(tenant)}, ${name(newest)});
            comment on index ${name(table.schema, indexName)} is ${literal(mark)};
          end if;
        end
        $tenantry$;
      `,
    };
  });
}

function indexColumns(
  table: DeclaredTable,
  { column, kind, type, tenantFirst }: SearchModel,
): { readonly method: string; readonly columns: Ddl; readonly extension?: string } {
  const tenant = name(table.tenantColumn ?? '');
  const led = (searched: Ddl) => (tenantFirst ? ddl`${tenant}, ${searched}` : searched);
  if (kind === 'equals') {
    return { method: 'btree', columns: ddl`${tenant}, ${name(column)}`, extension: 'citext' };
  }
  if (kind === 'substring') {
    const columns = led(ddl`${name(column)} {extension}.gin_trgm_ops`);
    return { method: 'gin', columns, extension: 'pg_trgm' };
  }
  if (kind === 'contains')
    return { method: 'gin', columns: led(ddl`${name(column)} jsonb_path_ops`) };
  if (type === 'tsvector') return { method: 'gin', columns: led(name(column)) };
  return {
    method: 'gin',
    columns: led(
      ddl`to_tsvector(${literal(qualified(kind.fullText))}::regconfig, ${name(column)})`,
    ),
  };
}

/** A ctid is unique only within a partition, so a partitioned table must find rows by their id. */
function placesHold(table: DeclaredTable): Ddl[] {
  const target = name(table.schema, table.name);
  if (table.searches.every(({ id }) => id !== undefined)) return [];
  return [
    ddl`
    do $tenantry$
    begin
      if exists (select from pg_class where oid = ${literal(target.sql)}::regclass and (relkind = 'p' or relhassubclass)) then
        raise exception '% is partitioned or has children', ${literal(titleOf(table))} using errcode = '42809',
          hint = 'Say so: searchable(t, { … }, { partitioned: true }).';
      end if;
    end
    $tenantry$;
  `,
  ];
}
