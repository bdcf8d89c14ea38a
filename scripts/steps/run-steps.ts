export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  /** A line for each thing that failed. */
  failures: string[];
}

export const noCounts = (): Counts => ({ passed: 0, failed: 0, skipped: 0, failures: [] });

export function add(total: Counts, counts: Counts): void {
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  total.failures.push(...counts.failures);
}

/** One thing that the test command checks. It fails by throwing. */
export interface Step {
  name: string;
  /** Shows its own progress, so nothing is printed while it runs. */
  live?: boolean;
  run(): Promise<Counts>;
}

/** A step that counts for one. */
export function gate(name: string, check: () => Promise<unknown>): Step {
  return {
    name,
    async run() {
      await check();
      return { ...noCounts(), passed: 1 };
    },
  };
}

const heartbeatSeconds = 20;

/** Runs steps, `lanes` at a time, prints a line for each, and counts. Every step runs. */
export async function runSteps(steps: readonly Step[], lanes: number): Promise<Counts> {
  const total = noCounts();
  const waiting = [...steps];
  const underWay = new Map<Step, number>();
  const heartbeat = setInterval(() => {
    for (const [step, start] of underWay) {
      if (step.live !== true) console.log(`… ${step.name}  ${seconds(start)}`);
    }
  }, heartbeatSeconds * 1000);

  async function lane(): Promise<void> {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const start = performance.now();
      underWay.set(step, start);
      add(total, await outcome(step, start));
      underWay.delete(step);
    }
  }

  await Promise.all(Array.from({ length: lanes }, lane));
  clearInterval(heartbeat);
  return total;
}

async function outcome(step: Step, start: number): Promise<Counts> {
  try {
    const counts = await step.run();
    console.log(`${counts.failed === 0 ? '✓' : '✗'} ${step.name}  ${seconds(start)}`);
    return counts;
  } catch (error) {
    console.log(`✗ ${step.name}  ${seconds(start)}\n${indented(messageOf(error))}\n`);
    return { ...noCounts(), failed: 1, failures: [step.name] };
  }
}

const seconds = (start: number) => `${((performance.now() - start) / 1000).toFixed(1)} s`;

/** The message of anything thrown. */
export const messageOf = (error: unknown) =>
  error instanceof Error ? error.message : String(error);

const indented = (text: string) => text.replace(/^(?=.)/gm, '  ');
