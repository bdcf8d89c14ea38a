import { type Tenancy, TenantryError } from '@tenantry/core';
import { checkOptions, checkType } from '@tenantry/core/errors';
import { type SQL, sql } from 'drizzle-orm';
import { dialectOf } from '../dialect/index.ts';
import { isVisible } from '../visible/names.ts';
import { tableFrom } from './check.ts';
import {
  asSql,
  type ColumnLike,
  type ColumnsLike,
  type Fragment,
  nameOf,
  type TableLike,
  tableOf,
} from './drizzle.ts';
import { setNote } from './notes.ts';
import { checkTerms, type PolicyTerms, termTypes } from './policies.ts';
import { readNote } from './read-note.ts';
import { tenantColumnIn } from './tenant-column.ts';

/** What `isolateThrough(t, options)` takes. */
export interface ThroughOptions extends PolicyTerms {
  /** The column that holds the parent's id. */
  readonly column: ColumnLike;
  /** The parent: it has the tenant column, or is isolated through a parent of its own. */
  readonly parent: () => TableLike;
  /** The parent's property that `column` refers to. Default: 'id'. */
  readonly property?: string;
}

/** What `visibleThrough(t, options)` takes. */
export interface VisibleOptions {
  /** The table that links rows of this table to tenants, such as memberships. */
  readonly link: () => TableLike;
  /** The link's property that holds the id of a row of this table: `userId`. */
  readonly property: string;
}

/** The policies of a child table that has no tenant column: the parent's tenant decides. */
export function isolateThrough(
  tenancy: Tenancy,
  t: ColumnsLike,
  options: ThroughOptions,
): Fragment[] {
  checkType(t, 'object', 't of isolateThrough');
  checkOptions('isolateThrough', options, {
    column: 'any',
    parent: 'function',
    property: 'string?',
    ...termTypes,
  });
  const { column, parent: from, property = 'id', ...terms } = options;
  checkTerms(terms, 'isolateThrough');
  const table = tableOf(column, 'option column of isolateThrough');
  const parent = tableFrom(from, 'option parent of isolateThrough');
  const note = {
    kind: 'through',
    tenantColumn: undefined,
    idColumn: t.id,
    key: [],
    schema: tenancy.schema,
    link: { column, foreignColumn: joinedIn(tenancy, parent, property) },
  } as const;
  if (tenancy.dialect === 'citus') {
    // refused by the generator, with all other tables that Citus has no place for
    setNote(table, { ...note, policies: [] });
    return [];
  }
  const predicate = existsIn(tenancy, parent, property, column);
  setNote(table, {
    ...note,
    through: predicate,
    policies: dialectOf(tenancy).isolationPolicies(tenancy, nameOf(table), predicate, terms),
  });
  return []; // nothing for drizzle-kit to write
}

/** The policies of a table whose rows belong to no tenant: a link table decides which tenants see a row. */
export function visibleThrough(
  tenancy: Tenancy,
  t: ColumnsLike,
  options: VisibleOptions,
): Fragment[] {
  checkType(t, 'object', 't of visibleThrough');
  checkOptions('visibleThrough', options, { link: 'function', property: 'string' });
  const { property } = options;
  const { id } = t;
  if (id === undefined) {
    throw new TenantryError('CONFIG_INVALID', {
      found: 'visibleThrough(t, …) on a table without the property id.',
      fix: 'Give the table an id.',
    });
  }
  const table = tableOf(id);
  const link = tableFrom(options.link, 'option link of visibleThrough');
  const predicate =
    tenancy.dialect === 'citus'
      ? isVisible(tenancy.schema, id)
      : existsIn(tenancy, link, property, id);
  setNote(table, {
    kind: 'visible',
    tenantColumn: undefined,
    idColumn: id,
    key: [],
    link: { column: id, foreignColumn: joinedIn(tenancy, link, property) },
    policies: dialectOf(tenancy).isolationPolicies(tenancy, nameOf(table), predicate, {}, 'select'),
  });
  return [];
}

/** `exists (select from parent where parent.organization_id = … and parent.id = child.parent_id)` */
function existsIn(tenancy: Tenancy, other: TableLike, property: string, column: ColumnLike): SQL {
  const joined = joinedIn(tenancy, other, property);
  const ofTenant = ofCurrentTenant(tenancy, other);
  if (ofTenant === undefined) throw notJoined(tenancy, other, property);
  return sql`exists (select from ${other as SQL} where ${ofTenant} and ${asSql(joined)} = ${asSql(column)})`;
}

function joinedIn(tenancy: Tenancy, other: TableLike, property: string): ColumnLike {
  const joined = (other as ColumnsLike)[property];
  if (joined === undefined) throw notJoined(tenancy, other, property);
  return joined;
}

const notJoined = (tenancy: Tenancy, other: TableLike, property: string) =>
  new TenantryError('CONFIG_INVALID', {
    found: `table ${nameOf(other)} needs the properties ${tenancy.property} and ${property}.`,
    fix: 'Name a table with a tenant column, or one that is isolated through such a table, and the property to join on.',
  });

/** Whether a row of this table is the tenant's: by its column, or as its own policy says it. */
function ofCurrentTenant(tenancy: Tenancy, table: TableLike): SQL | undefined {
  const tenantColumn = tenantColumnIn(tenancy, table);
  if (tenantColumn !== undefined) return dialectOf(tenancy).ofCurrentTenant(tenancy, tenantColumn);
  const note = readNote(table);
  return note?.schema === tenancy.schema ? note.through : undefined;
}
