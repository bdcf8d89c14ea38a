import type { Tenancy } from '@tenantry/core';
import type { Progress } from '../../feature/command-output.ts';
import type { Section } from '../../generate/section.ts';
import type { LiveTable } from '../../model/live.ts';
import type { DeclaredTable } from '../../model/table.ts';
import type { Action, Held, LockLimits } from '../action.ts';
import type { AdoptConnection } from '../connection.ts';
import type { Facts } from '../facts.ts';
import type { AdoptFinding } from '../finding.ts';
import type { AdoptionPlan, PlannedTable } from '../plan.ts';
import type { AdoptionState } from '../state.ts';
import type { StepName } from './step-names.ts';

/** What a step works with. */
export interface StepContext {
  readonly connection: AdoptConnection;
  readonly tenancy: Tenancy;
  readonly plan: AdoptionPlan;
  readonly facts: Facts;
  readonly state: AdoptionState;
  readonly planned: PlannedTable;
  /** The table as it was when the run began. */
  readonly live: LiveTable;
  /** The table as it will be. */
  readonly declared: DeclaredTable;
  /** The indexes that it will have. */
  readonly indexes: readonly PlannedIndex[];
  /** What `generate` writes for the schema of the plan. */
  readonly sections: readonly Section[];
  readonly limits: LockLimits;
  readonly held: Held;
  readonly progress: Progress;
  readonly signal: AbortSignal | undefined;
}

/** An index that a fragment declares. */
export interface PlannedIndex {
  readonly name: string;
  readonly unique: boolean;
  readonly columns: readonly string[];
}

/** A step of adoption. It can be run again after it was ended anywhere. */
export interface Step {
  readonly name: StepName;
  /** The statements that are missing in the database; none when the step is done by itself. */
  actions(context: StepContext): Promise<readonly Action[]>;
  /** What takes these statements back, in order. */
  undo(context: StepContext): Promise<readonly Action[]>;
  /**
   * What a migration has to do on every other database, where no row is in the way; it changes nothing where
   * adoption has done it. Default: what `generate` writes is enough.
   */
  migration?(context: StepContext): Promise<readonly string[]>;
  /** More than the statements: looks at rows before them. Findings stop the step. */
  before?(context: StepContext): Promise<readonly AdoptFinding[]>;
  /** Work in batches after the statements. */
  work?(context: StepContext): Promise<StepWork>;
}

/** What came of the rows of a table. */
export interface StepWork {
  /** Findings stop the step. */
  readonly findings: readonly AdoptFinding[];
  /** How many rows got their tenant, in this run and those before it. */
  readonly filled?: number;
}
