import type { Ddl } from './ddl.ts';

/** Where the application keeps its tenants and their members. */
export interface Directory {
  /** The table of tenants: schema and name. */
  readonly tenants: readonly [schema: string, table: string];
  /** Its id column. */
  readonly id: string;
  /** What else may name a tenant: claim kind → unique column, e.g. `{ slug: 'slug', domain: 'domain' }`. */
  readonly claims: Readonly<Record<string, string>>;
  /** Only tenants where this boolean SQL column is null count, e.g. `deleted_at`. */
  readonly hiddenWhenSet?: string;
  /** The table of memberships: schema and name. */
  readonly members: readonly [schema: string, table: string];
  /** Its tenant column. */
  readonly memberTenant: string;
  /** Its user column, and the type that a user id is cast to. */
  readonly memberUser: string;
  readonly userType: 'uuid' | 'text';
}

/** What a package fetches on entry. */
export interface EntryFacts {
  /**
   * An expression of json, jsonb, or JSON as text, over `entry.tenant` and `entry.member`, the ids
   * found. The member and `on_behalf_of`, the id of whom the user acts for as text, are null where
   * there is none.
   */
  readonly sql: Ddl;
  /**
   * A table that has one row for each member of a tenant that exists, and no other: read for `sql`,
   * it is the membership check as well. Without a user `sql` is not asked, and the facts are null.
   */
  readonly members?: { readonly from: Ddl; readonly tenant: Ddl; readonly member: Ddl };
}
