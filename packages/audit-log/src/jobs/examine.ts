import { type Queryable, runStatement, statement } from '@tenantry/core/sql';
import { calls } from '../calls.ts';
import type { LogDefinition } from '../options.ts';
import { lagInWords, readLag } from './lag.ts';

/** A problem of a log. */
export interface AuditFinding {
  readonly rule: /** A capture fails at the first write to its table. */
    | 'audit-capture-fails'
    /** Captures failed and left only a record in tenantry.audit_failures. */
    | 'audit-capture-failed'
    /** An open transaction blocks sealing and delivery. */
    | 'audit-blocked'
    /** Entries wait, and no process seals them. */
    | 'audit-not-sealed'
    /** Deliveries to a sink fail. */
    | 'audit-delivery-fails'
    /** Entries go to the default partition. */
    | 'audit-partition-missing'
    /** Somebody can log in as the role that writes the log, or switch to it. */
    | 'audit-writer-open';
  readonly found: string;
  readonly fix: string;
}

/** What `audit.examine(db, …)` takes. */
export interface ExamineOptions {
  /** How long entries may wait for their seal, in seconds. Default: 300. */
  readonly mostLagSeconds?: number;
}

/** Finds problems that stop the log or leave gaps in it. */
export async function examine(
  db: Queryable,
  definition: WriterOf,
  { mostLagSeconds = 300 }: ExamineOptions = {},
): Promise<readonly AuditFinding[]> {
  const all = await Promise.all([
    captures(db),
    failures(db),
    lag(db, mostLagSeconds),
    deliveries(db),
    partitions(db),
    writerRole(db, definition),
  ]);
  return all.flat();
}

async function captures(db: Queryable): Promise<AuditFinding[]> {
  const rows = await calls.tryCaptures(db);
  return rows.map(({ table_name, operation, sqlstate, message }) => ({
    rule: 'audit-capture-fails',
    found: `the capture of ${operation} on ${table_name} fails with ${sqlstate}: ${message}`,
    fix: 'Run `npx tenantry generate` and migrate, so that the capture is made for the table as it is.',
  }));
}

/** Captures that failed and left only a record. */
export async function failures(db: Queryable): Promise<AuditFinding[]> {
  const rows = await runStatement<{ table: string; state: string; many: string; at: string }>(
    db,
    statement`select table_name as table, sqlstate as state, count(*)::text as many, max(failed_at)::text as at from tenantry.audit_failures group by 1, 2 order by 1, 2`,
  );
  return rows.map(({ table, state, many, at }) => ({
    rule: 'audit-capture-failed',
    found: `${many} writes to ${table} left no entry: their captures failed with ${state}, the last at ${at}`,
    fix: 'Fix the cause that the SQLSTATE names, in the log or the table. Upkeep deletes the rows of tenantry.audit_failures when their retention is over.',
  }));
}

/** Entries that have waited longer than that many seconds. */
export async function lag(db: Queryable, most: number): Promise<AuditFinding[]> {
  const found = await readLag(db);
  if (found === undefined || found.seconds <= most) return [];
  const { blockedBy } = found;
  // entries do not wait for a transaction that is younger than they are
  const holding =
    blockedBy !== null &&
    (blockedBy.since === null || Date.parse(blockedBy.since) <= Date.parse(found.oldest) + 1000);
  return [
    holding
      ? {
          rule: 'audit-blocked',
          found: lagInWords(found),
          fix:
            blockedBy.preparedTransaction === null
              ? `End that transaction: select pg_terminate_backend(${blockedBy.pid}); and set idle_in_transaction_session_timeout.`
              : `End it: rollback prepared '${blockedBy.preparedTransaction.replaceAll("'", "''")}';`,
        }
      : {
          rule: 'audit-not-sealed',
          found: lagInWords({ ...found, blockedBy: null }),
          fix: 'Call audit.start(pool) in a long-running process, or `npx tenantry audit seal` from cron.',
        },
  ];
}

/** Sinks whose deliveries fail. */
export async function deliveries(db: Queryable): Promise<AuditFinding[]> {
  const rows = await runStatement<{ sink: string; failures: number }>(
    db,
    statement`select sink, failures from tenantry.audit_deliveries where failures > 0 order by 1`,
  );
  return rows.map(({ sink, failures: many }) => ({
    rule: 'audit-delivery-fails',
    found: `the sink ${sink} has refused the same entries ${many} times`,
    fix: 'See last_error in tenantry.audit_deliveries; what it refused is sent again with each delivery.',
  }));
}

/** Months without a partition. */
export async function partitions(db: Queryable): Promise<AuditFinding[]> {
  const [row] = await runStatement<{ covered: boolean | 't' | 'f' }>(
    db,
    statement`select exists (select from tenantry.audit_partitions p where p.from_at <= clock_timestamp() and p.to_at > clock_timestamp() + interval '7 days')
      or exists (select from tenantry.audit_partitions a join tenantry.audit_partitions b on b.from_at = a.to_at where a.from_at <= clock_timestamp() and a.to_at > clock_timestamp()) as covered`,
  );
  if (row?.covered === true || row?.covered === 't') return [];
  return [
    {
      rule: 'audit-partition-missing',
      found: 'no partition for this month or for the next one; entries go to the default partition',
      fix: 'Run `npx tenantry audit maintain`, and audit.start(pool) or cron from then on.',
    },
  ];
}

type WriterOf = Pick<LogDefinition, 'role' | 'tenancy'>;

/**
 * A role that writes the log and that somebody can log in as. On Citus the coordinator does, as on every
 * node as every role.
 */
export async function writerRole(
  db: Queryable,
  { role, tenancy }: WriterOf,
): Promise<AuditFinding[]> {
  if (tenancy.dialect === 'citus') return [];
  const [row] = await runStatement<{ login: boolean | 't' | 'f' }>(
    db,
    statement`select rolcanlogin as login from pg_catalog.pg_roles where rolname = ${role}`,
  );
  if (row?.login !== true && row?.login !== 't') return [];
  return [
    {
      rule: 'audit-writer-open',
      found: `somebody can log in as the role ${role}, the only one that writes the log`,
      fix: `alter role "${role.replaceAll('"', '""')}" nologin; or name another one: defineAudit(tenancy, { role }).`,
    },
  ];
}
