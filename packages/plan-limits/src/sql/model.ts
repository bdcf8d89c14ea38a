import { type Tenancy, TenantryError } from '@tenantry/core';
import { type Ddl, idType } from '@tenantry/core/sql';
import type { FeatureInput } from '@tenantry/rls/feature';
import type { LimitFeature } from '../definition/features.ts';
import type { AddOnRow, LimitFeatures, PlanRow } from '../definition/plans.ts';
import type { LimitRetention } from '../definition/retention.ts';
import { marks, type Part, type PlanOnTenants } from '../tables/marks.ts';
import { homeOf } from './citus/home.ts';
import { countedTables } from './counted-tables.ts';
import { type SqlCounted, type SqlTable, sqlTable } from './sql-table.ts';

export type { SqlCounted, SqlTable } from './sql-table.ts';

/** The options of `defineLimits`, checked and completed. */
export interface Definition {
  readonly tenancy: Tenancy;
  readonly features: LimitFeatures;
  readonly planRows: readonly PlanRow[];
  readonly addOnRows: readonly AddOnRow[];
  readonly plans: readonly string[];
  readonly addOns: readonly string[];
  readonly defaultPlan: string;
  /** In percent, ascending. */
  readonly thresholds: readonly number[];
  /** The HTTP status of a limit that waiting does not lift. */
  readonly status: 402 | 403;
  /** The retention in days, by table. */
  readonly retention: Readonly<Required<LimitRetention>>;
}

/** The definition, with its database tables. */
export interface Model extends Definition {
  readonly tenantType: Ddl;
  readonly names: readonly string[];
  feature(name: string): LimitFeature;
  /** A table of this package; undefined when the application does not have it. */
  table(part: Part): SqlTable | undefined;
  /** The same, for a required table. */
  needed(part: Part): SqlTable;
  /** The table with the plan, and which optional columns it has. */
  readonly state: SqlTable & {
    has(property: string): boolean;
    /** Whether it is the table of tenants, with a row for each tenant. */
    readonly isOnTenants: boolean;
    /** Whether what belongs to a tenant is deleted with its row here. */
    readonly cascade: boolean;
    /** Whether the plan column is not null, so that the default plan is stored by name. */
    readonly isPlanRequired: boolean;
  };
  /** Whether a tenant may have tables in a schema of its own. */
  readonly hasSchemas: boolean;
  /** On Citus the table of tenants, whose shards hold everything about them; undefined on one server. */
  readonly home: SqlTable | undefined;
  /** The tables of a count, with the conditions of their rows. */
  counted(feature: string): readonly SqlCounted[];
}

/** Finds the tables of a definition in the schema module. */
export function modelOf(definition: Definition, input: FeatureInput): Model {
  const { tenancy, features } = definition;
  const tables = new Map<Part, SqlTable>();
  for (const part of Object.keys(marks) as Part[]) {
    const found = input.marked(marks[part]);
    if (found !== undefined) tables.set(part, sqlTable(found, tenancy.column));
  }
  const needed = (part: Part): SqlTable => {
    const table = tables.get(part);
    if (table !== undefined) return table;
    throw new TenantryError('CONFIG_INVALID', {
      found: `no table ${marks[part]} in the schema.`,
      fix: `Declare it with the columns and rules of limits.tables.${part}.`,
    });
  };
  const counted = countedTables(features, input);
  return {
    ...definition,
    tenantType: idType(tenancy),
    names: Object.keys(features).sort(),
    feature: (each) => features[each] as LimitFeature,
    table: (part) => tables.get(part),
    needed,
    state: stateOf(input),
    hasSchemas: input.tables.some(({ inSchemas }) => inSchemas),
    home: homeOf(input),
    counted: (each) => counted.get(each) ?? [],
  };
}

function stateOf(input: FeatureInput): Model['state'] {
  const found = input.marked(marks.planState);
  if (found === undefined) {
    throw new TenantryError('CONFIG_INVALID', {
      found: 'no table that says which plan a tenant has.',
      fix: 'Spread ...limits.tables.tenants.columns() and ...limits.tables.tenants.rules(t) into the table of tenants, or declare limits.tables.planState.',
    });
  }
  const columns = found.table as Readonly<Record<string, unknown>>;
  const [marked] = input.allMarked(marks.planState);
  const onTenants = marked?.value === true ? undefined : (marked?.value as PlanOnTenants);
  return {
    ...sqlTable(found),
    isOnTenants: onTenants !== undefined,
    cascade: onTenants?.cascade === true,
    isPlanRequired: (columns.plan as { notNull?: boolean } | undefined)?.notNull === true,
    has: (each) => columns[each] !== undefined,
  };
}
