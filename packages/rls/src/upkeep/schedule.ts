import type { Tenancy } from '@tenantry/core';

/** Something that runs until it is stopped. */
export interface Schedule {
  /** Stops it after the current runs. */
  stop(): Promise<void>;
}

/** A recurring task. */
export interface ScheduledTask {
  readonly everyMs: number;
  /** Why it works across tenants, for the audit log. */
  readonly reason: string;
  readonly run: () => Promise<unknown>;
}

/**
 * Runs each task immediately and then by timer, each run as separate system work. A failed run is
 * reported, and the next run tries again. The timers do not keep the process alive.
 *
 * @param actor the actor, for the audit log
 */
export function schedule(
  tenancy: Tenancy,
  actor: string,
  tasks: readonly ScheduledTask[],
  onError: (error: unknown) => void,
): Schedule {
  const timers = new Map<ScheduledTask, NodeJS.Timeout>();
  const running = new Set<Promise<void>>();
  let stopped = false;
  const turn = async (task: ScheduledTask): Promise<void> => {
    try {
      await tenancy.asSystem({ reason: task.reason, actor, write: true }, task.run);
    } catch (error) {
      if (!stopped) onError(error);
    }
    if (!stopped) timers.set(task, setTimeout(() => start(task), task.everyMs).unref());
  };
  const start = (task: ScheduledTask) => {
    const work: Promise<void> = turn(task).finally(() => running.delete(work));
    running.add(work);
  };
  // it must not inherit the scope in which it was started
  tenancy.outside(() => {
    for (const task of tasks) start(task);
  })();
  return {
    async stop() {
      stopped = true;
      for (const timer of timers.values()) clearTimeout(timer);
      await Promise.all(running);
    },
  };
}
