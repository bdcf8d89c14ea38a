/** How Citus keeps the tables of a cluster, and what stands on its nodes. */
export interface CitusFacts {
  readonly tables: readonly CitusTable[];
  /** The nodes that answered. */
  readonly nodes: readonly CitusNode[];
}

/** A table that Citus knows. All others are on the coordinator only. */
export interface CitusTable {
  readonly table: number;
  /** Distributed by a column, on every node, or on the coordinator as a table that others may reference. */
  readonly kind: 'distributed' | 'reference' | 'local';
  /** The column that decides where a row is; null for a table that is on every node. */
  readonly column: string | null;
  /** Tables of one group have the rows of one tenant on one node. */
  readonly group: number;
}

export interface CitusNode {
  /** `10.0.0.2:5432` */
  readonly name: string;
  readonly coordinator: boolean;
  /** Whether new shards may be put there. */
  readonly takesShards: boolean;
  /** How many shards of distributed tables are there. */
  readonly shards: number;
  /** `citus.enable_unsafe_triggers` */
  readonly unsafeTriggers: boolean;
  readonly roles: readonly NodeRole[];
  /** The functions of users that policies call there, with what decides about their answers. */
  readonly functions: Readonly<Record<string, string>>;
  readonly relations: readonly NodeRelations[];
}

/** A role as one node has it. */
export interface NodeRole {
  readonly name: string;
  readonly superuser: boolean;
  readonly bypassRls: boolean;
  readonly canLogin: boolean;
}

/** A table as one node has it, or its shards there that are alike. */
export interface NodeRelations {
  readonly schema: string;
  readonly table: string;
  readonly shard: boolean;
  /** `projects_102009` */
  readonly names: readonly string[];
  readonly rls: boolean;
  readonly forced: boolean;
  /** The policies by name, without the word that makes them permissive, which a shard does not keep. */
  readonly policies: Readonly<Record<string, string>>;
  /**
   * The triggers by what they do, `AFTER INSERT … EXECUTE FUNCTION …`, because a shard has other names for
   * them; null on a shard.
   */
  readonly triggers: Readonly<Record<string, NodeTrigger | null>>;
  /** What roles besides the owner may do: `app: INSERT`, `app: UPDATE (name)`. */
  readonly grants: readonly string[];
}

/** A trigger as the statement that makes it. */
export interface NodeTrigger {
  readonly name: string;
  readonly sql: string;
  /** `enable`, `enable always`, `enable replica`, `disable`. */
  readonly state: string;
}
