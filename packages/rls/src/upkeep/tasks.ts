import { TenantryError } from '@tenantry/core';
import { checkType, typeName } from '@tenantry/core/errors';
import type { Feature } from '../feature/feature.ts';
import type { UpkeepTask } from '../feature/upkeep.ts';

/** The tasks to run. */
export interface UpkeepOf {
  /** The features of tenantry.config.ts; each brings the tasks that it needs. Default: none. */
  readonly features?: readonly Feature[];
  /** Tasks of the application. Default: none. */
  readonly tasks?: readonly UpkeepTask[];
}

/** A task and its owner. */
export interface NamedTask extends UpkeepTask {
  /** The feature, or `application`. */
  readonly of: string;
}

const longest = 2_147_483_647;

/** The tasks of features and application. @throws TenantryError `CONFIG_INVALID` */
export function tasksOf({ features = [], tasks = [] }: UpkeepOf): NamedTask[] {
  for (const each of features) checkType(each, 'object', 'a feature of upkeep');
  for (const each of tasks) checkType(each, 'object', 'a task of upkeep');
  const named = [
    ...features.flatMap(({ name, upkeepTasks = [] }) =>
      upkeepTasks.map((task) => ({ ...task, of: name })),
    ),
    ...tasks.map((task) => ({ ...task, of: 'application' })),
  ];
  for (const { of, name, everyMs } of named) {
    if (typeof everyMs === 'number' && everyMs >= 100 && everyMs <= longest) continue;
    throw new TenantryError('CONFIG_INVALID', {
      found: `everyMs of the upkeep task ${of} ${name} is ${typeof everyMs === 'number' ? everyMs : `of type ${typeName(everyMs)}`}.`,
      fix: `Use milliseconds from 100 to ${longest}.`,
    });
  }
  return named;
}
