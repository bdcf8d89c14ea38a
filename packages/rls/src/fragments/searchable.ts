import { type Tenancy, TenantryError } from '@tenantry/core';
import { checkOptions, checkType } from '@tenantry/core/errors';
import { getTableUniqueName } from 'drizzle-orm';
import { checkColumns } from './check.ts';
import {
  type ColumnLike,
  type ColumnsLike,
  type Fragment,
  nameOf,
  sqlType,
  type TableLike,
  tableOf,
} from './drizzle.ts';
import { hashedName } from './names.ts';
import { addSearch, type SearchKind } from './notes.ts';
import { ownTenantColumn } from './tenant-column.ts';

/** Which columns are searched, and how: `{ title: 'substring', body: { fullText: 'english' } }`. */
export type Searchable<T> = { readonly [Property in keyof T]?: SearchKind };

/** What `searchable(t, columns, options)` takes. */
export interface SearchOptions {
  /**
   * The tenant column, where its property is not the one of the tenancy. Default: as `isolate(t)` says.
   */
  readonly tenant?: ColumnLike;
  /**
   * A time or a growing number: the column by which `matches(column, query, { first })` finds the newest
   * rows. Default: none.
   */
  readonly newest?: ColumnLike;
  /**
   * Puts the tenant first in the GIN indexes, so that a search of a small tenant in a large table never
   * reads the rows of others. Requires the extension btree_gin. Default: false.
   */
  readonly tenantFirst?: boolean;
  /**
   * For a partitioned table: found rows are identified by their `id`, because a physical position (ctid)
   * is not unique across partitions. Default: false.
   */
  readonly partitioned?: boolean;
}

/**
 * Columns whose index is used under row-level security. PostgreSQL evaluates an operator that is not
 * leakproof only after the policy, and so never in an index scan. The generator writes a function that
 * searches the tenant's rows without the policies and returns their positions; the statement then reads
 * these rows under all policies.
 *
 * Only kinds whose operators cannot raise an error that quotes a row are supported, because such an error
 * could show rows that a policy hides.
 */
export function searchable(
  tenancy: Tenancy,
  t: ColumnsLike,
  columns: Readonly<Record<string, SearchKind>>,
  options: SearchOptions,
): Fragment[] {
  checkType(t, 'object', 't of searchable');
  checkType(columns, 'object', 'columns of searchable');
  checkOptions('searchable', options, {
    tenant: 'any',
    newest: 'any',
    tenantFirst: 'boolean?',
    partitioned: 'boolean?',
  });
  const [anyColumn] = Object.values(t);
  const tenantColumn =
    options.tenant ?? (anyColumn && ownTenantColumn(tenancy, tableOf(anyColumn), t));
  if (tenantColumn === undefined) {
    throw new TenantryError('CONFIG_INVALID', {
      found: `searchable(t, …) on a table without the property ${tenancy.property}.`,
      fix: 'Spread ...tenancy.columns.scoped() and ...isolate(t) into the table first.',
    });
  }
  const table = tableOf(tenantColumn, 'option tenant of searchable');
  checkColumns([options.newest ?? []].flat(), 'option newest of searchable');
  const own = table as ColumnsLike;
  const idColumn = options.partitioned === true ? requiredId(own, nameOf(table)) : undefined;
  for (const [property, kind] of Object.entries(columns)) {
    const column = own[property];
    if (column === undefined) {
      throw new TenantryError('CONFIG_INVALID', {
        found: `searchable(t, …) names ${property}, which is no property of table ${nameOf(table)}.`,
        fix: 'Name columns by their properties in the schema.',
      });
    }
    checkKind(kind, sqlType(column), `${nameOf(table)}.${property}`);
    addSearch(table, {
      functionName: functionName(table, column, kind, idColumn),
      schema: tenancy.schema,
      dialect: tenancy.dialect,
      column,
      kind,
      newest: options.newest,
      idColumn,
      tenantFirst: options.tenantFirst === true,
    });
  }
  return []; // nothing for drizzle-kit to write
}

/** The name contains a hash of everything that the signature depends on, independent of the casing. */
function functionName(
  table: TableLike,
  column: ColumnLike,
  kind: SearchKind,
  idColumn: ColumnLike | undefined,
): string {
  // 1.0 omits schema public
  const unique = (getTableUniqueName(table as never) as string).replace(/^public\./, '');
  const parts = [unique, column.name, idColumn?.name ?? '', JSON.stringify(kind)];
  return hashedName(`search_${nameOf(table)}_${column.name}`, ...parts);
}

const configuration = /^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?$/;
const isText = (type: string) => /^(text|varchar|char|citext)/.test(type) && !type.endsWith(']');

function checkKind(kind: SearchKind, type: string, title: string): void {
  const shown = typeof kind === 'string' ? ` ${kind}` : '';
  const wrong = (needs: string) =>
    new TenantryError('CONFIG_INVALID', {
      found: `column ${title} is of type ${type}, and its search${shown} needs ${needs}.`,
      fix: 'substring is for text, { fullText } for text and tsvector, contains for jsonb, equals for citext.',
    });
  if (kind === 'substring') {
    if (!isText(type) || type === 'citext') throw wrong('text');
  } else if (kind === 'contains') {
    if (type !== 'jsonb') throw wrong('jsonb');
  } else if (kind === 'equals') {
    if (type !== 'citext') throw wrong('citext; what is exact is found by an ordinary index');
  } else if (!isFullText(kind)) {
    throw wrong("the name of a text search configuration, such as { fullText: 'english' }");
  } else if (type !== 'tsvector' && (!isText(type) || type === 'citext')) {
    throw wrong('text or tsvector');
  }
}

const isFullText = (kind: unknown): boolean => {
  const { fullText } = Object(kind) as { readonly fullText?: unknown };
  return typeof fullText === 'string' && configuration.test(fullText);
};

function requiredId(columns: ColumnsLike, table: string): ColumnLike {
  if (columns.id !== undefined) return columns.id;
  throw new TenantryError('CONFIG_INVALID', {
    found: `searchable(t, …, { partitioned: true }) on table ${table}, which has no property id.`,
    fix: 'Give the table an id that names a row within its tenant.',
  });
}
