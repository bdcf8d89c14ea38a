import type { Tenancy } from '@tenantry/core';
import { type Ddl, ddl, join, literal, name, tenantOfTransaction } from '@tenantry/core/sql';
import type { SearchModel, TableModel } from '../generate/model.ts';
import { withExtensions } from './extensions.ts';
import { mark, qualified } from './names.ts';
import { longestJson, longestText, mostRows } from './query.ts';

/**
 * The function that searches a column: where the rows of the transaction's tenant are that match.
 *
 * It runs as the system role, because an operator that is not leakproof is kept out of an index by
 * any policy. Nobody logs in as that role, the tenant is taken inside, and what is searched for is a
 * parameter of static SQL. Only places of rows come out: the caller reads the rows under its policies.
 *
 * It plans for the tenant and the query of each call (`force_custom_plan`): a plan for any tenant
 * would read all rows of a large one by the index of the tenant.
 */
export function searchFunctionSql(tenancy: Tenancy, table: TableModel, search: SearchModel): Ddl {
  const { kind } = search;
  const owner = name(tenancy.roles.system);
  const called = name('tenantry', search.functionName);
  const argument: Ddl = { sql: kind === 'contains' ? 'jsonb' : 'text' };
  const signature = ddl`${called}(${argument}, integer)`;
  const returns: Ddl = { sql: search.id?.type ?? 'tid' };
  const create = ddl`
    create or replace function ${called}(${argument}, integer default null) returns ${returns}[]
    language plpgsql stable parallel restricted security definer
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_custom_plan
    as ${literal(searchBody(tenancy, table, search))};
  `;
  return ddl`
    ${kind === 'equals' ? withExtensions(['citext'], search.column, create) : create}
    grant create on schema tenantry to ${owner};
    alter function ${signature} owner to ${owner};
    revoke create on schema tenantry from ${owner};
    revoke all on function ${signature} from public;
    grant execute on function ${signature} to ${name(tenancy.roles.app)}, ${owner};
    comment on function ${signature} is ${literal(mark)};
  `;
}

/**
 * What the function does. The condition of `isolate(t, { read })` stands in it too: whoever calls it by
 * hand must not learn where rows are that a policy hides, and `first` must not count them.
 */
export function searchBody(tenancy: Tenancy, table: TableModel, search: SearchModel): string {
  const target = name(table.schema, table.name);
  const row = (column: string) => name(table.name, column);
  const place = row(search.id?.name ?? 'ctid');
  const terms = join(
    [
      ddl`${row(table.tenantColumn ?? '')} = tenantry_tenant`,
      conditionOf(search, row(search.column)),
      ...(search.read === undefined ? [] : [{ sql: `(${search.read})` }]),
    ],
    '\n      and ',
  );
  const from = ddl`from ${{ sql: search.id === undefined ? 'only ' : '' }}${target} where ${terms}`;
  return ddl`
    #variable_conflict use_column
    declare
      tenantry_tenant constant ${{ sql: tenancy.id }} := ${tenantOfTransaction(tenancy)};
      tenantry_query ${queryType(search)};
    begin
      ${checksOf(search)}
      tenantry_query := ${queryOf(search)};
      if $2 is null then
        return (select array_agg(${place}) ${from});
      end if;
      ${firstOf(search, row, place, from)}
    end
  `.sql;
}

/** The newest rows: ordered and cut where all matching rows are seen. */
function firstOf(
  { newest }: SearchModel,
  row: (column: string) => Ddl,
  place: Ddl,
  from: Ddl,
): Ddl {
  if (newest === undefined) {
    return ddl`raise exception 'SEARCH_INVALID: first, where nothing is newest' using errcode = 'TN001';`;
  }
  return ddl`
    return (select array_agg(found.place) from (
        select ${place} as place ${from}
        order by ${row(newest)} desc limit least(greatest($2, 0), ${{ sql: String(mostRows) }})) found);
  `;
}

/** The type of what is compared with. */
function queryType({ kind }: SearchModel): Ddl {
  if (typeof kind === 'object') return { sql: 'tsquery' };
  return { sql: kind === 'contains' ? 'jsonb' : 'text' };
}

/** What is compared with, made once a call. */
function queryOf({ kind }: SearchModel): Ddl {
  if (typeof kind === 'object') {
    // never an error, whatever was typed
    return ddl`websearch_to_tsquery(${literal(qualified(kind.fullText))}::regconfig, $1)`;
  }
  if (kind !== 'substring') return { sql: '$1' };
  // a pattern in which nothing but its ends stands for other text
  return ddl`'%' || replace(replace(replace($1, E'\\\\', E'\\\\\\\\'), '%', E'\\\\%'), '_', E'\\\\_') || '%'`;
}

/** Each operator answers or not: none of them can raise an error that quotes a row. */
function conditionOf({ kind, type }: SearchModel, column: Ddl): Ddl {
  if (kind === 'contains') return ddl`${column} @> tenantry_query`;
  if (kind === 'equals') {
    return ddl`${column} operator({extension}.=) tenantry_query::{extension}.citext`;
  }
  if (kind === 'substring') return ddl`${column} ilike tenantry_query`;
  if (type === 'tsvector') return ddl`${column} @@ tenantry_query`;
  return ddl`to_tsvector(${literal(qualified(kind.fullText))}::regconfig, ${column}) @@ tenantry_query`;
}

function checksOf({ kind }: SearchModel): Ddl {
  const json = kind === 'contains';
  const longest: Ddl = { sql: String(json ? longestJson : longestText) };
  const empty = json ? ddl`$1 in ('{}', '[]')` : ddl`btrim($1, E' \\t\\r\\n') = ''`;
  return ddl`
    if ${{ sql: json ? 'length($1::text)' : 'length($1)' }} > ${longest} then
      raise exception 'SEARCH_INVALID: a query of more than ${longest} characters' using errcode = 'TN001';
    end if;
    if $1 is null or ${empty} then
      return null; -- nothing is searched for, so nothing is found
    end if;
  `;
}
