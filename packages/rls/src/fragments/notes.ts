import type { ColumnLike, OnDelete, TableLike } from './drizzle.ts';

/**
 * How a table is kept apart:
 * - `scoped`: it has a tenant column;
 * - `tenants`: it is the table of tenants;
 * - `through`: it has no tenant column, its parent has;
 * - `visible`: its rows belong to no tenant, a link table says who sees them;
 * - `shared`: every tenant reads it, only the system role writes it;
 * - `system`: only the system role reaches it.
 */
export type IsolationKind = 'scoped' | 'tenants' | 'through' | 'visible' | 'shared' | 'system';

/** What a tenant may do with its rows: everything, add and read them, or only read them. */
export type TableAccess = 'all' | 'append' | 'read';

/** A foreign key that `reference(t, …)` declares. */
export interface Reference {
  readonly name: string;
  readonly columns: readonly ColumnLike[];
  readonly foreignTable: TableLike;
  readonly foreignColumns: readonly ColumnLike[];
  readonly onDelete: OnDelete;
  /** The columns that ON DELETE SET NULL clears: never the tenant column. */
  readonly cleared: readonly ColumnLike[];
}

/** What the fragments say of a table, for the generator. */
export interface TableNote {
  readonly kind: IsolationKind;
  /** The column that holds the tenant: `organization_id`, or the id of the table of tenants. */
  readonly tenantColumn: ColumnLike | undefined;
  /** The column that identifies a row within its tenant; no UPDATE may touch it. */
  readonly idColumn: ColumnLike | undefined;
  /** What follows the tenant in the primary key; empty when the table keeps its own. */
  readonly key: readonly ColumnLike[];
  /** Columns that only the system role writes. */
  readonly readOnly?: readonly ColumnLike[];
  /** What a tenant may do with the rows of a scoped table; everything unless named. */
  readonly access?: TableAccess;
  /** Whether rows without a tenant are common to all: the tenant column may be null. */
  readonly common?: boolean;
}

interface Notes {
  table?: TableNote;
  readonly references: Map<string, Reference>;
}

// The notes hang on the table itself: the generator may load another copy of this package than
// schema.ts does, and Drizzle hands nothing but its own fragments through.
const key = Symbol.for('@tenantry/rls/notes@1');

function notesOf(table: TableLike): Notes {
  const host = table as { [key]?: Notes };
  if (host[key] === undefined) {
    Object.defineProperty(host, key, { value: { references: new Map() }, enumerable: false });
  }
  return host[key] as Notes;
}

export const setNote = (table: TableLike, note: TableNote): void => {
  notesOf(table).table = note;
};

export const addReference = (table: TableLike, reference: Reference): void => {
  notesOf(table).references.set(reference.name, reference);
};

export const noteOf = (table: TableLike): TableNote | undefined => notesOf(table).table;

export const referencesOf = (table: TableLike): readonly Reference[] => [
  ...notesOf(table).references.values(),
];
