import type { Tenancy } from '@tenantry/core';
import type { AdoptConnection } from './connection.ts';
import { contextOf, isDone, openRun } from './open-run.ts';
import type { AdoptOptions } from './options.ts';
import type { AdoptionPlan } from './plan.ts';
import { type StepName, stepNames, stepsOf } from './steps/index.ts';

/** The statements that a run would send now, by table and step; nothing is changed. */
export async function previewAdoption(
  connection: AdoptConnection,
  tenancy: Tenancy,
  plan: AdoptionPlan,
  options: Pick<AdoptOptions, 'tables' | 'enforce'> = {},
): Promise<
  readonly { readonly table: string; readonly step: StepName; readonly sql: readonly string[] }[]
> {
  const run = await openRun(connection, tenancy, plan, options);
  const preview: { table: string; step: StepName; sql: readonly string[] }[] = [];
  for (const name of stepNames) {
    if (name === 'enforce' && options.enforce !== true) break;
    for (const planned of run.tables) {
      const step = stepsOf(planned).find((each) => each.name === name);
      const context = step && contextOf(run, planned);
      if (step === undefined || context === undefined || isDone(run.states, planned, step))
        continue;
      if (name === 'enforce' && !run.selected.has(planned.table)) continue;
      const actions = await step.actions(context);
      preview.push({ table: planned.table, step: name, sql: actions.flatMap(({ sql }) => sql) });
    }
  }
  return preview;
}
