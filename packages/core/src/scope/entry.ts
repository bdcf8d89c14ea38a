import type { TenantInput } from '../tenancy/tenant-key.ts';
import type { Actor } from './actor.ts';
import type { ScopeLimits } from './run.ts';
import type { AllowedStatements } from './scope.ts';

/** Opens a scope for a tenant that the caller already trusts, with its actor and its limits. */
export type TenantEntry<P extends string> = TenantInput<P> & Actor & ScopeLimits;

/** The reason and the actor of cross-tenant work. */
export interface SystemEntry<P extends string = string> extends ScopeLimits {
  /** The reason, for an auditor: `nightly invoice sweep`. */
  readonly reason: string;
  /** The actor: a job, a service or an operator. */
  readonly actor: string;
  /** Allow writes. Without it every statement runs in a read-only transaction. Default: false. */
  readonly write?: boolean;
  /**
   * Which statements the scope may send. `data` allows what a tenant scope may send (select, insert,
   * update, delete, merge, values, table, with, EXPLAIN of these, cursors, transactions, SET LOCAL).
   * `any` allows everything, such as LOCK, TRUNCATE, REFRESH MATERIALIZED VIEW or CALL. A connection that
   * has sent anything but data statements is closed afterwards, because its state is unknown.
   * Default: 'data'.
   */
  readonly statements?: AllowedStatements;
  /**
   * Where it works: a tenant, `{ organizationId }`, stands for the place in which that tenant lives now, and
   * the work is sent after a tenant that moves. Or a place, by its name in the catalogue of placements, which
   * a pool without placements refuses (`CONFIG_INVALID`). Default: the database of the shared tables.
   */
  readonly place?: string | TenantInput<P>;
}
