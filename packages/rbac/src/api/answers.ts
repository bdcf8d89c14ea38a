import type { DescribedValue } from '@tenantry/rls/feature';

/** A role of a tenant, or a built-in role. */
export interface ListedRole {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  /** Comes from the definition: it is the same for all tenants, and none of them changes it. */
  readonly builtIn: boolean;
  readonly parent: string | null;
  /** What it grants beside its parent: permissions and wildcards. */
  readonly permissions: readonly string[];
  /** How many members of the tenant have it. */
  readonly members: number;
}

/** What a change of roles would do to one member. */
export interface RoleChangeEffect<P extends string> {
  readonly user: string;
  readonly gains: readonly P[];
  readonly loses: readonly P[];
}

/** One way in which a permission is granted. */
export interface PermissionGrant {
  /** The id of the row that gives the role. */
  readonly assignment: string;
  /** The role that was given. */
  readonly role: string;
  /** From that role to the one that names the permission. */
  readonly through: readonly string[];
  /** What that role names: the permission, `projects:*` or `*`. */
  readonly pattern: string;
  /** When it ends, as ISO 8601 in UTC; null when it does not. */
  readonly expiresAt: string | null;
  readonly expired: boolean;
  /** The resource that it is limited to. */
  readonly resource: { readonly type: string; readonly id: string } | null;
}

/** Why somebody may do something, or what would let them. */
export interface PermissionExplanation {
  readonly permission: string;
  readonly user: string;
  readonly member: boolean;
  /** What the policies decide. */
  readonly allowed: boolean;
  readonly grants: readonly PermissionGrant[];
  /** The smallest fix, in a sentence; null when it is allowed. */
  readonly fix: string | null;
  /** The same for the other, when somebody acts on behalf of another: both must be allowed. */
  readonly onBehalfOf?: PermissionExplanation;
}

/** The same as the database answers it. */
export interface RawExplanation extends Omit<PermissionExplanation, 'fix' | 'onBehalfOf'> {
  readonly fix: { readonly role: string; readonly permissions: readonly string[] } | null;
  readonly onBehalfOf?: RawExplanation;
}

/** What the database has of a definition. */
export interface Stored {
  readonly permissions: readonly { readonly key: string; readonly description: string }[];
  readonly roles: readonly {
    readonly key: string;
    readonly name: string;
    readonly parent: string | null;
    readonly permissions: readonly string[];
  }[];
  /** What roles of tenants grant without a permission behind it. */
  readonly dangling: readonly string[];
  /** How many members wait to be worked out. */
  readonly marked: number;
}

type DescribedRow = Readonly<Record<string, DescribedValue>>;

/** What `tenantry.rbac_describe` answers: at most one row more than is shown of each list. */
export interface Described {
  readonly roles: readonly DescribedRow[];
  readonly members: readonly DescribedRow[];
  readonly invitations: readonly DescribedRow[];
  readonly held: readonly string[];
}
