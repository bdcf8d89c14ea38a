import type pg from 'pg';

/** The part of a tenancy of `@tenantry/core` that the attacks need. */
export interface IsolationTenancy<P extends string = string> {
  /** The tenant in options and results: `organizationId`. */
  readonly property: P;
  readonly id: 'uuid' | 'text' | 'integer' | 'bigint';
  /** The tenant column: `organization_id`. */
  readonly column: string;
  readonly setting: string;
  readonly dialect: 'postgres' | 'citus';
  /** The schema of Tenantry's tables and functions. */
  readonly schema: string;
  readonly roles: { readonly app: string; readonly system: string };
  // biome-ignore lint/suspicious/noExplicitAny: an id as the tenancy has it, or as text
  run<R>(tenant: any, fn: () => R | Promise<R>): Promise<R>;
  asSystem<R>(
    entry: {
      readonly reason: string;
      readonly actor: string;
      readonly write?: boolean;
      // biome-ignore lint/suspicious/noExplicitAny: a place by name; a tenancy takes a tenant too
      readonly place?: any;
    },
    fn: () => R | Promise<R>,
  ): Promise<R>;
}

/** The object that runs the attacks: the pool, or a Drizzle or Kysely database on it. */
export type AttackHandle =
  | pg.Pool
  // biome-ignore lint/suspicious/noExplicitAny: Drizzle's own type differs between 0.45 and 1.0
  | { execute(query: any): PromiseLike<unknown>; transaction(fn: any): Promise<unknown> }
  // biome-ignore lint/suspicious/noExplicitAny: Kysely is not a dependency
  | { executeQuery(query: any): PromiseLike<unknown>; transaction(): unknown };

/** The request for a row, for a hook: `{ organizationId, row, random }`. */
export type RowRequest<P extends string = string> = {
  /** The tenant that the row is for, by the tenancy's own word, as text. */
  readonly [Key in P]: string;
} & {
  /** Its values so far, by column. */
  readonly row: Readonly<Record<string, unknown>>;
  /** Eight random hexadecimal digits, for unique values. */
  readonly random: string;
};

/** What {@link expectIsolated} takes. */
export interface ExpectIsolatedOptions<P extends string = string> {
  /** The tenant pool; it must also be able to do system work, to insert and delete the rows. */
  readonly pool: pg.Pool;
  readonly tenancy: IsolationTenancy<P>;
  /** The exports of the schema module: `import * as schema from './schema.ts'`. */
  readonly schema?: Readonly<Record<string, unknown>>;
  /** Without a Drizzle schema: what the tables are, `tables` of tenantry.config.ts. */
  readonly tables?: Readonly<Record<string, object>>;
  /** Tables of other libraries, as in tenantry.config.ts, beside `tables`. Default: none. */
  readonly exempt?: Readonly<Record<string, string>>;
  /** Drizzle's `casing`, when `drizzle()` was given one. */
  readonly casing?: 'snake_case' | 'camelCase';
  /** Runs the attacks through Drizzle or Kysely. Default: the pool. */
  readonly through?: AttackHandle;
  /**
   * Values that cannot be derived from the catalogue, by database names of tables and columns:
   * `{ invoices: ({ random }) => ({ number: `INV-${random}` }) }`.
   */
  readonly rows?: Readonly<
    Record<string, (request: RowRequest<P>) => Readonly<Record<string, unknown>>>
  >;
  /**
   * Makes the id of a new tenant, where ids have a form of their own:
   * `` () => `org_${randomUUID().slice(0, 8)}` ``. Default: a random id of the kind of the tenancy.
   */
  readonly newTenant?: () => string;
  /** Tables to skip, each with the reason. Default: none. */
  readonly skip?: Readonly<Record<string, string>>;
  /**
   * Runs for each of the two tenants (on Citus, of those of all shards) before its rows are inserted, in a system scope with `write: true` in the
   * shared tables. Gets the place in which the tenant has to live, null for the shared tables.
   * Default: none.
   */
  readonly prepare?: (tenant: string, place: string | null) => unknown;
  /**
   * The place to attack, a database or a schema, by its name in the catalogue of `@tenantry/placements`: rows are
   * inserted and deleted there. `prepare` gives the tenants their places:
   * `(organizationId, place) => place && placements.place(pool, { organizationId, place })`.
   * Default: the shared tables.
   */
  readonly place?: string;
  /**
   * The place in which the attacker lives, in the same database: another schema, or null for the shared tables.
   * Default: that of `place`.
   */
  readonly attackerPlace?: string | null;
  /**
   * The database is dropped afterwards, so rows that cannot be deleted (of an append-only table) may
   * stay. Without it such tables are skipped, and the proof fails for that reason. Default: false.
   */
  readonly disposable?: boolean;
  /**
   * `tenantry adopt` is under way: tables that it has not enforced yet are reported in `unproven`, each
   * with how far it is, and do not fail the proof; nor do views that read them. Tables that it has
   * enforced are attacked, whatever became of their policies. Default: false.
   */
  readonly adopting?: boolean;
  /** The name of a database that looks like production but is not. Default: none. */
  readonly acceptDatabase?: string;
}

/** The result of one attack on one table, view or function. */
export interface AttackResult {
  readonly attack: string;
  /** The table, view or function. */
  readonly target: string;
  /** `held`, `leaked`, or `vacuous` when it could not have reached any row. */
  readonly outcome: 'held' | 'leaked' | 'vacuous';
  /** Rows of the other tenant that it reached. */
  readonly reached: number;
  /** Rows of the other tenant that the same statements reach with isolation off. */
  readonly couldReach: number;
  /** `no rows`, or the SQLSTATE or code that stopped it. */
  readonly how: string;
}

/** The hooks that fill in rows, by the title of their table. */
export type RowHooks = Readonly<
  Record<
    string,
    (request: {
      readonly tenant: string;
      readonly row: Readonly<Record<string, unknown>>;
      readonly random: string;
    }) => Readonly<Record<string, unknown>>
  >
>;

/** What {@link expectIsolated} was given, without the tenancy's own word. */
export type IsolationRun = Omit<ExpectIsolatedOptions, 'rows'> & { readonly rows: RowHooks };

/** The results of all attacks. */
export interface IsolationReport {
  readonly tables: readonly string[];
  readonly results: readonly AttackResult[];
  readonly leaks: readonly AttackResult[];
  /** Tables that could not be attacked, and why. */
  readonly unproven: readonly { readonly table: string; readonly why: string }[];
  readonly durationMs: number;
  /** The report as readable text. */
  toString(): string;
}
