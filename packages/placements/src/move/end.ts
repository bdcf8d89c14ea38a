import type pg from 'pg';
import type { TenantTables } from '../rows/index.ts';

/** One of the two databases of a move: its login that owns the tables, and the tables with the tenant's rows. */
export interface EndOfMove {
  /** The place; null for the shared tables. */
  readonly place: string | null;
  /** Whether it is in the shared database: the shared tables, or a schema. */
  readonly isShared: boolean;
  /** Whether its rows are on the workers of a cluster. */
  readonly isCluster: boolean;
  /** The schema of the shared database; null for the shared tables and for a database. */
  readonly schema: string | null;
  /** What it is called in messages. */
  readonly title: string;
  readonly client: pg.Client;
  readonly tables: TenantTables;
  readonly systemRole: string;
  /** The tables, by oid, that the system role may read and write. */
  readonly reached: ReadonlySet<number>;
  /** Which log of @tenantry/audit-log is there: one that moves, or one that is too old. */
  readonly audit: 'none' | 'moves' | 'old';
  /** The role that the running transaction has taken; undefined for the login itself. */
  acting: string | undefined;
  /** The tenant of the running transaction, as text. */
  tenant: string;
  /** SQL that is written for the schema tenantry. */
  query<R>(text: string, values?: unknown[]): Promise<R[]>;
}
