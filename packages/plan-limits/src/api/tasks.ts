import type { Queryable } from '@tenantry/core/sql';
import { type Overdue, overdueDays, type UpkeepTask, upkeepCheck } from '@tenantry/rls/feature';
import { call } from '../calls.ts';
import type { Definition } from '../sql/model.ts';
import { upkeepApi } from './upkeep.ts';

/** The upkeep tasks of the tables of limits, with their retention. */
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

/** The check of `tenantry doctor`: tables that nobody cleans. */
export const limitsChecks = ({ retention }: Definition) => [
  upkeepCheck('plan-limits', async (query) => {
    const found: Overdue[] = [];
    for (const [table, days] of Object.entries(retention)) {
      if (days === false) continue;
      const overdue = await call({ query }, 'limit_overdue', table, days + overdueDays);
      if (overdue !== null) found.push(overdue);
    }
    return found;
  }),
];
