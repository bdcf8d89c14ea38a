import type { Queryable } from '@tenantry/core/sql';
import type { UpkeepTask } from '@tenantry/rls/feature';
import type { Definition } from '../sql/model.ts';
import { upkeepApi } from './upkeep.ts';

/** What `tenantry maintain` and `startUpkeep` do for the tables of limits, with the usual retention. */
export function limitsTasks(definition: Definition): readonly UpkeepTask[] {
  const { upkeep } = upkeepApi(definition);
  return [
    {
      name: 'reservations and retention',
      everyMs: 3600 * 1000,
      async run(db: Queryable) {
        const { done, tables } = await upkeep(db);
        const each = Object.entries(tables);
        return {
          done,
          did: Object.fromEntries(each.map(([table, { removed }]) => [table, removed])),
          left: each.reduce((sum, [, { left }]) => sum + left, 0),
        };
      },
    },
  ];
}
