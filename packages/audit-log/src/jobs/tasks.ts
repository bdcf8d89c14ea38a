import type { Queryable } from '@tenantry/core/sql';
import type { UpkeepReport, UpkeepTask } from '@tenantry/rls/feature';
import { lagInWords } from './lag.ts';
import type { MaintainResult } from './maintain.ts';
import type { SealResult } from './seal.ts';
import type { UpkeepParts } from './upkeep.ts';

/** What `tenantry maintain` and `startUpkeep` do for a log. Sinks are the application's: it adds them. */
export const auditTasks = (audit: () => UpkeepParts): readonly UpkeepTask[] => [
  {
    name: 'seals',
    everyMs: 10_000,
    run: async (db: Queryable) => sealed(await audit().seal(db)),
  },
  {
    name: 'partitions and retention',
    everyMs: 6 * 3600 * 1000,
    run: async (db: Queryable) => kept(await audit().maintain(db, {})),
  },
];

const others = 'another process that is at it';

function sealed({ entries, lag, busy }: SealResult): UpkeepReport {
  return {
    done: lag === undefined && !busy,
    did: { sealed: entries },
    left: lag?.entries ?? 0,
    ...(busy && { waitsFor: others }),
    ...(lag !== undefined && { waitsFor: lagInWords(lag) }),
  };
}

function kept({ created, retired, busy }: MaintainResult): UpkeepReport {
  return {
    done: !busy,
    did: {
      'partitions made': created.length,
      'entries let go': retired.reduce((sum, { entries }) => sum + entries, 0),
    },
    left: 0,
    ...(busy && { waitsFor: others }),
  };
}
