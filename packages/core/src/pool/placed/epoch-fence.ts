import { TenantryError } from '../../errors/index.ts';
import type { Fence } from '../../placement/fence.ts';
import { fenceClass } from '../../placement/fence-class.ts';
import type { Scope } from '../../scope/scope.ts';
import type { WireValue } from '../../wire/message-writer.ts';
import type { ReadEpoch } from './read-routes.ts';

/** The text in the error of a refused statement. */
const mark = 'tenantry: the tenant has moved';

/**
 * Keeps the statements of a tenant away from a place that the tenant has left. The context of every
 * statement takes a shared lock of its tenant, and then compares the epoch of the database: the number of
 * changes of routes, from a sequence. Whoever moves a tenant takes the lock exclusively, which waits for
 * the transactions of this tenant, and advances the epoch before it changes the route. So a statement
 * with an old route is refused at every isolation level: a sequence is not bound to a snapshot.
 *
 * A fence belongs to one reading of the epoch, and is never told of a later one: a statement that waits for
 * a connection would pass under an epoch that is newer than the route it was given.
 *
 * Both in one: a sequence alone would not wait for a running transaction, and a lock alone would let a
 * statement that has waited go on at the old place.
 */
export class EpochFence implements Fence {
  readonly form = 4;
  readonly #known: Pick<ReadEpoch, 'epoch' | 'sequence'>;

  /** @param known routes that were read then or later; by default no statement passes */
  constructor(known: Pick<ReadEpoch, 'epoch' | 'sequence'> = { epoch: '0', sequence: '0' }) {
    this.#known = known;
  }

  // From left to right: the epoch is read when the lock is held. The sequence is an oid and the refusal a
  // setting, because the login needs no right on the schema that has the sequence.
  sql(from: number): string {
    const [key, sequence, epoch] = [0, 1, 2].map((i) => `$${from + i}`);
    return (
      `, pg_catalog.pg_advisory_xact_lock_shared(${fenceClass}, pg_catalog.hashtext(${key}))` +
      `, case when pg_catalog.pg_sequence_last_value(${sequence}::pg_catalog.regclass) = ${epoch}::pg_catalog.int8 then ''` +
      ` else pg_catalog.set_config('transaction_isolation', '${mark}', true) end`
    );
  }

  values(scope: Scope): WireValue[] {
    return [keyOf(scope), this.#known.sequence, this.#known.epoch];
  }

  refusal(error: Error): Error | undefined {
    return error.message.includes(mark)
      ? new TenantryError('TENANT_MOVED', { cause: error })
      : undefined;
  }
}

/** What the lock of a scope is taken for: its tenant, or '' for system work and for an unknown claim. */
function keyOf({ tenant, pending, located }: Scope): string {
  if (tenant !== null) return tenant;
  return pending?.by === 'id' ? pending.claim : (located ?? '');
}
