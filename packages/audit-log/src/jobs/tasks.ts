import type { Queryable } from '@tenantry/core/sql';
import type { UpkeepReport, UpkeepTask } from '@tenantry/rls/feature';
import { lagInWords } from './lag.ts';
import type { SealResult } from './seal.ts';
import { type AuditRetention, type UpkeepParts, type UpkeepResult, upkeep } from './upkeep.ts';

/** The upkeep tasks of a log, without sinks, which the application adds. */
export const auditTasks = (
  audit: () => UpkeepParts,
  { failures }: Required<AuditRetention>,
): readonly UpkeepTask[] => [
  {
    name: 'seals',
    everyMs: 10_000,
    run: async (db: Queryable) => sealed(await audit().seal(db)),
  },
  {
    name: 'partitions and retention',
    everyMs: 6 * 3600 * 1000,
    run: async (db: Queryable) => kept(await upkeep(audit(), db, { keepFailuresDays: failures })),
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

function kept({ done, left, lag, busy }: UpkeepResult): UpkeepReport {
  return {
    done: lag === undefined && !busy,
    did: {
      'partitions made': done.partitions,
      'entries let go': done.retired,
      'notes on failures': done.failuresForgotten,
    },
    left,
    ...(busy && { waitsFor: others }),
    ...(lag !== undefined && { waitsFor: lagInWords(lag) }),
  };
}
