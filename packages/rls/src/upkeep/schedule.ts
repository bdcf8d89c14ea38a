import type { Tenancy } from '@tenantry/core';

/** Something that runs until it is stopped. */
export interface Schedule {
  /** Ends it, after the turns that are under way. */
  stop(): Promise<void>;
}

/** Work that comes again. */
export interface ScheduledTask {
  readonly everyMs: number;
  /** Why it works across tenants, for the audit log. */
  readonly reason: string;
  readonly run: () => Promise<unknown>;
}

/**
 * Runs each task at once and then by timer, each turn as system work of its own. A turn that fails is
 * told, and the next one tries again. The timers do not keep the process alive.
 *
 * @param actor who does it, for the audit log
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
  // whoever starts it in a scope must not lend it that scope
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
