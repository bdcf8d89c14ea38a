import type { PlannedTable } from '../plan.ts';
import { columnStep } from './column.ts';
import { enforceStep } from './enforce.ts';
import { fillStep } from './fill.ts';
import { keysStep } from './keys.ts';
import { notNullStep } from './not-null.ts';
import { observeStep } from './observe.ts';
import { proveStep } from './prove.ts';
import { referencesStep } from './references.ts';
import type { Step } from './step.ts';

const ofIsolated: readonly Step[] = [
  columnStep,
  fillStep,
  proveStep,
  keysStep,
  referencesStep,
  notNullStep,
  observeStep,
  enforceStep,
];

/** The steps of a table, in order; none for a table of another library. */
export function stepsOf({ is }: PlannedTable): readonly Step[] {
  if (is === 'other' || is === 'undecided') return [];
  return is === 'isolated' ? ofIsolated : [observeStep, enforceStep];
}

export type { Step, StepContext } from './step.ts';
export { type StepName, stepNames } from './step-names.ts';
