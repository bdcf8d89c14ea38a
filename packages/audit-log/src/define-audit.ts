import './errors.ts';
import type { IdKind, Tenancy } from '@tenantry/core';
import { defaultSchema, type Queryable, textInSchema } from '@tenantry/core/sql';
import type { ColumnsLike, Feature, Fragment } from '@tenantry/rls/feature';
import { type Schedule, schedule } from '@tenantry/rls/upkeep';
import type { ActionSchemas, EntryOf } from './actions.ts';
import { checkOptions } from './check-options.ts';
import { deliver } from './deliver/deliver.ts';
import type { AuditSink, DeliverOptions, DeliverResult } from './deliver/sink.ts';
import { type AuditExport, type ExportOptions, exportText } from './export/export.ts';
import type { Source } from './export/pages.ts';
import { auditChecks } from './jobs/checks.ts';
import { type AuditFinding, type ExamineOptions, examine } from './jobs/examine.ts';
import { type AuditLag, readLag } from './jobs/lag.ts';
import {
  type EraseOptions,
  type EraseResult,
  erase,
  type HoldOptions,
  hold,
  type RetentionOptions,
  release,
  setRetention,
} from './jobs/lifetime.ts';
import { type MaintainOptions, type MaintainResult, maintain } from './jobs/maintain.ts';
import { prove } from './jobs/prove.ts';
import type { ScheduleOptions } from './jobs/schedule-options.ts';
import { type SealResult, seal } from './jobs/seal.ts';
import { auditTasks } from './jobs/tasks.ts';
import {
  type AuditRetention,
  auditRetention,
  type UpkeepOptions,
  type UpkeepResult,
  upkeep,
} from './jobs/upkeep.ts';
import { type VerifyLogOptions, verifyLog } from './jobs/verify.ts';
import { type AuditPage, type AuditQuery, queryPage } from './read/query.ts';
import { readScope } from './read/scope.ts';
import { auditColumns } from './schema/columns.ts';
import { auditRules } from './schema/rules.ts';
import type { TablePath } from './schema/table-path.ts';
import { auditSql } from './sql/feature-sql.ts';
import type { InclusionProof } from './verify/proof.ts';
import type { VerifyReport } from './verify/report.ts';
import { type LogInput, writer } from './write/log.ts';
import type { AuditTransaction } from './write/transaction.ts';

/** What {@link defineAudit} takes. */
export interface AuditOptions<A extends ActionSchemas> {
  /** The actions of the application, each with the zod schema of its metadata. */
  readonly actions: A;
  /** Refuses writes without an actor, to the log and to captured tables. Default: false. */
  readonly strict?: boolean;
  /**
   * What happens to a write whose capture fails. `noted`: the write succeeds, and its entry has the
   * values as texts and `captureFailed: { sqlstate, table, operation }`; when even that cannot be
   * written, a row in `tenantry.audit_failures` records it. `refused`: the write fails; this saves each
   * captured statement a subtransaction. In both modes an error of the whole transaction (40001, 40P01, a
   * cancelled statement, a lock timeout, a full disk) and an actor without its signature fail the write.
   * Default: 'noted'; with `strict` 'refused'.
   */
  readonly captureFailures?: 'noted' | 'refused';
  /**
   * Top-level keys of metadata that can be erased later without breaking a proof: `['email']`.
   * Default: none.
   */
  readonly personal?: readonly string[];
  /** The largest metadata of an entry as JSON, in bytes, 256 to 1,048,576. Default: 16384. */
  readonly maxMetadataBytes?: number;
  /**
   * `sealed`: seals follow some seconds later. `linked`: in addition each entry joins a chain of its
   * tenant at commit, so no entry is ever without proof; writers of one tenant then commit one at a time.
   * Default: 'sealed'.
   */
  readonly evidence?: 'sealed' | 'linked';
  /**
   * Months that entries are kept after their own month. A tenant can have its own retention.
   * Default: forever.
   */
  readonly keepMonths?: number;
  /**
   * How long auxiliary rows are kept, applied by `tenantry maintain` and `startUpkeep`. Default: see
   * {@link AuditRetention}.
   */
  readonly retention?: AuditRetention;
  /**
   * Receives the entries that retention is about to delete; when it fails, nothing is deleted.
   * Default: none.
   */
  readonly archive?: MaintainOptions['archive'];
  /** The name of the table, or its schema and name. Default: 'audit_logs'. */
  readonly table?: string | TablePath;
  /**
   * The only role that can insert into the log. The migration creates it, and nobody logs in as it.
   * Removing a log revokes the rights of its role, so each schema has its own. Default: 'audit_writer';
   * for a tenancy with a schema of its own '<schema>_audit_writer'.
   */
  readonly role?: string;
}

