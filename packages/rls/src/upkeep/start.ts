import type { TenantPool } from '@tenantry/core';
import type { UpkeepReport } from '../feature/upkeep.ts';
import { type Schedule, schedule } from './schedule.ts';
import { tasksOf, type UpkeepOf } from './tasks.ts';

/** What {@link startUpkeep} takes. */
export interface StartUpkeepOptions extends UpkeepOf {
  /** Receives the error of a failed run; the next run tries again. Default: console.error. */
  readonly onError?: (error: unknown) => void;
  /** Receives the report of each run. Default: none. */
  readonly onReport?: (of: string, task: string, report: UpkeepReport) => void;
}

/**
 * Runs all upkeep of all features for the lifetime of the process: each task immediately, and again when
 * it is due. Every process may start it; the timers do not keep the process alive.
 *
 * @param pool The tenant pool; the tasks run as its system role.
 * @throws TenantryError `CONFIG_INVALID`
 * @example
 * ```ts
 * const upkeep = startUpkeep(pool, { features: [rbac, limits, audit, billing] });
 * process.once('SIGTERM', () => upkeep.stop());
 * ```
 */
export function startUpkeep(
  pool: TenantPool,
  { onError = console.error, onReport, ...of }: StartUpkeepOptions,
): Schedule {
  const tasks = tasksOf(of).map((task) => ({
    everyMs: task.everyMs,
    reason: `upkeep: ${task.of} ${task.name}`,
    run: async () => {
      const report = await task.run(pool);
      onReport?.(task.of, task.name, report);
    },
  }));
  return schedule(pool.tenancy, 'upkeep', tasks, onError);
}
