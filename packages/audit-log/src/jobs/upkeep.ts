import type { IdKind, TenantProperty } from '@tenantry/core';
import type { Queryable } from '@tenantry/core/sql';
import { retentionOf } from '@tenantry/rls/feature';
import { calls } from '../calls.ts';
import { deliver } from '../deliver/deliver.ts';
import type { AuditDeliverResult, AuditSink } from '../deliver/sink.ts';
import type { AuditRetention, LogDefinition } from '../options.ts';
import { readSource } from '../read/source.ts';
import { type AuditLag, readLag } from './lag.ts';
import { type MaintainOptions, maintain } from './maintain.ts';
import { seal } from './seal.ts';

/** What `audit.upkeep(db, …)` takes. */
export interface UpkeepOptions<P extends string = never> extends MaintainOptions<P> {
  /** The sinks that entries are delivered to. Default: none. */
  readonly sinks?: readonly AuditSink<P>[];
  /** How long auxiliary rows are kept. Default: the retention of the definition. */
  readonly retention?: AuditRetention;
}

/** The result of upkeep. */
export interface AuditUpkeepResult {
  readonly done: {
    readonly sealed: number;
    readonly partitions: number;
    readonly retired: number;
    readonly delivered: number;
    readonly failuresDeleted: number;
  };
  /** The number of entries that are not sealed or not delivered yet; 10,000 means 10,000 or more. */
  readonly left: number;
  /** The longest wait, and what they wait for; absent when none wait. */
  readonly lag?: AuditLag;
  /** Whether another process was doing a part of it. */
  readonly busy: boolean;
}

/**
 * Runs all regular work of a log until it is done. A failed part does not stop the others; its error is
 * thrown after them.
 */
export async function upkeep<T extends string, K extends IdKind>(
  definition: LogDefinition<T, K>,
  db: Queryable,
  options: UpkeepOptions<TenantProperty<T, K>> = {},
): Promise<AuditUpkeepResult> {
  const { sinks = [], retention } = options;
  const days = retentionOf('audit.upkeep', definition.retention, retention).failures;
  const source = readSource(definition, db);
  const errors: unknown[] = [];
  const part = async <R>(run: () => Promise<R>): Promise<R | undefined> => {
    try {
      return await run();
    } catch (error) {
      errors.push(error);
      return undefined;
    }
  };
  const before = await part(() => seal(db));
  const kept = await part(() => maintain(source, { ...definition.maintain, ...options }));
  const delivered: (AuditDeliverResult | undefined)[] = [];
  for (const sink of sinks) delivered.push(await part(() => deliver(source, sink)));
  const failuresDeleted =
    (await part(async () => (days === false ? 0 : calls.deleteFailures(db, days)))) ?? 0;
  const after = await part(() => seal(db)); // what maintenance itself wrote
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
      failuresDeleted,
    },
    left: Math.max(0, ...lags.map(({ entries }) => entries)),
    ...(longest !== undefined && { lag: longest }),
    busy: [before, kept, after, ...delivered].some((each) => each?.busy === true),
  };
}
