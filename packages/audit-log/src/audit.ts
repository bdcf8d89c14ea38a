import type { IdKind, Tenancy, TenantPool, TenantProperty } from '@tenantry/core';
import type { Queryable } from '@tenantry/core/sql';
import type { ColumnsLike, Feature, FeatureDescription, Fragment } from '@tenantry/rls/feature';
import type { Schedule } from '@tenantry/rls/upkeep';
import type { AuditActions, NewAuditEntry } from './actions.ts';
import type { AuditDeliverResult, AuditSink, DeliverOptions } from './deliver/sink.ts';
import type { AuditExport, AuditExportOptions } from './export/export.ts';
import type { AuditFinding, ExamineOptions } from './jobs/examine.ts';
import type { AuditLag } from './jobs/lag.ts';
import type {
  AuditEraseResult,
  EraseOptions,
  HoldOptions,
  RetentionOptions,
} from './jobs/lifetime.ts';
import type { AuditMaintainResult, MaintainOptions } from './jobs/maintain.ts';
import type { AuditSealResult } from './jobs/seal.ts';
import type { AuditStartOptions } from './jobs/tasks.ts';
import type { AuditUpkeepResult, UpkeepOptions } from './jobs/upkeep.ts';
import type { VerifyLogOptions } from './jobs/verify.ts';
import type { AuditPage, AuditQuery } from './read/query.ts';
import type { auditColumns } from './tables/columns.ts';
import type { InclusionProof } from './verify/proof.ts';
import type { VerifyReport } from './verify/report.ts';
import type { AuditTransaction } from './write/transaction.ts';

type ActionOf<A> = (keyof A & string) | (string & {});

/** The table of the log. */
export interface AuditTables<T extends string, K extends IdKind> {
  readonly entries: {
    /** The name that {@link AuditOptions.table} gives the table. */
    readonly name: string;
    /** The columns of the log, to spread into your own `pgTable`. */
    columns(): ReturnType<typeof auditColumns<T, K>>;
    /**
     * Key, policies and indexes of the log, for the third argument of `pgTable`.
     *
     * @example
     * ```ts
     * const { entries } = audit.tables;
     * export const auditLogs = pgTable('audit_logs', { ...entries.columns() }, (t) => [...entries.rules(t)]);
     * ```
     */
    rules(t: ColumnsLike): Fragment[];
  };
}

/**
 * The audit log of an application. It is a feature; list it in `features` of tenantry.config.ts.
 *
 * Options and results name the tenant by the tenancy's word: `organizationId`. What is read without a
 * tenancy (exports, proofs, seals, reports of a verification) has `tenant`. The log keeps no rows of its
 * definition in the database, so it has neither `drift` nor `sync`: actions and their schemas are checked
 * in the process, and `tenantry doctor` compares its functions and triggers.
 */
