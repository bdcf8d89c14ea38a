import { aside, bold, print, printer } from './printer.ts';
import { captureLog } from './server-log.ts';
import { type Audience, ClaimFailed, type StepOn } from './stage.ts';

/** How the steps went. */
export interface Outcome {
  readonly held: number;
  readonly failed: number;
}

/**
 * Runs steps and prints them; a failed one does not keep the others from running.
 *
 * @param stageBefore puts the application on stage before an audience
 */
export async function runSteps<Stage>(
  stageBefore: (audience: Audience) => Stage,
  steps: readonly StepOn<Stage>[],
  signal: AbortSignal,
): Promise<Outcome> {
  let held = 0;
  let failed = 0;
  const audience: Audience = {
    ...printer,
    claimed(holds, text) {
      if (holds) held += 1;
      else failed += 1;
      printer.claimed(holds, text);
    },
  };
  const stage = stageBefore(audience);
  for (const [index, step] of steps.entries()) {
    if (signal.aborted) break;
    print(bold(`${String(index + 1).padStart(2)}  ${step.title}`));
    const log = captureLog();
    try {
      await step.run(stage);
    } catch (error) {
      // whoever stops the demo also stops what the step was waiting for
      if (signal.aborted) break;
      if (!(error instanceof ClaimFailed)) audience.claimed(false, String(error));
    } finally {
      for (const line of log.end()) aside(`server log: ${line}`);
    }
    print();
  }
  return { held, failed };
}