type ActionOf<A> = (keyof A & string) | (string & {});

/** The audit log of an application. It is a feature; list it in `features` of tenantry.config.ts. */
export interface Audit<T extends string, K extends IdKind, A extends ActionSchemas>
  extends Feature {
  readonly name: 'audit-log';
  /** The columns of the log, to spread into your own `pgTable`. */
  columns(): ReturnType<typeof auditColumns<T, K>>;
  /**
   * Key, policies and index of the log, for the third argument of `pgTable`.
   *
   * @example
   * ```ts
   * export const auditLogs = pgTable('audit_logs', { ...audit.columns() }, (t) => [...audit.rules(t)]);
   * ```
   */
  rules(t: ColumnsLike): Fragment[];
  /**
   * Writes an entry in the transaction of the change, so both are committed or neither is. The database
   * sets the actor, the time and the transaction. It takes one round trip, or no extra one in a batch.
   *
   * Sends `select tenantry.audit_write($1, …) as answer`.
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
    entry: EntryOf<A[Action], `${T}Id`>,
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
  query(db: Queryable, query?: AuditQuery<ActionOf<A>>): Promise<AuditPage>;
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
  export(db: Queryable, options?: ExportOptions<ActionOf<A>>): AuditExport;
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
  seal(db: Queryable): Promise<SealResult>;
  /**
   * Creates partitions and deletes entries whose retention is over. Call it in a system scope with
   * `write: true`.
   */
  maintain(db: Queryable, options?: MaintainOptions): Promise<MaintainResult>;
  /**
   * Seals and maintains by timer from now on. Every process may start it; only one works at a time.
   * @example
   * ```ts
   * const schedule = audit.start(pool);
   * process.on('SIGTERM', () => schedule.stop());
   * ```
   */
  start(db: Queryable, options?: ScheduleOptions): Schedule;
  /**
   * Erases a person from the log: ids, addresses and personal metadata are replaced by commitments that
   * keep every hash, seal and proof valid. Call it in a system scope with `write: true`.
   * @throws TenantryError `AUDIT_ON_HOLD`
   */
  erase(db: Queryable, options: EraseOptions): Promise<EraseResult>;
  /** Places a legal hold on the log of a tenant: retention and erasure do not apply. */
  hold(db: Queryable, options: HoldOptions): Promise<void>;
  /** Ends the holds of a tenant. @returns how many there were */
  release(db: Queryable, options: HoldOptions): Promise<number>;
  /** Sets the retention of a tenant. */
  setRetention(db: Queryable, options: RetentionOptions): Promise<void>;
  /**
   * Delivers new entries to a sink, at least once, in the order of transactions. Call it in a system
   * scope with `write: true`.
   * @throws the error of the sink; the next call delivers the same entries again
   */
  deliver(db: Queryable, sink: AuditSink, options?: DeliverOptions): Promise<DeliverResult>;
  /**
   * Runs all regular work of a log until it is done: seals, partitions, retention, deliveries. Call it in
   * a system scope with `write: true`.
   * @example
   * ```ts
   * const { left, lag } = await audit.upkeep(pool, { sinks: [siem] });
   * if (lag !== undefined && lag.seconds > 300) alert(lag.heldBy);
   * ```
   */
  upkeep(db: Queryable, options?: UpkeepOptions): Promise<UpkeepResult>;
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
}

