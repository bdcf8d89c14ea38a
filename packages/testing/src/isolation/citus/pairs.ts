import type pg from 'pg';
import type { Table } from '../model.ts';
import type { IsolationReport, IsolationTenancy } from '../types.ts';
import { distributedTables, shardsOf } from './distributed.ts';

type Client = Pick<pg.ClientBase, 'query'>;

/** Two tenants whose rows are in one shard. */
export interface Pair {
  readonly shard: string;
  readonly attacker: string;
  readonly victim: string;
}

/** How often as many ids as there are places are made: the last shard takes some luck. */
const mostRounds = 60;

/**
 * Two tenants for every shard. On Citus a statement of a tenant goes to its own shard, so an attack on a
 * tenant of another shard proves nothing of its policies.
 * @returns none without distributed tables
 */
export async function pairsByShard(
  client: Client,
  { dialect }: IsolationTenancy,
  tables: readonly Table[],
  newTenant: () => string,
): Promise<readonly Pair[]> {
  if (dialect !== 'citus') return [];
  const found = await distributedTables(client, tables);
  const first = found.find(({ table }) => table.isolation === 'tenants') ?? found[0];
  if (first === undefined) return [];
  const { table, shards } = first;
  const tenants = new Map<string, string[]>();
  for (let round = 0; round < mostRounds; round++) {
    const ids = Array.from({ length: 2 * shards }, newTenant);
    for (const [i, shard] of (await shardsOf(client, table, ids)).entries()) {
      const own = tenants.get(shard) ?? [];
      if (own.length < 2) tenants.set(shard, [...own, ids[i] as string]);
    }
    if ([...tenants.values()].filter(({ length }) => length === 2).length === shards) break;
  }
  return [...tenants].flatMap(([shard, [attacker, victim]]) =>
    attacker === undefined || victim === undefined || attacker === victim
      ? []
      : [{ shard, attacker, victim }],
  );
}

/** The tables of which some shard has no row of a victim, so that nothing is proven of its policies. */
export async function uncovered(
  client: Client,
  tables: readonly Table[],
  victims: readonly string[],
): Promise<IsolationReport['unproven']> {
  const unproven: { table: string; why: string }[] = [];
  for (const { table, shards } of await distributedTables(client, tables)) {
    const reached = new Set(victims.length === 0 ? [] : await shardsOf(client, table, victims));
    if (reached.size < shards) {
      const why = `${shards - reached.size} of its ${shards} shards have no row of a tenant that is attacked`;
      unproven.push({ table: table.title, why });
    }
  }
  return unproven;
}
