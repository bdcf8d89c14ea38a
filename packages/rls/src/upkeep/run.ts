import type { TenantPool } from '@tenantry/core';
import { checkOptions } from '@tenantry/core/errors';
import { checkPool, databasesOf } from '@tenantry/core/sql';
import type { UpkeepReport } from '../feature/upkeep.ts';
import { tasksOf, type UpkeepOf } from './tasks.ts';

/** The result of an upkeep task. */
export interface UpkeepTurn {
  /** The feature, or `application`. */
  readonly of: string;
  readonly task: string;
  /** The database of tenants, by its name as a place; absent for that of the shared tables. */
  readonly place?: string;
  /** Its report; absent when it failed. */
  readonly report?: UpkeepReport;
  /** Why it failed. */
  readonly error?: unknown;
}

/** What {@link runUpkeep} takes. */
export interface RunUpkeepOptions extends UpkeepOf {
  /** Called when a task begins, for a progress line. Default: none. */
  readonly onTask?: (of: string, task: string) => void;
}

/**
 * Runs all upkeep once, one task after the other, until each is done: for a daily job. With placements each
 * task runs in every database in which tenants live. A failed task does not stop the others. No limit,
 * permission or proof depends on when it runs.
 *
 * @param pool The tenant pool; the tasks run as its system role.
 * @throws TenantryError `CONFIG_INVALID`
 * @example
 * ```ts
 * const turns = await runUpkeep(pool, { features: [rbac, limits, audit, billing] });
 * const undone = turns.filter(({ report }) => report?.done !== true);
 * ```
 */
export async function runUpkeep(
  pool: TenantPool,
  options: RunUpkeepOptions,
): Promise<UpkeepTurn[]> {
  checkPool(pool, 'runUpkeep');
  checkOptions('runUpkeep', options, {
    features: 'array?',
    tasks: 'array?',
    onTask: 'function?',
  });
  const { onTask, ...of } = options;
  const turns: UpkeepTurn[] = [];
  const tasks = tasksOf(of);
  for (const place of await databasesOf(pool)) {
    const there = place === undefined ? {} : { place };
    for (const task of tasks) {
      const turn = { of: task.of, task: task.name, ...there };
      onTask?.(turn.of, turn.task);
      try {
        const entry = { reason: `upkeep: ${task.of} ${task.name}`, actor: 'upkeep', write: true };
        const report = await pool.tenancy.asSystem({ ...entry, ...there }, () => task.run(pool));
        turns.push({ ...turn, report });
      } catch (error) {
        turns.push({ ...turn, error });
      }
    }
  }
  return turns;
}