export interface Audit<T extends string, K extends IdKind, A extends AuditActions> extends Feature {
  readonly name: 'audit-log';
  readonly tenancy: Tenancy<T, K>;
  readonly tables: AuditTables<T, K>;
  /**
   * Writes an entry in the transaction of the change, so both are committed or neither is. The database
   * sets the actor, the time and the transaction. It takes one round trip, or no extra one in a batch.
   *
   * Sends `select to_json(tenantry.audit_write($1, …))::text as answer`.
   * @param tx a transaction, or the pool inside `pool.batch`
   * @returns the id of the entry
   * @throws TenantryError before anything is sent `AUDIT_NEEDS_TRANSACTION`, `AUDIT_ACTION_UNKNOWN`,
   *   `AUDIT_METADATA_INVALID`, `AUDIT_ENTRY_TOO_LARGE`; from the database `AUDIT_ACTOR_MISSING`
   * @example
   * ```ts
   * await db.transaction(async (tx) => {
   *   await tx.insert(projects).values({ id, name });
   *   await audit.log(tx, 'project.created', { resource: ['project', id], metadata: { name } });
   * });
   * await pool.batch(() => [
   *   db.insert(projects).values({ id, name }),
   *   audit.log(pool, 'project.created', { resource: ['project', id], metadata: { name } }),
   * ]); // both in one round trip
   * ```
   */
  log<Action extends keyof A & string>(
    tx: AuditTransaction,
    action: Action,
    entry: NewAuditEntry<A[Action], TenantProperty<T, K>>,
  ): Promise<string>;
  /**
   * A page of the log, the newest entries first: of the tenant in a tenant scope, of all tenants in a
   * system scope.
   * @throws TenantryError `AUDIT_CURSOR_INVALID`, `CONFIG_INVALID` (both 400)
   * @example
   * ```ts
   * const { entries, next } = await audit.query(db, { action: 'project.*', actor: userId, limit: 50 });
   * ```
   */
  query(db: Queryable, query?: AuditQuery<ActionOf<A>>): Promise<AuditPage<TenantProperty<T, K>>>;
  /**
   * Streams entries as text, in constant memory, the oldest first: NDJSON with the seals, which
   * `verifyExport` checks offline, or CSV that is safe to open in a spreadsheet. It may be read after its
   * scope has ended. `ready()` throws early errors, before an HTTP status is sent. A later error adds a
   * last line to the text and ends the stream with the error.
   * @example
   * ```ts
   * const chunks = audit.export(db, { format: 'csv' });
   * await chunks.ready();
   * await pipeline(Readable.from(chunks), response);
   * ```
   */
  export(db: Queryable, options?: AuditExportOptions<ActionOf<A>>): AuditExport;
  /**
   * Recomputes every hash and seal that the scope can read, and reports the problems.
   * @param options.anchors seals that you have stored elsewhere; with them even a completely rewritten
   *   log is detected
   */
  verify(db: Queryable, options?: VerifyLogOptions): Promise<VerifyReport>;
  /**
   * A proof that an entry is in the log, which `verifyProof` checks without a database.
   * @throws TenantryError `AUDIT_ENTRY_NOT_FOUND`, `AUDIT_ENTRY_NOT_SEALED`
   */
  prove(db: Queryable, id: string): Promise<InclusionProof>;
  /** Seals committed entries. Call it in a system scope with `write: true`; no writer waits for it. */
  seal(db: Queryable): Promise<AuditSealResult>;
  /**
   * Creates partitions and deletes entries whose retention is over. Call it in a system scope with
   * `write: true`.
   */
  maintain(
    db: Queryable,
    options?: MaintainOptions<TenantProperty<T, K>>,
  ): Promise<AuditMaintainResult>;
  /**
   * Seals, maintains and applies retention by timer from now on. Every process may start it; only one
   * works at a time. `startUpkeep(pool, { features: [audit] })` does the same.
   * @example
   * ```ts
   * const schedule = audit.start(pool);
   * process.on('SIGTERM', () => schedule.stop());
   * ```
   */
  start(pool: TenantPool, options?: AuditStartOptions): Schedule;
  /**
   * Erases a person from the log: ids, addresses and personal metadata are replaced by commitments that
   * keep every hash, seal and proof valid. Call it in a system scope with `write: true`.
   * @throws TenantryError `AUDIT_ON_HOLD`
   */
  erase(
    db: Queryable,
    options: EraseOptions<TenantProperty<T, K>>,
  ): Promise<AuditEraseResult<TenantProperty<T, K>>>;
  /** Places a legal hold on the log of a tenant: retention and erasure do not apply. */
  hold(db: Queryable, options: HoldOptions<TenantProperty<T, K>>): Promise<void>;
  /** Ends the holds of a tenant. @returns how many there were */
  release(db: Queryable, options: HoldOptions<TenantProperty<T, K>>): Promise<number>;
  /** Sets the retention of a tenant. */
  setRetention(db: Queryable, options: RetentionOptions<TenantProperty<T, K>>): Promise<void>;
  /**
   * Delivers new entries to a sink, at least once, in the order of transactions. Call it in a system
   * scope with `write: true`.
   * @throws the error of the sink; the next call delivers the same entries again
   */
  deliver(
    db: Queryable,
    sink: AuditSink<TenantProperty<T, K>>,
    options?: DeliverOptions,
  ): Promise<AuditDeliverResult>;
  /**
   * Runs all regular work of a log until it is done: seals, partitions, retention, deliveries. Call it in
   * a system scope with `write: true`.
   * @example
   * ```ts
   * const { left, lag } = await audit.upkeep(pool, { sinks: [siem] });
   * if (lag !== undefined && lag.seconds > 300) alert(lag.blockedBy);
   * ```
   */
  upkeep(db: Queryable, options?: UpkeepOptions<TenantProperty<T, K>>): Promise<AuditUpkeepResult>;
  /**
   * The entries that wait for a seal, how long they have waited, and what they wait for; undefined when
   * none wait.
   */
  lag(db: Queryable): Promise<AuditLag | undefined>;
  /**
   * Finds problems that stop the log or leave gaps in it: captures that would fail (each is tried without
   * a row), captures that failed, a transaction that blocks sealing, failing sinks, missing partitions, a
   * writing role that can log in. Call it in a system scope with `write: true`, or as the migrating
   * login.
   */
  examine(db: Queryable, options?: ExamineOptions): Promise<readonly AuditFinding[]>;
  /**
   * The state of the log. In a tenant scope: its newest seals, and its last 20 entries as changes. In a
   * system scope: what waits for a seal, the sinks, holds and retention of tenants.
   */
  describe(db: Queryable): Promise<FeatureDescription>;
}
