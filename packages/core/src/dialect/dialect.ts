import type { Place } from '../placement/placement.ts';
import type { Scope } from '../scope/scope.ts';
import type { Tenancy } from '../tenancy/tenancy.ts';
import type { Step } from '../wire/flight.ts';
import type { MessageWriter } from '../wire/message-writer.ts';
import type { Session } from '../wire/session.ts';

/**
 * What the pool sends differently to PostgreSQL and to databases that distribute it. A flush is one round
 * trip: what begins it, the context of a scope, its statements, what ends it, one Sync.
 *
 * | | `postgres` | Citus |
 * | --- | --- | --- |
 * | begins and ends | nothing: everything before one Sync is one transaction | BEGIN and COMMIT, because settings reach the workers only inside them |
 * | context | `set_config(…, true)` | an entry function that sends SET LOCAL to the workers |
 * | names of statements | yes | no: a named plan keeps the shards of the tenant that came first |
 * | after an error | Sync has ended the transaction | ROLLBACK |
 * | owners of tables | bound by the policies (FORCE) | free, because a forced policy loses rows when a shard moves |
 * | errors | as they are | a shard is named as its table |
 *
 * @see {@link postgres}
 * @see {@link citus}
 */
export interface Dialect {
  /** Whether prepared statements may have names, and so stay on a connection. */
  readonly namesStatements: boolean;
  /** Makes the writer of contexts for a pool. */
  contextWriter(tenancy: Tenancy, contextSecret: string | undefined): ContextWriter;
  /** Writes what begins the transaction of a flush that is sent outside BEGIN, and adds its steps. */
  writeBegin(writer: MessageWriter, steps: Step[]): void;
  /** Writes what ends that transaction, before Sync, and adds its steps. */
  writeEnd(writer: MessageWriter, steps: Step[]): void;
  /** An error of the server in terms of the application. */
  readError(error: Error, session: Session): Error;
  /** Ends the transaction that a failed flush has left open, if it has, and then calls `ended`. */
  endFailed(session: Session, ended: () => void): void;
}

/** Writes the context of a scope: role, tenant and actor, local to the transaction. */
export interface ContextWriter {
  /**
   * Adds the context to a flush, and the steps that read its responses to `steps`.
   * @param named whether its statements get names
   * @param alone whether no statement follows, which only happens for an entry
   */
  write(
    writer: MessageWriter,
    steps: Step[],
    session: Session,
    scope: Scope,
    place: Place,
    named: boolean,
    alone: boolean,
    extras?: ContextExtras,
  ): void;
}

/** Cleanup that the context does as well, for state that was left on the connection. */
export interface ContextExtras {
  /** Releases the advisory locks of the session. */
  readonly locks: boolean;
  /** Sets the client's settings again, because a pooler does not know the effect of RESET ALL. */
  readonly pooled: boolean;
}
