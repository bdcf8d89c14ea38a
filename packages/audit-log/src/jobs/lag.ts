import type { Queryable } from '@tenantry/core/sql';
import { calls } from '../calls.ts';

/** The transaction that sealing and delivery wait for: the oldest open one on the server that has written. */
interface BlockingTransaction {
  /** Its process; null for a prepared transaction. */
  readonly pid: number | null;
  readonly user: string | null;
  readonly application: string | null;
  readonly database: string | null;
  /** When it began, in UTC; null when the migrating login is not a member of `pg_read_all_stats`. */
  readonly since: string | null;
  /** The name of a prepared transaction, which belongs to no process. */
  readonly preparedTransaction: string | null;
}

/** The entries that wait to be sealed or delivered. */
export interface AuditLag {
  /** The number of entries; 10,000 means 10,000 or more. */
  readonly entries: number;
  /** How long the oldest of them has waited, in seconds. */
  readonly seconds: number;
  /** When the oldest of them was written, in UTC. */
  readonly oldest: string;
  /** The transaction that they wait for; null when there is none, and the next run handles them. */
  readonly blockedBy: BlockingTransaction | null;
}

/**
 * The waiting entries from a transaction id on, or after the last seal; undefined when none wait.
 *
 * Sends `select to_json(r)::text as row from tenantry.audit_lag($1) r`.
 */
export async function readLag(db: Queryable, fromXid?: string): Promise<AuditLag | undefined> {
  const [row] = await calls.lag(db, fromXid ?? null);
  if (row === undefined) return undefined;
  const held = row.pid !== null || row.prepared !== null;
  return {
    entries: row.entries,
    seconds: Math.max(0, Math.round(row.seconds * 1000) / 1000),
    oldest: iso(row.oldest),
    blockedBy: held
      ? {
          pid: row.pid,
          user: row.login,
          application: row.application,
          database: row.database,
          since: row.since === null ? null : iso(row.since),
          preparedTransaction: row.prepared,
        }
      : null,
  };
}

/** JSON has times in the time zone of the session. */
const iso = (time: string): string => new Date(time).toISOString();

/** A lag in words, for the command line and for doctor. */
export function lagInWords({ entries, seconds, blockedBy }: AuditLag): string {
  const many = entries >= 10_000 ? '10,000 entries or more' : `${entries} entries`;
  const wait = `${many} wait, the oldest for ${Math.round(seconds)} s`;
  if (blockedBy === null) return wait;
  const { pid, user, application, database, since, preparedTransaction } = blockedBy;
  const who =
    preparedTransaction === null
      ? `process ${pid}`
      : `the prepared transaction ${preparedTransaction}`;
  const of = [
    `user ${user}`,
    ...(application === null || application === '' ? [] : [`application ${application}`]),
    `database ${database}`,
    ...(since === null ? [] : [`since ${since}`]),
  ];
  return `${wait}, for ${who} to end its transaction (${of.join(', ')})`;
}
