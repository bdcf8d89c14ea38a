/** A user's permissions in one tenant, in the form for look-ups. */
export interface Held {
  readonly permissions: ReadonlySet<string>;
  readonly roles: readonly string[];
  /** `projects <id>` → permissions, for roles assigned for one resource. */
  readonly resources: ReadonlyMap<string, ReadonlySet<string>>;
  /** The version of the tenant's roles; 0 for nobody. */
  readonly version: number;
}

/** The facts about a member that the database returns on entry. */
export interface PermissionFacts {
  readonly permissions: readonly string[];
  readonly roles: readonly string[];
  readonly resources: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly version: number;
  /** When the first of the grants ends, in seconds since 1970; null when none does. */
  readonly until?: number | null;
}

export const nothing: PermissionFacts = Object.freeze({
  permissions: [],
  roles: [],
  resources: {},
  version: 0,
});

export const resourceKey = (type: string, id: string) => `${type} ${id}`;

/** Facts as sets. */
export function readHeld(facts: PermissionFacts): Held {
  const resources = new Map<string, ReadonlySet<string>>();
  for (const [type, ids] of Object.entries(facts.resources)) {
    for (const [id, keys] of Object.entries(ids))
      resources.set(resourceKey(type, id), new Set(keys));
  }
  return {
    permissions: new Set(facts.permissions),
    roles: facts.roles,
    resources,
    version: facts.version,
  };
}
