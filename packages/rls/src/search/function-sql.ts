import type { Tenancy } from '@tenantry/core';
import {
  type Ddl,
  ddl,
  functionRightsSql,
  functionSql,
  functionsSql,
  idType,
  literal,
  name,
  sqlFunction,
  tenantOfTransaction,
  textInSchema,
} from '@tenantry/core/sql';
import { isPadded } from '../fragments/drizzle.ts';
import type { DeclaredTable, SearchModel } from '../model/table.ts';
import { withExtensions } from './extensions.ts';
import { mark, qualified } from './names.ts';
import { longestJson, longestText } from './query.ts';
import {
  everyMatch,
  hasNewestIndex,
  isPlannedOnce,
  isVectorOfText,
  newestMatches,
  plannedOnce,
  probedOnShard,
  type Statements,
  settingsOf,
  variables,
} from './statements.ts';

/**
 * The function that searches a column and returns the positions of the matching rows of the transaction's
 * tenant.
 *
 * It runs as the system role, because with any policy an operator that is not leakproof cannot use an
 * index. Nobody logs in as that role, the function reads the tenant itself, and the search text is a
 * parameter of static SQL. Only positions are returned; the caller reads the rows under its policies.
 *
 * When one plan is right for every tenant and query, its statements are planned once per session, because
 * planning costs more than a search of few rows. It is then parallel unsafe, because it changes a
 * setting.
 */
export function searchFunctionSql(
  tenancy: Tenancy,
  table: DeclaredTable,
  search: SearchModel,
): Ddl {
  const { kind } = search;
  const searched: Ddl = { sql: kind === 'contains' ? 'jsonb' : 'text' };
  const found = sqlFunction(
    ddl`${name(search.functionName)}(${searched}, integer default null) returns ${{ sql: search.id?.type ?? 'tid' }}[]`,
    {
      owner: name(tenancy.roles.system),
      callers: [name(tenancy.roles.app)],
      volatility: 'stable',
      parallel: isPlannedOnce(tenancy, search) ? 'unsafe' : 'restricted',
      settings: settingsOf(tenancy, search),
      comment: literal(mark),
    },
    { sql: searchBody(tenancy, table, search) },
  );
  if (kind !== 'equals') return functionsSql([found]);
  return ddl`
    ${withExtensions(['citext'], search.column, functionSql(found))}
    ${functionRightsSql([found])}
  `;
}

/**
 * The body of the function. It includes the condition of `isolate(t, { read })`, so that a direct call
 * does not reveal hidden rows and `first` does not count them.
 */
export function searchBody(tenancy: Tenancy, table: DeclaredTable, search: SearchModel): string {
  const target = name(table.schema, table.name);
  const onCitus = tenancy.dialect === 'citus';
  const row = (column: string) => name(table.name, column);
  const place = row(search.id?.name ?? 'ctid');
  const mayRead =
    search.read === undefined ? [] : [{ sql: `(${textInSchema(tenancy.schema, search.read)})` }];
  const tenant = ddl`${row(table.tenantColumn ?? '')} = tenantry_tenant`;
  const matching = conditionOf(search, row(search.column));
  const of: Statements = {
    rows: ddl`${{ sql: search.id === undefined && !onCitus ? 'only ' : '' }}${target}`,
    place,
    newest: search.newest === undefined ? undefined : row(search.newest),
    tenant,
    matching,
    scanned: search.kind === 'equals' ? ddl`${tenant} and ${matching}` : matching,
    mayRead,
    probed: probedOf(search, row(search.column)),
  };
  const planned = isPlannedOnce(tenancy, search);
  const probed = onCitus && hasNewestIndex(search) ? of.newest : undefined;
  return ddl`
    #variable_conflict use_column
    declare
      tenantry_tenant constant ${tenantType(tenancy, table)} := ${tenantOfTransaction(tenancy)};
      tenantry_query ${queryType(search)};${planned || probed !== undefined ? variables : nothing}
    begin
      ${onCitus ? onShard : nothing}
      ${checksOf(search)}
      tenantry_query := ${queryOf(search)};
      ${firstAllowed(search)}
      ${planned ? plannedOnce(of, search, indexable(search)) : nothing}
      ${probed === undefined ? nothing : probedOnShard(of, probed, indexable(search))}
      if $2 is null then
        return (${everyMatch(of)});
      end if;
      ${of.newest === undefined ? { sql: 'return null;' } : ddl`return (${newestMatches(of, of.newest)});`}
    end
  `.sql;
}

/** The type that is compared with the tenant column as it is. */
function tenantType(tenancy: Tenancy, { columns, tenantColumn }: DeclaredTable): Ddl {
  const type = columns.find(({ name: of }) => of === tenantColumn)?.type ?? '';
  return isPadded(type) ? ddl`bpchar` : idType(tenancy);
}

const nothing: Ddl = { sql: '' };

/** Elsewhere the rows could have moved before the statement reads them by their positions. */
const onShard = ddl`
  if current_setting('application_name') not like 'citus_internal%' then
    raise exception 'a search that is no condition of a statement on its table' using errcode = '0A000',
      hint = 'Use matches(column, query), or the text of matchesText.';
  end if;
`;

function firstAllowed({ newest }: SearchModel): Ddl {
  if (newest !== undefined) return nothing;
  return ddl`
    if $2 is not null then
      raise exception 'SEARCH_INVALID: first, where nothing is newest' using errcode = 'TN001';
    end if;
  `;
}

/**
 * The condition for probing the newest few rows; computing a tsvector of a long text would cost more than
 * it is worth.
 */
function probedOf(search: SearchModel, column: Ddl): Ddl {
  const matching = conditionOf(search, column);
  return isVectorOfText(search) ? ddl`pg_column_size(${column}) < 400 and ${matching}` : matching;
}

/** Whether the index can look up anything of the query; otherwise the whole index would be read. */
function indexable(search: SearchModel): Ddl {
  const { kind } = search;
  if (kind === 'substring') return ddl`tenantry_query ~ '[[:alnum:]]{3}'`;
  if (kind === 'equals') return { sql: 'true' };
  if (kind === 'contains') {
    return ddl`jsonb_path_exists(tenantry_query, '$.** ? (@.type() != "object" && @.type() != "array")')`;
  }
  return ddl`querytree(tenantry_query) not in ('', 'T')`;
}

/** The type of the search value. */
function queryType({ kind }: SearchModel): Ddl {
  if (typeof kind === 'object') return { sql: 'tsquery' };
  return { sql: kind === 'contains' ? 'jsonb' : 'text' };
}

/** The search value, computed once per call. */
function queryOf({ kind }: SearchModel): Ddl {
  if (typeof kind === 'object') {
    // never raises an error, for any input
    return ddl`websearch_to_tsquery(${literal(qualified(kind.fullText))}::regconfig, $1)`;
  }
  if (kind !== 'substring') return { sql: '$1' };
  // a pattern whose only wildcards are at its ends
  return ddl`'%' || replace(replace(replace($1, E'\\\\', E'\\\\\\\\'), '%', E'\\\\%'), '_', E'\\\\_') || '%'`;
}

/** No operator here can raise an error that quotes a row. */
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
  // each separate expression costs 2 µs per transaction
  return ddl`
    if $1 is null or ${empty} or ${{ sql: json ? 'length($1::text)' : 'length($1)' }} > ${longest} then
      if $1 is null or ${empty} then
        return null; -- nothing is searched for, so nothing is found
      end if;
      raise exception 'SEARCH_INVALID: a query of more than ${longest} characters' using errcode = 'TN001';
    end if;
  `;
}
