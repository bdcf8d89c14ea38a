import type { OnDelete } from '../fragments/drizzle.ts';
import type {
  IsolationKind,
  Policy,
  SearchKind,
  SystemAccess,
  TableAccess,
  WithoutTenant,
} from '../fragments/notes.ts';
import type { NumberPattern } from '../numbers/pattern.ts';

// What a table is, wherever it was read: from the Drizzle schema (`DeclaredTable`) or from the catalogue
// of a database (`LiveTable`). All names are those of the database.

/** A table by schema and name. */
export interface TableName {
  readonly schema: string;
  readonly name: string;
}

/** A column. */
export interface ColumnModel {
  readonly name: string;
  /** Its type in SQL: `uuid`, `numeric(12,2)`. */
  readonly type: string;
  readonly notNull: boolean;
  /** Whether it is computed from other columns, so that no statement sets it. */
  readonly generated: boolean;
}

/** A primary key, a unique constraint or a unique index. */
export interface KeyModel {
  readonly name: string;
  readonly kind: 'primary' | 'unique';
  /** Its columns in order; `''` stands for an expression. */
  readonly columns: readonly string[];
  /** Whether only some rows are in it, by a WHERE of the index. */
  readonly partial: boolean;
}

/** What a change of the referenced row does to the row that references it. */
export type ReferenceAction = 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default';

/** A foreign key. */
export interface ForeignKeyModel {
  readonly name: string;
  readonly columns: readonly string[];
  readonly foreignTable: TableName;
  readonly foreignColumns: readonly string[];
  readonly onDelete: ReferenceAction;
  /** Default: 'no action'. */
  readonly onUpdate?: ReferenceAction | undefined;
  /** The columns that SET NULL and SET DEFAULT change. */
  readonly cleared: readonly string[];
}

/** The facts of a table that both sources have. */
export interface TableModel extends TableName {
  /** How its rows are isolated; undefined when nothing says so. */
  readonly isolation: IsolationKind | undefined;
  /** The column that holds the tenant: `organization_id`, or the id of the table of tenants. */
  readonly tenantColumn: string | undefined;
  /** What a row is whose tenant is null, as `isolate(t, { withoutTenant })` says; undefined: there are none. */
  readonly withoutTenant: WithoutTenant | undefined;
  readonly columns: readonly ColumnModel[];
  readonly keys: readonly KeyModel[];
  readonly foreignKeys: readonly ForeignKeyModel[];
}

/** A column of the Drizzle schema. */
export interface DeclaredColumn extends ColumnModel {
  /** The SQL expression of its default. */
  readonly default: string | undefined;
  /** The schema of its enum type, when it has one. */
  readonly typeSchema: string | undefined;
}

/** A policy that the fragments want, with its conditions as SQL. */
export interface PolicyModel extends Omit<Policy, 'using' | 'withCheck'> {
  readonly using: string | undefined;
  readonly withCheck: string | undefined;
}

/** A foreign key that `generate` writes. */
export interface ReferenceModel extends ForeignKeyModel {
  readonly onDelete: OnDelete;
}

/** A searchable column. */
export interface SearchModel {
  readonly functionName: string;
  readonly column: string;
  readonly type: string;
  readonly kind: SearchKind;
  readonly newest: string | undefined;
  readonly id: { readonly name: string; readonly type: string } | undefined;
  readonly tenantFirst: boolean;
  /** The condition of `isolate(t, { read })`, which the function applies too. */
  readonly read: string | undefined;
}

/** A numbered column. */
export interface NumberModel {
  readonly column: string;
  readonly type: string;
  readonly pattern: NumberPattern | undefined;
  readonly period: string | undefined;
  readonly sequence: string | undefined;
  readonly by: readonly string[];
  readonly at: string | undefined;
  readonly timeZone: string | undefined;
  readonly order: string | undefined;
}

/** What says whose the rows of a table without a tenant column are: a column of its parent, or of a link table. */
export interface LinkModel {
  readonly column: string;
  readonly foreignTable: TableName;
  readonly foreignColumn: string;
}

/** A table of the Drizzle schema: what it shall be. */
export interface DeclaredTable extends TableModel {
  readonly columns: readonly DeclaredColumn[];
  /** The tenant column as the schema module names it, before Drizzle's casing. */
  readonly tenantProperty: string | undefined;
  /** The column that identifies a row within its tenant. */
  readonly idColumn: string | undefined;
  /** What says whose its rows are, of `isolateThrough(t, …)` and `visibleThrough(t, …)`. */
  readonly link: LinkModel | undefined;
  /** What a tenant may do with its rows. */
  readonly access: TableAccess;
  /** What the system role may do with the rows. */
  readonly systemAccess: SystemAccess;
  /** Columns that only the system role writes. */
  readonly readOnly: readonly string[];
  /** The policies that `generate` writes. */
  readonly policies: readonly PolicyModel[];
  /** The user's own policies, in the text that drizzle-kit writes. */
  readonly userPolicies: readonly { readonly name: string; readonly statement: string }[];
  /** Names of keys and indexes that drizzle-kit makes, which are unique within a schema. */
  readonly indexNames: readonly string[];
  /** Those of its foreign keys that `reference(t, …)` declares; drizzle-kit writes the others. */
  readonly references: readonly ReferenceModel[];
  /** Columns of `searchable(t, …)`. */
  readonly searches: readonly SearchModel[];
  /** Columns of `numbered(t, …)`. */
  readonly numbers: readonly NumberModel[];
}

/** `projects`, or `crm.projects` outside of schema public. */
export const titleOf = ({ schema, name }: TableName): string =>
  schema === 'public' ? name : `${schema}.${name}`;

/** `public.projects`: one text for one table. */
export const pathOf = ({ schema, name }: TableName): string => `${schema}.${name}`;

/** {@link titleOf} for a path: `public.projects` → `projects`. */
export const titleOfPath = (path: string): string => path.replace(/^public\./, '');
