import type { Tenancy } from '@tenantry/core';

/** What `audit.start(pool, …)` takes. */
export interface ScheduleOptions {
  /** How often entries are sealed, in milliseconds, at least 100; 10,000 unless named. */
  readonly sealEveryMs?: number;
  /** How often partitions are looked after, in milliseconds, at least 1,000; 6 hours unless named. */
  readonly maintainEveryMs?: number;
  /** Is told what failed; the next turn tries again. `console.error` unless given. */
  readonly onError?: (error: unknown) => void;
}

/** Runs until it is stopped. */
export interface Schedule {
  /** Ends it, after the turn that is under way. */
  stop(): Promise<void>;
}

interface Task {
  readonly everyMs: number;
  readonly reason: string;
  readonly run: () => Promise<unknown>;
}

/**
 * Runs each task at once and then by timer, as system work. Every process may have a schedule: the
 * database lets one of them work at a time. The timers do not keep the process alive.
 */
export function schedule(
  tenancy: Tenancy,
  tasks: readonly Task[],
  onError: (error: unknown) => void,
): Schedule {
  const timers = new Map<Task, NodeJS.Timeout>();
  const running = new Set<Promise<void>>();
  let stopped = false;
  const turn = async (task: Task): Promise<void> => {
    try {
      await tenancy.asSystem({ reason: task.reason, actor: 'audit-log', write: true }, task.run);
    } catch (error) {
      if (!stopped) onError(error);
    }
    if (!stopped) timers.set(task, setTimeout(() => start(task), task.everyMs).unref());
  };
  const start = (task: Task) => {
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
