import { TenantryError } from '@tenantry/core';
import { checkOptions, checkType } from '@tenantry/core/errors';
import { name } from '@tenantry/core/sql';
import { type SQL, sql } from 'drizzle-orm';
import { type Casing, columnName } from '../casing.ts';
import { asSql, type ColumnLike, nameOf, sqlType, tableOf } from '../fragments/drizzle.ts';
import { type Search, searchesOf } from '../fragments/notes.ts';
import { readNote } from '../fragments/read-note.ts';
import { checkedFirst, checkedQuery } from './query.ts';

/** What `matches(column, query, options)` takes. */
export interface MatchesOptions {
  /**
   * Limits the search to this many of the newest matching rows, 1 to 10,000. Use it for
   * `order by created_at desc limit 50`, where PostgreSQL then need not read all matches, and only when
   * the search is the only condition: further conditions would choose among these rows. Requires `newest`
   * in `searchable`. Default: all matching rows.
   */
  readonly first?: number;
}

/** What `matchesText(column, query, options)` takes. */
export interface MatchesTextOptions extends MatchesOptions {
  /** The number of its first parameter. Default: 1. */
  readonly from?: number;
  /** The alias of the table in the statement. Default: none. */
  readonly as?: string;
  /** Drizzle's `casing`, when drizzle.config.ts sets it. */
  readonly casing?: Casing;
}

/**
 * The condition that a column of `searchable` matches a query, using its index under row-level security.
 * It can be used wherever Drizzle takes a condition, together with others.
 *
 * - `substring`: the text anywhere, case-insensitive; `%`, `_` and `\` are literal. The index needs three
 *   letters in a row.
 * - `fullText`: words as people type them into search engines: `"exact words" or -without`.
 * - `contains`: a value that the JSON contains: `{ status: 'open' }`.
 * - `equals`: the same text, case-insensitive.
 *
 * An empty text and an empty object or list find nothing.
 *
 * Emits `"documents"."ctid" = any((select tenantry.search_documents_body_…($1, $2))::tid[])`: the
 * function returns the positions of matching rows of the tenant, and the policies decide which are
 * visible. On Citus the two values stand in `from (values (…)) q`, so that the shard calls it.
 *
 * @throws TenantryError `SEARCH_INVALID` when the text is longer than 1,000 characters, the JSON longer
 *   than 10,000, or either contains NUL; `CONFIG_INVALID` when the column is not in `searchable`
 * @example
 * ```ts
 * await db.select().from(documents).where(matches(documents.body, 'annual report')).limit(50);
 * ```
 */
export function matches(column: ColumnLike, query: unknown, options: MatchesOptions = {}): SQL {
  const search = searchOf(column, options);
  const { place, type } = placeOf(column, search);
  const [text, first] = valuesOf(search, query, options);
  const [before, between, after] = pieces(search).map((each) => sql.raw(each));
  return sql`${asSql(place)} = any((${before}${text}${between}${first}${after})::${sql.raw(type)}[])`;
}

/**
 * The same condition as SQL text, with the values of its two parameters.
 * @throws TenantryError as {@link matches}
 * @example
 * ```ts
 * const { text, values } = matchesText(documents.body, 'annual report', { from: 2 });
 * await pool.query(`select * from documents where status = $1 and ${text}`, ['open', ...values]);
 * ```
 */
export function matchesText(
  column: ColumnLike,
  query: unknown,
  options: MatchesTextOptions = {},
): { readonly text: string; readonly values: readonly unknown[] } {
  const search = searchOf(column, options);
  checkOptions('matchesText', options, {
    first: 'any',
    from: 'number?',
    as: 'string?',
    casing: 'string?',
  });
  const { from = 1, as, casing } = options;
  const { place, type } = placeOf(column, search);
  const [before, between, after] = pieces(search);
  const path = name(as ?? nameOf(tableOf(column)), columnName(place, casing)).sql;
  return {
    text: `${path} = any((${before}$${from}${between}$${from + 1}${after})::${type}[])`,
    values: valuesOf(search, query, options),
  };
}

/**
 * The call, around its two values. Before Citus sends an UPDATE or DELETE it calls what depends on no row,
 * and positions of a shard are known on the shard alone.
 */
function pieces({
  schema,
  functionName,
  kind,
  dialect,
}: Search): readonly [string, string, string] {
  const called = `select ${schema}.${name(functionName).sql}(`;
  const type = kind === 'contains' ? 'jsonb' : 'text';
  return dialect === 'citus'
    ? [
        `${called}q.searched, q.newest) from (values (`,
        `::${type}, `,
        '::integer)) q (searched, newest)',
      ]
    : [called, `::${type}, `, '::integer)'];
}
const valuesOf = (search: Search, query: unknown, { first }: MatchesOptions) =>
  [checkedQuery(search.kind, query), checkedFirst(first)] as const;

function searchOf(column: ColumnLike, options: MatchesOptions): Search {
  checkType(options, 'object', 'options of matches');
  const { first } = options;
  const table = tableOf(column, 'column of matches');
  readNote(table);
  const search = searchesOf(table).find((each) => each.column.name === column.name);
  if (search === undefined) {
    throw new TenantryError('CONFIG_INVALID', {
      found: `matches(…) on column ${column.name} of table ${nameOf(table)}, which is not searchable.`,
      fix: 'Name it in the third argument of pgTable: ...searchable(t, { … }).',
    });
  }
  if (first !== undefined && search.newest === undefined) {
    throw new TenantryError('CONFIG_INVALID', {
      found: `matches(…, { first }) on table ${nameOf(table)}, which does not say what is newest.`,
      fix: 'Name a column: ...searchable(t, { … }, { newest: t.createdAt }).',
    });
  }
  return search;
}

/** The column that identifies a found row: its id, or the ctid, which every table has. */
function placeOf(column: ColumnLike, { idColumn }: Search): { place: ColumnLike; type: string } {
  if (idColumn !== undefined) {
    const { id } = tableOf(column) as { readonly id?: ColumnLike };
    return { place: id ?? idColumn, type: sqlType(idColumn) };
  }
  // derived from the given column, so that Drizzle writes the alias of its table
  const place = Object.create(column, { name: { value: 'ctid' }, keyAsName: { value: false } });
  return { place, type: 'tid' };
}
