import type { TableName } from '@tenantry/rls/model';

/** A column of a table that holds rows of a tenant. */
export interface RowColumn {
  readonly name: string;
  /** Its type in SQL: `uuid`, `numeric(12,2)`. */
  readonly type: string;
  /** Whether it is computed from other columns: it is read, and never written. */
  readonly generated: boolean;
  /** Whether the column may be null. */
  readonly nullable: boolean;
  /** Whether it is an identity column that takes a value only with OVERRIDING SYSTEM VALUE. */
  readonly alwaysIdentity: boolean;
  /** The sequence of a serial or identity column, quoted with its schema; undefined for others. */
  readonly sequence: string | undefined;
}

/** How a row is known to be the tenant's. */
export type Belonging =
  /** The row of the tenant itself. */
  | 'tenant'
  /** A name of the tenant that is unique across tenants, in a table of its own, as on Citus. */
  | 'claim'
  /** By the tenant column. */
  | 'column'
  /** By its parent, or by a parent of that. */
  | 'parent'
  /** It is that of a person who is linked to the tenant, and perhaps to others. */
  | 'person';

/** Whether rows are those by which a tenant is found: they stay in the shared database wherever it lives. */
export const isOwnRow = ({ belonging }: Pick<TenantTable, 'belonging'>): boolean =>
  belonging === 'tenant' || belonging === 'claim';

/** A table that holds rows of a tenant. */
export interface TenantTable extends TableName {
  readonly oid: number;
  /** Its name in SQL, quoted: of a table in a schema of a tenant `"t_acme"."items"`, and its `schema` is `public`. */
  readonly path: string;
  /** Whether a tenant may have it in a schema of its own. */
  readonly inSchemas: boolean;
  readonly belonging: Belonging;
  /** The column that holds the tenant, where the table has one. */
  readonly tenantColumn: string | undefined;
  /** All columns, in order. */
  readonly columns: readonly RowColumn[];
  /** The columns of the primary key; without one those of a unique key without nulls; otherwise none. */
  readonly key: readonly string[];
  /** Which rows `t` are the tenant's, as SQL; `$1` is its id as text: `t."organization_id" = $1::uuid`. */
  readonly condition: string;
  /** Of people: which of them `t` are linked to another tenant than `$1`; undefined for other tables. */
  readonly elsewhere: string | undefined;
  /** What rows are read from, with the alias `t`. An inheritance parent is read without its children. */
  readonly from: string;
  /** Whether a trigger refuses UPDATE and DELETE at all times, also for the owner. */
  readonly appendOnly: boolean;
  /**
   * Columns that refer to rows which are written later: into this table, or into one that refers back.
   * They are left null at first and set when all rows are there.
   */
  readonly later: readonly string[];
  /** All its foreign keys, also those that lead to shared tables. */
  readonly references: readonly RowReference[];
  /** Foreign keys among these tables that no order satisfies, and that are checked at the end of the transaction. */
  readonly deferred: readonly string[];
}

/** A foreign key of a table. */
export interface RowReference {
  readonly constraint: string;
  readonly columns: readonly string[];
  readonly to: TableName;
  /** The name of that table in SQL, quoted. */
  readonly toPath: string;
  readonly toColumns: readonly string[];
}

/** The tables of a tenant. */
export interface TenantTables {
  /** Parents come first. */
  readonly tables: readonly TenantTable[];
  /** Foreign keys that no order satisfies, and whose columns are neither nullable nor deferrable. */
  readonly unsatisfied: readonly string[];
  /** Foreign keys of other tables, whose rows could refer to rows of a tenant. */
  readonly fromOutside: readonly OutsideReference[];
}

/** A foreign key that leads from a table without rows of the tenant to one that has them. */
export interface OutsideReference extends TableName, RowReference {}
