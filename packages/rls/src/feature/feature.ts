import type { Tenancy } from '@tenantry/core';
import type { Ddl, EntryFacts, Queryable } from '@tenantry/core/sql';
import type { ColumnLike, TableLike } from '../fragments/drizzle.ts';
import type { GenerateWarning } from '../generate/check.ts';
import type { DeclaredTable } from '../model/table.ts';
import type { FeatureCommand } from './command.ts';
import type { FeatureDescription } from './describe.ts';
import type { FeatureCheck } from './doctor.ts';
import type { Drift } from './drift.ts';
import type { UpkeepTask } from './upkeep.ts';

/**
 * The contribution of a package such as rbac or plan-limits to `tenantry generate` and the command line.
 * List it in `features` of tenantry.config.ts.
 */
export interface Feature {
  /** `rbac`, `plan-limits`: names its sections, and its part of the facts on entry. */
  readonly name: string;
  /** The dialects that its SQL is written for; `generate` refuses it in another one. Default: postgres. */
  readonly dialects?: readonly Tenancy['dialect'][];
  /**
   * The SQL that it needs in the database: functions, triggers, rights, seeds. It depends only on the
   * input and is idempotent.
   */
  sql(input: FeatureInput): FeatureSql;
  /** Its commands, by the words after `tenantry`: `audit verify`. Loaded when one of them is run. */
  readonly commands?: () => Promise<Readonly<Record<string, FeatureCommand>>>;
  /** The regular tasks of its tables, which `tenantry maintain` and `startUpkeep` run. */
  readonly upkeepTasks?: readonly UpkeepTask[];
  /**
   * The state of the feature for the tenant and the user of the running scope; in a system scope across
   * tenants, where that makes sense.
   */
  describe?(db: Queryable): Promise<FeatureDescription>;
  /**
   * What differs between its definition in code and the rows in the database; empty when nothing does.
   * It works as the system role, in a scope or outside, and changes nothing.
   */
  drift?(db: Queryable): Promise<readonly Drift[]>;
  /**
   * Makes these rows equal to the definition, as migrations do, and leaves equal rows as they are. It
   * works as the system role, in a scope or outside.
   * @returns what differed before
   */
  sync?(db: Queryable): Promise<readonly Drift[]>;
  /**
   * The tables that a tenant may have in a schema of its own. Features that read or write one of them by its
   * name look where the tenant lives first ({@link schemaOfTenant}); the SQL of this feature comes before
   * theirs. Default: none.
   */
  readonly schemaTables?: readonly TableLike[];
  /** Its checks for `tenantry doctor`, in addition to the comparison of the objects of `sql`. */
  readonly doctor?: readonly FeatureCheck[];
}

/** A table that the user declared, with its database names. */
export interface FeatureTable extends DeclaredTable {
  readonly table: TableLike;
  /** Whether a tenant may have it in a schema of its own. */
  readonly inSchemas: boolean;
  /** The database name of one of its columns. */
  column(column: ColumnLike): string;
  /** The database name of a column by its property, for columns that the package itself declared. */
  property(property: string): string;
}

/** The input of a feature's SQL. */
export interface FeatureInput {
  readonly tenancy: Tenancy;
  /** Every table of the schema module. */
  readonly tables: readonly FeatureTable[];
  /** The table with this mark of {@link markTable}; undefined when there is none. */
  marked(mark: string): FeatureTable | undefined;
  /** All tables with this mark, with the value of each. */
  allMarked(mark: string): readonly (FeatureTable & { readonly value: unknown })[];
  /** A table of the schema module; throws CONFIG_INVALID when it is not exported there. */
  find(table: TableLike): FeatureTable;
}

/** SQL of a feature. */
export interface FeatureSql {
  /**
   * Runs before the first table is created: stubs of functions that policies call. A section replaces
   * them; until then they refuse every call.
   */
  readonly foundation?: readonly Ddl[];
  /** Sections, each written again only when it changes; they run after the tables exist. */
  readonly sections: readonly { readonly id: string; readonly sql: readonly Ddl[] }[];
  /**
   * The facts that `tenantry.enter` reads with the membership, as the system role.
   * `tenancy.current().facts` contains them under the name of the feature.
   */
  readonly entryFacts?: EntryFacts;
  /** What the schema asks for and does not get in this dialect. Default: none. */
  readonly warnings?: readonly GenerateWarning[];
}
