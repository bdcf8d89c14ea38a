import type { IdKind } from '../tenancy/ids.ts';
import type { Ddl } from './ddl.ts';

/** A table with names of tenants. */
export interface ClaimTable {
  readonly table: readonly [schema: string, table: string];
  readonly column: string;
  readonly tenant: string;
}

/** Where the application keeps its tenants and their members. */
export interface Directory {
  /** The table of tenants: schema and name. */
  readonly tenants: readonly [schema: string, table: string];
  /** Its id column. */
  readonly id: string;
  /** Whether that column is char(n), which uses its index only for a value of the same type. */
  readonly idPadded?: boolean;
  /** Other names of a tenant: claim kind → unique column, e.g. `{ slug: 'slug', domain: 'domain' }`. */
  readonly claims: Readonly<Record<string, string>>;
  /**
   * Names in a table of their own: claim kind → that table, its column and its tenant column. On Citus
   * the table of tenants has no name that is unique across them.
   */
  readonly claimTables?: Readonly<Record<string, ClaimTable>>;
  /** Only tenants for which this column is null are found, e.g. `deleted_at`. */
  readonly hiddenWhenSet?: string;
  /** The table of memberships: schema and name. */
  readonly members: readonly [schema: string, table: string];
  /** Its tenant column. */
  readonly memberTenant: string;
  /** Its user column, and the type that a user id is cast to. */
  readonly memberUser: string;
  readonly userType: IdKind;
}

/** The facts that a package reads on entry. */
export interface EntryFacts {
  /**
   * An expression of type json, jsonb, or text with JSON. It can use `entry.tenant` and `entry.member`,
   * the ids found, and `on_behalf_of`, the id as text of the user on whose behalf the user acts. Member
   * and `on_behalf_of` are null when there is none.
   */
  readonly sql: Ddl;
  /**
   * A table with exactly one row for each member of each existing tenant. When `sql` reads it, it also
   * serves as the membership check. Without a user `sql` is not evaluated, and the facts are null.
   */
  readonly members?: { readonly from: Ddl; readonly tenant: Ddl; readonly member: Ddl };
}
