import type { Tenancy } from '@tenantry/core';
import { lockLimits, nothingHeld, runActions, shortly } from './action.ts';
import { parentsIn } from './classify/order.ts';
import type { AdoptConnection } from './connection.ts';
import { findTable } from './facts.ts';
import type { AdoptFinding } from './finding.ts';
import { contextOf, isDone, openRun, type Run } from './open-run.ts';
import type { AdoptOptions, StepReport } from './options.ts';
import type { AdoptionPlan, PlannedTable } from './plan.ts';
import { referencesOfPlan } from './references.ts';
import { refusedFoundation, refusedStep } from './refused.ts';
import { alone } from './state.ts';
import { type Step, stepNames, stepsOf } from './steps/index.ts';
import { checkTenantIds } from './tenant-ids.ts';

/** How a run ended. */
export interface AdoptReport {
  /** The steps of this run; those of earlier runs are left out. */
  readonly steps: readonly StepReport[];
  readonly findings: readonly AdoptFinding[];
  /** The longest time in milliseconds that a transaction held a lock which others wait for. */
  readonly longestLockMs: number;
  /** The longest time in milliseconds that a batch of filling took, whose rows are locked. */
  readonly longestBatchMs: number;
  /** How often a statement gave up its place in the queue for a lock. */
  readonly retries: number;
}

/**
 * Carries a plan out, step by step: every step of all tables before the next step. It goes on where an
 * earlier run ended, also one that was killed, and changes nothing that is done.
 *
 * @param connection a client of pg outside a transaction, as the login that owns the tables; not through a
 *   pooler in transaction mode, because a lock of the session keeps a second run away
 * @throws TenantryError `ADOPT_PLAN_STALE`, `ADOPT_UNDECIDED`, `ADOPT_BLOCKED`, `ADOPT_RUNNING`,
 *   `ADOPT_TABLE_BUSY`, `ADOPT_ROWS_CHANGED`, `ADOPT_TENANT_ID_INVALID`, `ADOPT_ROLE_NOT_GRANTED`,
 *   `ADOPT_STEP_FAILED`
 * @example
 * ```ts
 * const { findings } = await adopt(client, tenancy, plan);
 * if (findings.length === 0) await adopt(client, tenancy, plan, { enforce: true });
 * ```
 */
export async function adopt(
  connection: AdoptConnection,
  tenancy: Tenancy,
  plan: AdoptionPlan,
  options: AdoptOptions = {},
): Promise<AdoptReport> {
  return alone(connection, tenancy, async () => {
    const run = await openRun(connection, tenancy, plan, options);
    await checkTenantIds(connection, tenancy, run.plan, run.facts);
    await foundation(run);
    const reports: StepReport[] = [];
    const stopped = new Set<string>();
    for (const step of stepNames) {
      if (step === 'enforce' && options.enforce !== true) break;
      for (const planned of run.tables) {
        const found = stepsOf(planned).find(({ name }) => name === step);
        if (found === undefined || stopped.has(planned.table)) continue;
        if (step === 'enforce' && !run.selected.has(planned.table)) continue;
        options.signal?.throwIfAborted();
        const report = await runStep(run, found, planned, stopped).catch((error) => {
          throw refusedStep(error, planned.table, step);
        });
        if (report === undefined) continue;
        if (report.outcome === 'waits') stopped.add(planned.table);
        reports.push(report);
        options.onStep?.(report);
      }
    }
    return {
      steps: reports,
      findings: reports.flatMap(({ findings }) => findings),
      longestLockMs: run.held.longestMs,
      longestBatchMs: run.held.longestBatchMs,
      retries: run.held.retries,
    };
  });
}

/** Roles, the schema of the tenancy and its functions: what the first migration makes too. */
async function foundation(run: Run): Promise<void> {
  const { connection, state, generated, options, tenancy } = run;
  const { rows } = await connection.query('select to_regprocedure($1) is not null as is', [
    `${tenancy.schema}.keep_reference(regclass,text,text,text)`,
  ]);
  if (!(rows[0] as { is: boolean }).is) {
    const limits = { ...lockLimits, ...options.limits };
    // it locks no table of the application
    const { statements } = generated.foundation;
    await shortly(connection, statements, 'the schema of the tenancy', limits, nothingHeld()).catch(
      (error) => {
        throw refusedFoundation(error);
      },
    );
  }
  await state.prepare(tenancy.roles.system);
}

async function runStep(
  run: Run,
  step: Step,
  planned: PlannedTable,
  stopped: ReadonlySet<string>,
): Promise<StepReport | undefined> {
  if (isDone(run.states, planned, step)) return undefined;
  const context = contextOf(run, planned);
  if (context === undefined) return undefined;
  const report = (outcome: StepReport['outcome'], findings: readonly AdoptFinding[] = []) => ({
    table: planned.table,
    step: step.name,
    outcome,
    findings,
  });
  if (needs(run, step, planned).some((table) => stopped.has(table))) return report('waits');
  await run.state.begin(planned.table, step.name, {
    undo: await step.undo(context),
    migration: (await step.migration?.(context)) ?? [],
  });
  const before = (await step.before?.(context)) ?? [];
  if (before.length > 0) return report('waits', before);
  const actions = await step.actions(context);
  await runActions(run.connection, actions, planned.table, context.limits, run.held);
  const { findings, filled } = (await step.work?.(context)) ?? { findings: [] };
  if (findings.length > 0) return report('waits', findings);
  await run.state.end(planned.table, step.name);
  return { ...report('done'), ...(filled !== undefined && { filled }) };
}

/** The tables that have to be as far before this step. */
function needs(run: Run, step: Step, planned: PlannedTable): string[] {
  const live = findTable(run.facts, planned.table);
  const referenced =
    step.name === 'references' && live !== undefined
      ? referencesOfPlan(planned, live, run).map(({ foreign }) => foreign.planned.table)
      : [];
  return [...parentsIn(planned), ...referenced];
}
