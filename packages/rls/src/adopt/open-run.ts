import { type Tenancy, TenantryError } from '@tenantry/core';
import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core';
import { generate } from '../generate/generate.ts';
import { readDrizzleTable } from '../model/read-drizzle.ts';
import { type Held, lockLimits, nothingHeld } from './action.ts';
import { checkBlockers, checkPlan } from './check-plan.ts';
import type { AdoptConnection } from './connection.ts';
import { type Facts, findTable, readFacts } from './facts.ts';
import type { AdoptOptions } from './options.ts';
import type { AdoptionPlan, PlannedTable } from './plan.ts';
import { referencesOfPlan } from './references.ts';
import { schemaOfPlan } from './schema.ts';
import { AdoptionState, type StepState } from './state.ts';
import type { Step, StepContext } from './steps/index.ts';

/** What the steps of a run share. */
export interface Run {
  readonly connection: AdoptConnection;
  readonly tenancy: Tenancy;
  readonly plan: AdoptionPlan;
  readonly facts: Facts;
  readonly state: AdoptionState;
  readonly states: readonly StepState[];
  readonly schema: Readonly<Record<string, PgTable>>;
  readonly generated: ReturnType<typeof generate>;
  readonly options: AdoptOptions;
  readonly tables: readonly PlannedTable[];
  /** The tables that were asked for, without those that they need. */
  readonly selected: ReadonlySet<string>;
  readonly held: Held;
}

/**
 * Reads the database, and refuses a plan that does not match it.
 * @throws TenantryError `ADOPT_PLAN_STALE`, `ADOPT_UNDECIDED`, `ADOPT_BLOCKED`
 */
export async function openRun(
  connection: AdoptConnection,
  tenancy: Tenancy,
  given: AdoptionPlan,
  options: AdoptOptions,
): Promise<Run> {
  const facts = await readFacts(connection, tenancy.roles.app);
  const plan = checkPlan(given, facts, tenancy);
  const tables = withParents(plan, facts, options.tables);
  checkBlockers(tables, facts, tenancy);
  const schema = schemaOfPlan(plan, facts, tenancy);
  const state = new AdoptionState(connection, tenancy);
  return {
    connection,
    tenancy,
    plan,
    facts,
    state,
    states: await state.all(),
    schema,
    generated: generate({ tenancy, schema }),
    options,
    tables,
    selected: new Set(options.tables ?? plan.tables.map(({ table }) => table)),
    held: nothingHeld(),
  };
}

/** Tables and everything that their tenant or their keys come from. */
function withParents(
  plan: AdoptionPlan,
  facts: Facts,
  only: readonly string[] | undefined,
): readonly PlannedTable[] {
  if (only === undefined) return plan.tables;
  const unknown = only.filter((each) => !plan.tables.some(({ table }) => table === each));
  if (unknown.length > 0) {
    throw new TenantryError('ADOPT_PLAN_STALE', {
      found: `${unknown.join(', ')}: the plan does not have it`,
      fix: 'Name a table of the plan, with its schema when that is not public.',
    });
  }
  const wanted = new Set(only);
  for (let size = 0; size < wanted.size; ) {
    size = wanted.size;
    for (const planned of plan.tables) {
      const live = findTable(facts, planned.table);
      if (!wanted.has(planned.table) || live === undefined) continue;
      for (const source of planned.fill ?? [])
        if (source.from === 'parent') wanted.add(source.parent);
      for (const { foreign } of referencesOfPlan(planned, live, { plan, facts }))
        if (foreign.planned.is === 'isolated') wanted.add(foreign.planned.table);
    }
  }
  return plan.tables.filter(({ table }) => wanted.has(table));
}

export const isDone = (
  states: readonly StepState[],
  { table }: PlannedTable,
  { name }: Step,
): boolean => states.some((each) => each.table === table && each.step === name && each.done);

/** What the steps of a table work with; undefined for a table that is left alone. */
export function contextOf(run: Run, planned: PlannedTable): StepContext | undefined {
  const live = findTable(run.facts, planned.table);
  const table = run.schema[planned.table];
  if (live === undefined || table === undefined) return undefined;
  const { connection, tenancy, plan, facts, state, generated, options, held } = run;
  return {
    connection,
    tenancy,
    plan,
    facts,
    state,
    planned,
    live,
    declared: readDrizzleTable(table, undefined),
    indexes: getTableConfig(table).indexes.map(({ config }) => ({
      name: config.name ?? '',
      unique: config.unique,
      columns: config.columns.map((column) => (column as { name: string }).name),
    })),
    sections: generated.sections,
    limits: { ...lockLimits, ...options.limits },
    held,
    progress: options.progress ?? (() => {}),
    signal: options.signal,
  };
}
