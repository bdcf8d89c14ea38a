import type { Tenancy } from '@tenantry/core';
import type { Ddl, EntryFacts } from '@tenantry/core/sql';
import type { ColumnLike, TableLike } from '../fragments/drizzle.ts';
import type { FeatureCommand } from './command.ts';
import type { FeatureCheck } from './doctor.ts';
import type { UpkeepTask } from './upkeep.ts';

/**
 * What a package such as rbac or plan-limits gives to `tenantry generate` and to the command line.
 * It stands in `features` of tenantry.config.ts.
 */
export interface Feature {
  /** `rbac`, `plan-limits`: names its sections, and its part of the facts on entry. */
  readonly name: string;
  /**
   * The SQL that it needs in the database: functions, triggers, rights, seeds. It depends on the
   * input alone, and can be run again at any time.
   */
  sql(input: FeatureInput): FeatureSql;
  /** Its commands, by the words after `tenantry`: `audit verify`. Loaded when one of them is run. */
  readonly commands?: () => Promise<Readonly<Record<string, FeatureCommand>>>;
  /** What its tables need regularly: `tenantry maintain` and `startUpkeep` do it. */
  readonly upkeepTasks?: readonly UpkeepTask[];
  /** What `tenantry doctor` looks for on its behalf, besides comparing what `sql` makes. */
  readonly doctor?: readonly FeatureCheck[];
}

/** A table that the user declared, as it is named in the database. */
export interface FeatureTable {
  readonly table: TableLike;
  readonly schema: string;
  readonly name: string;
  /** The column that holds the tenant: `organization_id`, or the id of the table of tenants. */
  readonly tenantColumn: string | undefined;
  /** The name in the database of one of its columns. */
  column(column: ColumnLike): string;
  /** The same by its property in the schema, for columns that the package itself declared. */
  property(property: string): string;
}

/** What a feature can look at. */
export interface FeatureInput {
  readonly tenancy: Tenancy;
  /** Every table of the schema module. */
  readonly tables: readonly FeatureTable[];
  /** The table that was marked with this name by {@link markTable}; undefined when there is none. */
  marked(mark: string): FeatureTable | undefined;
  /** All tables that were marked with this name, with what was said of each. */
  allMarked(mark: string): readonly (FeatureTable & { readonly value: unknown })[];
  /** A table of the schema module; throws CONFIG_INVALID when it is not exported there. */
  find(table: TableLike): FeatureTable;
}

/** SQL of a feature. */
export interface FeatureSql {
  /**
   * Runs before the first table is created: functions that policies of tables name. A section makes
   * them whole; until then they refuse.
   */
  readonly foundation?: readonly Ddl[];
  /** Pieces that are written again only when they change; they run after the tables exist. */
  readonly sections: readonly { readonly id: string; readonly sql: readonly Ddl[] }[];
  /**
   * What `tenantry.enter` fetches with the membership, run as the system role.
   * `tenancy.current().facts` has it under the name of the feature.
   */
  readonly entryFacts?: EntryFacts;
}
