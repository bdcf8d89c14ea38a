import type { Tenancy } from '@tenantry/core';
import type { SQL } from 'drizzle-orm';
import type { NumberPattern } from '../numbers/pattern.ts';
import { type ColumnLike, type OnDelete, type TableLike, tableOf } from './drizzle.ts';

/**
 * How a table is isolated:
 * - `scoped`: it has a tenant column;
 * - `tenants`: it is the table of tenants;
 * - `through`: its parent has the tenant column, or a parent that has it;
 * - `visible`: its rows belong to no tenant; a link table decides who sees them;
 * - `shared`: every tenant reads it; only the system role writes it;
 * - `system`: only the system role reaches it.
 */
export type IsolationKind = 'scoped' | 'tenants' | 'through' | 'visible' | 'shared' | 'system';

/** What a tenant may do with its rows: everything, insert and read, or only read. */
export type TableAccess = 'all' | 'append' | 'read';

/** What the system role may do with the rows: everything, or only read. */
export type SystemAccess = 'all' | 'read';

/** The column of another table by which a row is a tenant's: that of its parent, or of a link table. */
export interface Link {
  readonly column: ColumnLike;
  readonly foreignColumn: ColumnLike;
}

/** What a row without a tenant is: nobody's yet, or everybody's to read. */
export type WithoutTenant = 'hidden' | 'shared';

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

/** How a column is searched: see `searchable`. */
export type SearchKind = 'substring' | 'contains' | 'equals' | { readonly fullText: string };

/** A column that `searchable(t, …)` declares. */
export interface Search {
  /** The function that searches it. */
  readonly functionName: string;
  /** The schema of the tenancy, where the function is. */
  readonly schema: string;
  readonly dialect: Tenancy['dialect'];
  readonly column: ColumnLike;
  readonly kind: SearchKind;
  /** The column by which the newest rows are found first. */
  readonly newest: ColumnLike | undefined;
  /** The column that identifies a found row; without it the ctid does. */
  readonly idColumn: ColumnLike | undefined;
  /** Whether its index begins with the tenant, with extension btree_gin. */
  readonly tenantFirst: boolean;
}

/** A column that `numbered(t, …)` declares. */
export interface Numbered {
  /** The column with the number: a text by a pattern, or an integer. */
  readonly column: ColumnLike;
  /** How the text is made; undefined for an integer. */
  readonly pattern: NumberPattern | undefined;
  /** The columns of a text that hold its parts. */
  readonly period: ColumnLike | undefined;
  readonly sequence: ColumnLike | undefined;
  /** Each value of these columns has a series of its own. */
  readonly by: readonly ColumnLike[];
  /** The column that decides the year; undefined: the time of the transaction. */
  readonly at: ColumnLike | undefined;
  readonly timeZone: string | undefined;
  /** The column by which rows from before are numbered. */
  readonly order: ColumnLike | undefined;
}

/** A policy of a table, which `generate` writes. */
export interface Policy {
  /** Its name within the table: `projects_tenant_floor`. */
  readonly name: string;
  readonly as: 'permissive' | 'restrictive';
  readonly for: 'all' | 'select' | 'insert' | 'update' | 'delete';
  /** The roles that it applies to; `public` is every role, `current_user` the login that migrates. */
  readonly to: readonly string[];
  readonly using?: SQL;
  readonly withCheck?: SQL;
}

/** The declarations of a table's fragments, for the generator. */
export interface TableNote {
  readonly kind: IsolationKind;
  readonly policies: readonly Policy[];
  /** The column that holds the tenant: `organization_id`, or the id of the table of tenants. */
  readonly tenantColumn: ColumnLike | undefined;
  /** The column that identifies a row within its tenant; tenants cannot change it. */
  readonly idColumn: ColumnLike | undefined;
  /** The columns after the tenant in the primary key; empty when the table keeps its own. */
  readonly key: readonly ColumnLike[];
  /** The columns that the isolation itself makes read-only; see {@link readOnlyOf}. */
  readonly readOnly?: readonly ColumnLike[];
  /** What a tenant may do with the rows of a scoped table. Default: everything. */
  readonly access?: TableAccess;
  /** What the system role may do with the rows. Default: everything. */
  readonly systemAccess?: SystemAccess;
  /** What a row is whose tenant is null. Default: there are none. */
  readonly withoutTenant?: WithoutTenant | undefined;
  /** The schema of the tenancy of a scoped table, and of one that is isolated through its parent. */
  readonly schema?: string;
  readonly dialect?: Tenancy['dialect'];
  /** Which rows of the tenant may be read. */
  readonly read?: SQL | undefined;
  /** Of a table that is isolated through its parent: whether a row is the tenant's. */
  readonly through?: SQL;
  /** Of a table without a tenant column: what says whose its rows are. */
  readonly link?: Link;
}

interface Notes {
  table?: TableNote;
  /** Columns that other fragments than those of the isolation make read-only. */
  readonly readOnly: Set<ColumnLike>;
  readonly references: Map<string, Reference>;
  readonly searches: Map<string, Search>;
  readonly numbers: Map<string, Numbered>;
}

// The notes are stored on the table itself: the generator may load another copy of this package than
// schema.ts, and Drizzle passes on only its own fragments.
const key = Symbol.for('@tenantry/rls/notes@1');

function notesOf(table: TableLike): Notes {
  const host = table as { [key]?: Notes };
  if (host[key] === undefined) {
    Object.defineProperty(host, key, {
      value: {
        readOnly: new Set(),
        references: new Map(),
        searches: new Map(),
        numbers: new Map(),
      },
      enumerable: false,
    });
  }
  return host[key] as Notes;
}

export const setNote = (table: TableLike, note: TableNote): void => {
  notesOf(table).table = note;
};

/**
 * Makes columns read-only for tenants, in whatever order the fragments of their table run: a tenant reads
 * them, and only the system role writes them. For fragments of a package that define no policy.
 *
 * @example
 * ```ts
 * markReadOnly([t.plan, t.trialEndsAt]);
 * ```
 */
export const markReadOnly = (columns: readonly ColumnLike[]): void => {
  for (const column of columns) notesOf(tableOf(column)).readOnly.add(column);
};

/** The columns that only the system role writes. */
export const readOnlyOf = (table: TableLike): readonly ColumnLike[] => {
  const { table: note, readOnly } = notesOf(table);
  return [...new Set([...(note?.readOnly ?? []), ...readOnly])];
};

export const addReference = (table: TableLike, reference: Reference): void => {
  notesOf(table).references.set(reference.name, reference);
};

export const noteOf = (table: TableLike): TableNote | undefined => notesOf(table).table;

export const referencesOf = (table: TableLike): readonly Reference[] => [
  ...notesOf(table).references.values(),
];

export const addSearch = (table: TableLike, search: Search): void => {
  notesOf(table).searches.set(search.functionName, search);
};

export const searchesOf = (table: TableLike): readonly Search[] => [
  ...notesOf(table).searches.values(),
];

export const addNumber = (table: TableLike, number: Numbered): void => {
  notesOf(table).numbers.set(number.column.name, number);
};

export const numbersOf = (table: TableLike): readonly Numbered[] => [
  ...notesOf(table).numbers.values(),
];
