/** The actions of each resource. */
export type PermissionActions = Readonly<Record<string, readonly string[]>>;

/** The permissions of these actions, as a union: `'projects:create' | 'projects:read' | …`. */
export type DefinedPermission<A extends PermissionActions> = {
  [R in keyof A & string]: `${R}:${A[R][number]}`;
}[keyof A & string];

/** Patterns for several permissions: `'projects:*'`, and `'*'` for all. */
export type DefinedWildcard<A extends PermissionActions> = '*' | `${keyof A & string}:*`;

/** A built-in role, read from the definition. */
export interface RoleDefinition {
  readonly key: string;
  readonly name: string;
  /** The first role of its list, whose permissions it includes. */
  readonly parent: string | null;
  /** The permissions and wildcards that it grants in addition to its parent, sorted. */
  readonly permissions: readonly string[];
  /** Every permission that it grants, wildcards and parents expanded, sorted. */
  readonly granted: readonly string[];
}

/** A permission, read from the definition. */
export interface PermissionDefinition {
  /** `projects:create` */
  readonly key: string;
  readonly resource: string;
  readonly action: string;
  readonly description: string;
}

/** A checked definition, in the form that is synchronised with the database. */
export interface RbacDefinition {
  readonly owner: string;
  readonly permissions: readonly PermissionDefinition[];
  readonly roles: readonly RoleDefinition[];
}
