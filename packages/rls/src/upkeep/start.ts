import type { TenantPool } from '@tenantry/core';
import { checkOptions } from '@tenantry/core/errors';
import { checkPool, databasesOf } from '@tenantry/core/sql';
import type { UpkeepReport } from '../feature/upkeep.ts';
import { type Schedule, schedule } from './schedule.ts';
import { type NamedTask, tasksOf, type UpkeepOf } from './tasks.ts';

/** What {@link startUpkeep} takes. */
export interface StartUpkeepOptions extends UpkeepOf {
  /** Receives the error of a failed run; the next run tries again. Default: console.error. */
  readonly onError?: (error: unknown) => void;
  /**
   * Receives the report of each run; `place` is the name of a database of tenants, undefined for that of the
   * shared tables. Default: none.
   */
  readonly onReport?: (of: string, task: string, report: UpkeepReport, place?: string) => void;
}

/**
 * Runs all upkeep of all features for the lifetime of the process: each task immediately, and again when
 * it is due, in every database in which tenants live. Every process may start it; the timers do not keep
 * the process alive.
 *
 * @param pool The tenant pool; the tasks run as its system role.
 * @throws TenantryError `CONFIG_INVALID`
 * @example
 * ```ts
 * const upkeep = startUpkeep(pool, { features: [rbac, limits, audit, billing] });
 * process.once('SIGTERM', () => upkeep.stop());
 * ```
 */
export function startUpkeep(pool: TenantPool, options: StartUpkeepOptions): Schedule {
  checkPool(pool, 'startUpkeep');
  checkOptions('startUpkeep', options, {
    features: 'array?',
    tasks: 'array?',
    onError: 'function?',
    onReport: 'function?',
  });
  const { onError = console.error, onReport, ...of } = options;
  const tasks = tasksOf(of).map((task) => ({
    everyMs: task.everyMs,
    reason: reasonOf(task),
    run: async () => {
      const failed: unknown[] = [];
      for (const place of await databasesOf(pool)) {
        // the scope of the schedule works in the shared tables
        const there = { reason: reasonOf(task), actor, write: true };
        try {
          const report = await (place === undefined
            ? task.run(pool)
            : pool.tenancy.asSystem({ ...there, place }, () => task.run(pool)));
          onReport?.(task.of, task.name, report, place);
        } catch (error) {
          failed.push(error); // the other databases go on
        }
      }
      if (failed.length > 0) throw failed.length === 1 ? failed[0] : new AggregateError(failed);
    },
  }));
  return schedule(pool.tenancy, actor, tasks, onError);
}

const actor = 'upkeep';
const reasonOf = ({ of, name }: NamedTask) => `upkeep: ${of} ${name}`;
