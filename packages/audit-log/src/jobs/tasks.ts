import type { UpkeepReport, UpkeepTask } from '@tenantry/rls/feature';
import type { StartUpkeepOptions } from '@tenantry/rls/upkeep';
import type { LogDefinition } from '../options.ts';
import { type AuditLag, lagInWords } from './lag.ts';
import { seal } from './seal.ts';
import { upkeep } from './upkeep.ts';

/** What `audit.start(pool, …)` takes. */
export interface AuditStartOptions extends Pick<StartUpkeepOptions, 'onError' | 'onReport'> {
  /** How often entries are sealed, in milliseconds, at least 100. Default: 10000. */
  readonly sealEveryMs?: number | undefined;
  /** How often partitions are maintained, in milliseconds, at least 100. Default: 21600000 (6 hours). */
  readonly maintainEveryMs?: number | undefined;
}

/** The upkeep tasks of a log, without sinks, which the application adds. */
export const auditTasks = (
  definition: LogDefinition,
  { sealEveryMs = 10_000, maintainEveryMs = 6 * 3600 * 1000 }: AuditStartOptions = {},
): readonly UpkeepTask[] => [
  {
    name: 'seals',
    everyMs: sealEveryMs,
    async run(db) {
      const { entries, lag, busy } = await seal(db);
      return report({ sealed: entries }, lag?.entries ?? 0, lag, busy);
    },
  },
  {
    name: 'partitions and retention',
    everyMs: maintainEveryMs,
    async run(db) {
      const { done, left, lag, busy } = await upkeep(definition, db);
      const did = {
        'partitions created': done.partitions,
        'entries deleted': done.retired,
        'failure records deleted': done.failuresDeleted,
      };
      return report(did, left, lag, busy);
    },
  },
];

const report = (
  did: UpkeepReport['did'],
  left: number,
  lag: AuditLag | undefined,
  busy: boolean,
): UpkeepReport => ({
  done: lag === undefined && !busy,
  did,
  left,
  ...(busy && { waitsFor: 'another process that runs it' }),
  ...(lag !== undefined && { waitsFor: lagInWords(lag) }),
});
