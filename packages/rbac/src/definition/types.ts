/** What there is to be allowed: for each resource its actions. */
export type Actions = Readonly<Record<string, readonly string[]>>;

/** The permissions of a definition, as a union: `'projects:create' | 'projects:read' | …`. */
export type PermissionsOf<A extends Actions> = {
  [R in keyof A & string]: `${R}:${A[R][number]}`;
}[keyof A & string];

/** Patterns that stand for several permissions: `'projects:*'`, and `'*'` for all. */
export type WildcardsOf<A extends Actions> = '*' | `${keyof A & string}:*`;

/** A system role, read from the definition. */
export interface RoleDefinition {
  readonly key: string;
  readonly name: string;
  /** The first role that its list names: it grants what that one grants. */
  readonly parent: string | null;
  /** What it grants beside its parent, sorted: permissions and wildcards. */
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

/** A definition, checked, in the form that is synchronised with the database. */
export interface Definition {
  readonly owner: string;
  readonly permissions: readonly PermissionDefinition[];
  readonly roles: readonly RoleDefinition[];
}
