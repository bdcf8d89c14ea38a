import type { Queryable } from '@tenantry/core/sql';
import { type RetainDays, retentionOf } from '@tenantry/rls/feature';
import { calls } from '../calls.ts';
import type { AuditSink, DeliverResult } from '../deliver/sink.ts';
import { type AuditLag, readLag } from './lag.ts';
import type { MaintainOptions, MaintainResult } from './maintain.ts';
import type { SealResult } from './seal.ts';

/** How many days auxiliary rows are kept, 1 to 3650; false keeps them for ever. */
export interface AuditRetention {
  /** Records of captures that failed. Days. Default: 90. */
  readonly failures?: RetainDays;
}

/** The retention of a definition. @throws TenantryError `CONFIG_INVALID` */
export const auditRetention = (given: AuditRetention | undefined) =>
  retentionOf('defineAudit', { failures: 90 }, given);

/** What `audit.upkeep(db, …)` takes. */
export interface UpkeepOptions extends MaintainOptions {
  /** The sinks that entries are delivered to. Default: none. */
  readonly sinks?: readonly AuditSink[];
  /**
   * Days for which the records of failed captures are kept; false keeps them. Default: that of the
   * definition.
   */
  readonly keepFailuresDays?: RetainDays;
}

/** The result of upkeep. */
export interface UpkeepResult {
  readonly done: {
    readonly sealed: number;
    readonly partitions: number;
    readonly retired: number;
    readonly delivered: number;
    readonly failuresForgotten: number;
  };
  /** The number of entries that are not sealed or not delivered yet; 10,000 means 10,000 or more. */
  readonly left: number;
  /** The longest wait, and what they wait for; absent when none wait. */
  readonly lag?: AuditLag;
  /** Whether another process was doing a part of it. */
  readonly busy: boolean;
}

/** The parts of a log that upkeep calls. */
export interface UpkeepParts {
  seal(db: Queryable): Promise<SealResult>;
  maintain(db: Queryable, options: MaintainOptions): Promise<MaintainResult>;
  deliver(db: Queryable, sink: AuditSink): Promise<DeliverResult>;
}

/**
 * Runs all regular work of a log until it is done. A failed part does not stop the others; its error is
 * thrown after them.
 */
export async function upkeep(
  parts: UpkeepParts,
  db: Queryable,
  { sinks = [], keepFailuresDays = 90, ...maintaining }: UpkeepOptions,
): Promise<UpkeepResult> {
  const errors: unknown[] = [];
  const part = async <R>(run: () => Promise<R>): Promise<R | undefined> => {
    try {
      return await run();
    } catch (error) {
      errors.push(error);
      return undefined;
    }
  };
  const before = await part(() => parts.seal(db));
  const kept = await part(() => parts.maintain(db, maintaining));
  const delivered: (DeliverResult | undefined)[] = [];
  for (const sink of sinks) delivered.push(await part(() => parts.deliver(db, sink)));
  const failuresForgotten =
    (await part(async () =>
      keepFailuresDays === false ? 0 : calls.forgetFailures(db, keepFailuresDays),
    )) ?? 0;
  const after = await part(() => parts.seal(db)); // what maintenance itself wrote
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1)
    throw new AggregateError(errors, 'parts of the upkeep of the audit log failed');
  const lags = [await readLag(db), ...delivered.map((each) => each?.lag)].filter(
    (lag) => lag !== undefined,
  );
  const longest = lags.reduce<AuditLag | undefined>(
    (most, lag) => (most === undefined || lag.seconds > most.seconds ? lag : most),
    undefined,
  );
  return {
    done: {
      sealed: (before?.entries ?? 0) + (after?.entries ?? 0),
      partitions: kept?.created.length ?? 0,
      retired: kept?.retired.reduce((sum, { entries }) => sum + entries, 0) ?? 0,
      delivered: delivered.reduce((sum, each) => sum + (each?.delivered ?? 0), 0),
      failuresForgotten,
    },
    left: Math.max(0, ...lags.map(({ entries }) => entries)),
    ...(longest !== undefined && { lag: longest }),
    busy: [before, kept, after, ...delivered].some((each) => each?.busy === true),
  };
}
