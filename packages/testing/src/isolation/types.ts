import type pg from 'pg';

/** A tenancy of `@tenantry/core`, as far as the attacks need it. */
export interface IsolationTenancy {
  readonly id: 'uuid' | 'text';
  /** The tenant column: `organization_id`. */
  readonly column: string;
  readonly setting: string;
  /** The schema of what Tenantry keeps and calls. */
  readonly schema: string;
  readonly roles: { readonly app: string; readonly system: string };
  run<R>(tenant: string, fn: () => R | Promise<R>): Promise<R>;
  asSystem<R>(
    entry: { readonly reason: string; readonly actor: string; readonly write?: boolean },
    fn: () => R | Promise<R>,
  ): Promise<R>;
}

/** What the attacks run through: the pool or a Drizzle or Kysely database on it. */
export type AttackHandle =
  | pg.Pool
  // biome-ignore lint/suspicious/noExplicitAny: Drizzle's own type differs between 0.45 and 1.0
  | { execute(query: any): PromiseLike<unknown>; transaction(fn: any): Promise<unknown> }
  // biome-ignore lint/suspicious/noExplicitAny: Kysely is not a dependency
  | { executeQuery(query: any): PromiseLike<unknown>; transaction(): unknown };

/** Asks a hook for a row. */
export interface RowRequest {
  /** The id of the tenant that the row is for. */
  readonly tenant: string;
  /** What stands in it so far, by column. */
  readonly row: Readonly<Record<string, unknown>>;
  /** Eight random hexadecimal digits, for what has to be unique. */
  readonly random: string;
}

/** What {@link expectIsolated} takes. */
export interface ExpectIsolatedOptions {
  /** The tenant pool, which can also do system work: it makes the rows and takes them away. */
  readonly pool: pg.Pool;
  readonly tenancy: IsolationTenancy;
  /** The exports of the schema module: `import * as schema from './schema.ts'`. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** Drizzle's `casing`, when `drizzle()` was given one. */
  readonly casing?: 'snake_case' | 'camelCase';
  /** Runs the attacks through Drizzle or Kysely instead of the pool. */
  readonly through?: AttackHandle;
  /**
   * Values that nobody could guess, by the table's name in the database, with columns as they are
   * named there: `{ invoices: ({ random }) => ({ number: `INV-${random}` }) }`.
   */
  readonly rows?: Readonly<
    Record<string, (request: RowRequest) => Readonly<Record<string, unknown>>>
  >;
  /** Tables to leave out, each with the reason. */
  readonly skip?: Readonly<Record<string, string>>;
  /** Runs for each of the two tenants before its rows are made, in a system scope that writes. */
  readonly prepare?: (tenant: string) => unknown;
  /**
   * The database is dropped afterwards, so rows that cannot be deleted (of an append-only table) may
   * stay. Without it such tables are skipped, and the proof fails for that reason. Default: false.
   */
  readonly disposable?: boolean;
  /** The name of the database, when it looks like production and is not. */
  readonly acceptDatabase?: string;
}

/** How one attack on one table, view or function ended. */
export interface AttackResult {
  readonly attack: string;
  /** The table, view or function. */
  readonly target: string;
  /** `held`, `leaked`, or `vacuous` when it could not have reached anything in the first place. */
  readonly outcome: 'held' | 'leaked' | 'vacuous';
  /** Rows of the other tenant that it reached. */
  readonly reached: number;
  /** Rows of the other tenant that the same statements reach with isolation off. */
  readonly couldReach: number;
  /** `no rows`, or the SQLSTATE or code that stopped it. */
  readonly how: string;
}

/** What the attacks found. */
export interface IsolationReport {
  readonly tables: readonly string[];
  readonly results: readonly AttackResult[];
  readonly leaks: readonly AttackResult[];
  /** Tables that could not be attacked, and why. */
  readonly unproven: readonly { readonly table: string; readonly why: string }[];
  readonly durationMs: number;
  /** A readable table of it all. */
  toString(): string;
}