const tenSeconds = 10_000;
const sixHours = 6 * 3600 * 1000;

/**
 * Defines the audit log of an application.
 *
 * @throws TenantryError `CONFIG_INVALID`
 * @example
 * ```ts
 * export const audit = defineAudit(tenancy, {
 *   actions: {
 *     'project.created': z.object({ name: z.string() }),
 *     'plan.changed': z.object({ from: z.string(), to: z.string() }),
 *   },
 * });
 * ```
 */
export function defineAudit<T extends string, K extends IdKind, const A extends ActionSchemas>(
  tenancy: Tenancy<T, K>,
  options: AuditOptions<A>,
): Audit<T, K, A> {
  const { strict = false, personal = [], maxMetadataBytes = 16_384, keepMonths, archive } = options;
  const refusing = (options.captureFailures ?? (strict ? 'refused' : 'noted')) === 'refused';
  const linked = options.evidence === 'linked';
  const { table: named = 'audit_logs', role = writerOf(tenancy) } = options;
  const table: TablePath = typeof named === 'string' ? ['public', named] : named;
  const retention = auditRetention(options.retention);
  checkOptions(tenancy, { actions: options.actions, maxMetadataBytes, role });
  const source = (db: Queryable): Source => ({ db, tenancy, table, scope: readScope(tenancy) });
  const kept = {
    ...(keepMonths !== undefined && { keepMonths }),
    ...(archive !== undefined && { archive }),
  };
  const log = writer({ tenancy, actions: options.actions, personal, maxMetadataBytes });
  const audit: Audit<T, K, A> = Object.freeze<Audit<T, K, A>>({
    name: 'audit-log',
    upkeepTasks: auditTasks(() => audit, retention),
    doctor: auditChecks(role, { ...retention, months: keepMonths }),
    columns: () => auditColumns(tenancy),
    rules: (t) => auditRules(tenancy, t),
    sql: (input) => auditSql(input, { strict, refusing, linked, table, role }),
    commands: async () => (await import('./commands/index.ts')).auditCommands(audit as never),
    log: (tx, action, entry) => log(tx, action, entry as unknown as LogInput),
    async query(db, query = {}) {
      const from = source(db);
      return queryPage(db, tenancy, table, query, from.scope.tenant);
    },
    export: (db, given = {}) => exportText(source(db), given),
    verify: async (db, given = {}) => verifyLog(source(db), linked, given),
    prove: async (db, id) => prove(source(db), id),
    seal: async (db) => seal(db),
    maintain: async (db, given = {}) => maintain(source(db), { ...kept, ...given }),
    start(
      db,
      { sealEveryMs = tenSeconds, maintainEveryMs = sixHours, onError = console.error } = {},
    ) {
      const tasks = [
        {
          everyMs: maintainEveryMs,
          reason: 'audit log partitions and retention',
          run: () => maintain(source(db), kept),
        },
        { everyMs: sealEveryMs, reason: 'audit log seals', run: () => seal(db) },
      ];
      return schedule(tenancy, 'audit-log', tasks, onError);
    },
    erase: async (db, given) => erase(db, tenancy, given),
    hold: async (db, given) => hold(db, tenancy, given),
    release: async (db, given) => release(db, tenancy, given),
    setRetention: async (db, given) => setRetention(db, tenancy, given),
    deliver: async (db, sink, given = {}) => deliver(db, tenancy, table, sink, given),
    upkeep: async (db, given = {}) =>
      upkeep(audit, db, { keepFailuresDays: retention.failures, ...given }),
    lag: async (db) => readLag(db),
    examine: async (db, given = {}) =>
      (await examine(db, role, given)).map((each) => ({
        ...each,
        fix: textInSchema(tenancy.schema, each.fix),
      })),
  });
  return audit;
}

const writerOf = ({ schema }: Tenancy): string =>
  schema === defaultSchema ? 'audit_writer' : `${schema}_audit_writer`;
