import type { Progress } from '../feature/command-output.ts';
import type { LockLimits } from './action.ts';
import type { AdoptFinding } from './finding.ts';
import type { StepName } from './steps/step-names.ts';

/** How {@link adopt} runs. */
export interface AdoptOptions {
  /** Only these tables, and those that they reference: `['public.tasks']`. Default: all of the plan. */
  readonly tables?: readonly string[] | undefined;
  /**
   * Whether to enforce: policies, rights and FORCE. Otherwise the run ends with observe mode, in which the
   * old code still works. Default: false.
   */
  readonly enforce?: boolean;
  /** How statements wait for locks. */
  readonly limits?: Partial<LockLimits>;
  readonly progress?: Progress;
  /** Told of each step that ends, and of each that cannot. */
  readonly onStep?: (step: StepReport) => void;
  /** Ends the run after the current batch; the next run goes on there. */
  readonly signal?: AbortSignal;
}

/** A step as it ended. */
export interface StepReport {
  readonly table: string;
  readonly step: StepName;
  /** `waits`: rows stop it, or the table that it takes the tenant from is not ready. */
  readonly outcome: 'done' | 'waits';
  /** How many rows `fill` has given their tenant; of each, all other columns are as they were. */
  readonly filled?: number;
  readonly findings: readonly AdoptFinding[];
}
