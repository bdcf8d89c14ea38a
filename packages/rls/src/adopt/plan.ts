/**
 * What a table is to the tenancy:
 * - `tenants`: the table of tenants;
 * - `isolated`: each row belongs to one tenant, by a column that is there or will be;
 * - `visible`: rows belong to no tenant, and memberships say who sees them: the users;
 * - `shared`: every tenant reads it;
 * - `system`: only the system role reaches it: sessions, queues of one's own;
 * - `other`: another library's, left alone;
 * - `undecided`: nothing says it; edit the plan.
 */
export type PlannedKind =
  | 'tenants'
  | 'isolated'
  | 'visible'
  | 'shared'
  | 'system'
  | 'other'
  | 'undecided';

export const plannedKinds: readonly PlannedKind[] = [
  'tenants',
  'isolated',
  'visible',
  'shared',
  'system',
  'other',
  'undecided',
];

/** Where the tenant of a row that has none yet comes from. Of several, the first that answers counts. */
export type FillSource =
  /** The row that `column` references, whose table is isolated too. */
  | { readonly from: 'parent'; readonly column: string; readonly parent: string }
  /** The one tenant of which the user in `column` is a member. */
  | { readonly from: 'owner'; readonly column: string }
  /** One tenant for all rows: for an application that had one customer. */
  | { readonly from: 'tenant'; readonly id: string };

/** A table in a plan. */
export interface PlannedTable {
  /** `public.projects` */
  readonly table: string;
  readonly is: PlannedKind;
  /** How that is known. */
  readonly because: string;
  /** The tenant column of an isolated table, or the id of the table of tenants. */
  readonly column?: string;
  /** Where the tenant of a row comes from; empty when every row has it. */
  readonly fill?: readonly FillSource[];
  /** Whether the application's own policies stay beside the new ones. Default: 'keep'. */
  readonly policies?: 'keep' | 'replace';
  /** Whether triggers may change rows while they are filled. Default: 'silence'. */
  readonly triggers?: 'silence' | 'fire';
  /** What stands between the table and isolation, for the reader; it is written anew each time. */
  readonly inTheWay?: readonly string[];
}

/** A plan: what each table is, in the order in which they are adopted. Its file is meant to be edited. */
export interface AdoptionPlan {
  readonly version: 1;
  /** The table of tenants and its id. */
  readonly tenants: { readonly table: string; readonly id: string };
  /** Who is in which tenant; null when there is no such table. */
  readonly members: {
    readonly table: string;
    readonly tenant: string;
    readonly user: string;
  } | null;
  /** The table of users and its id; null when there is none. */
  readonly users: { readonly table: string; readonly id: string } | null;
  readonly tables: readonly PlannedTable[];
}
