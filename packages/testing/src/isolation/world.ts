import type pg from 'pg';
import type { HalfAdopted } from './adoption.ts';
import type { Homes } from './homes.ts';
import type { Asker, Library } from './library.ts';
import { codeOf, onPg } from './library.ts';
import type { Table } from './model.ts';
import type { Values } from './rows/sql.ts';
import type { AttackResult, IsolationTenancy } from './types.ts';

/** One of the two tenants, with a row of every table. */
export interface Side {
  readonly tenant: string;
  readonly rows: ReadonlyMap<string, Values>;
}

/** A tenant with rows in a shard of Citus, and another whose statements go to the same shard. */
export interface PairOfShard {
  readonly shard: string;
  readonly attacker: string;
  readonly victim: Side;
}

/** Two tenants with rows, and the ways to query them. */
export interface World {
  readonly tenancy: IsolationTenancy;
  readonly pool: pg.Pool;
  /** The place that is attacked; undefined for the shared tables. */
  readonly place: string | undefined;
  readonly homes: Homes;
  readonly library: Library;
  readonly attacker: Side;
  readonly victim: Side;
  /** One for each shard of Citus; none elsewhere. */
  readonly shards: readonly PairOfShard[];
  /** The tables to attack, of the victim. */
  readonly tables: readonly Table[];
  /** The titles of those that are other tables for one of the two than the declared ones. */
  readonly byPath: ReadonlySet<string>;
  /** All tables that have rows, also those that adoption has not enforced yet. */
  readonly planted: readonly Table[];
  /** Those, and why they are not attacked. */
  readonly half: HalfAdopted;
  /** A row that the table would accept, by table and tenant; never inserted. */
  readonly spare: (table: Table, tenant: string) => Values | undefined;
}

/** The outcome of an attack. */
export interface Outcome {
  readonly reached: number;
  readonly couldReach: number;
  readonly how: string;
}

/** Codes of conflicts between transactions, after which a retry is possible. */
const collisions = new Set(['40001', '40P01']);
const mostTries = 5;

/**
 * Tables are attacked concurrently, and triggers may lock rows of other tables. A deadlock says nothing
 * about isolation and has no effect, so the transaction is retried.
 */
async function uncollided<R>(work: () => Promise<R>): Promise<R> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries === mostTries || !collisions.has(codeOf(error))) throw error;
    }
  }
}

/** Runs `fn` as the attacker, in a transaction that is rolled back. */
export const asAttacker = <R>(world: World, fn: (asker: Asker) => Promise<R>): Promise<R> =>
  uncollided(() => world.tenancy.run(world.attacker.tenant, () => world.library.undone(fn)));

/** Runs `fn` with isolation off, in a transaction that is rolled back: the control. */
export const withoutIsolation = <R>(
  { tenancy, pool, place }: Pick<World, 'tenancy' | 'pool' | 'place'>,
  fn: (asker: Asker) => Promise<R>,
): Promise<R> => {
  const reason = 'control of an isolation test';
  const entry = { reason, actor: 'expectIsolated', write: true };
  return uncollided(() =>
    tenancy.asSystem({ ...entry, ...(place !== undefined && { place }) }, () =>
      onPg(pool).undone(fn),
    ),
  );
};

export const result = (attack: string, target: string, outcome: Outcome): AttackResult => ({
  attack,
  target,
  ...outcome,
  outcome: outcome.reached > 0 ? 'leaked' : outcome.couldReach > 0 ? 'held' : 'vacuous',
});
