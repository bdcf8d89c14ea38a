import { identifier } from '../../sql/client.ts';
import type { Table } from '../model.ts';
import { isRow, literal, type Values } from '../rows/sql.ts';
import type { AttackResult } from '../types.ts';
import {
  asAttacker,
  type Outcome,
  type PairOfShard,
  result,
  type Side,
  type World,
  withoutIsolation,
} from '../world.ts';
import { attempt } from './table-attack.ts';
import { insertOf, updatable } from './writing.ts';

/** A statement against the rows of a condition; `row` is one of them. */
type Statement = (table: Table, where: string, row: Values) => string;

const select: Statement = (table, where) => `select 1 from ${table.sql} where ${where}`;

const statements: Readonly<Record<string, Statement>> = {
  'read in each shard': select,
  'update in each shard'(table, where, row) {
    const column = updatable(table) ?? table.key[0] ?? '';
    const value = literal(table, column, row[column] ?? null);
    return `update ${table.sql} set ${identifier(column)} = ${value} where ${where}`;
  },
  'delete in each shard': (table, where) => `delete from ${table.sql} where ${where}`,
  'insert in each shard': (table, _, row) => insertOf(table, row),
  // what Citus copies into shards of its own node is not checked by a policy
  'insert … select in each shard': (table, _, row) => insertOf(table, row, true),
};

const blind = new Set([statements['update in each shard'], statements['delete in each shard']]);

const rowOf = (table: Table, { rows }: Side): Values => rows.get(table.title) ?? {};

/**
 * The policies of every shard of Citus, which may be others than those of the table: in each of them one
 * tenant attacks another. Where a tenant does not see its own row, nothing is proven.
 */
export async function shardAttacks(world: World): Promise<AttackResult[]> {
  const results: AttackResult[] = [];
  for (const table of world.tables) {
    const pairs = world.shards.filter(({ victim }) => victim.rows.has(table.title));
    if (pairs.length === 0 || table.tenantColumn === undefined) continue;
    const unseen = await withoutOwnRow(world, table, pairs);
    for (const [name, statement] of Object.entries(statements)) {
      const outcome = await inEachShard(world, table, pairs, statement);
      const how = `tenants do not see their own rows in shard ${unseen.join(', ')}`;
      const proven = unseen.length === 0 || outcome.reached > 0;
      results.push(
        result(name, table.title, proven ? outcome : { ...outcome, couldReach: 0, how }),
      );
    }
  }
  return results;
}

async function inEachShard(
  world: World,
  table: Table,
  pairs: readonly PairOfShard[],
  statement: Statement,
): Promise<Outcome> {
  const open: string[] = [];
  let how = 'no rows';
  let reached = 0;
  for (const { shard, attacker, victim } of pairs) {
    const row = rowOf(table, victim);
    const seen = await asTenant(world, attacker, statement(table, isRow(table, row), row));
    // policies are checked before the key: a row that is there already means that they let it pass
    const named = seen.error === '23505' ? 1 : seen.count;
    const count = named > 0 ? named : await beyondOwn(world, attacker, table, statement, row);
    how = seen.error ?? how;
    reached += count;
    if (count > 0) open.push(shard);
  }
  return {
    reached,
    couldReach: await inAllShards(world, table, pairs, statement),
    how: open.length > 0 ? `reached in shard ${open.join(', ')}` : how,
  };
}

/** A statement that reads no column is not checked by read policies, so it is asked for all rows too. */
async function beyondOwn(
  world: World,
  tenant: string,
  table: Table,
  statement: Statement,
  row: Values,
): Promise<number> {
  if (!blind.has(statement)) return 0;
  const own = await asTenant(world, tenant, select(table, 'true', row));
  const all = await asTenant(world, tenant, statement(table, 'true', row));
  return Math.max(0, all.count - own.count);
}

/** The rows that the same statement reaches with isolation off; when a key stops it, the rows there. */
async function inAllShards(
  world: World,
  table: Table,
  pairs: readonly PairOfShard[],
  statement: Statement,
): Promise<number> {
  const rows = pairs.map(({ victim }) => rowOf(table, victim));
  const where = rows.map((row) => `(${isRow(table, row)})`).join(' or ');
  const [one = {}] = rows;
  const reach = (each: Statement) =>
    attempt(() =>
      withoutIsolation(world, async (asker) => (await asker.query(each(table, where, one))).count),
    );
  const control = await reach(statement);
  return control.count > 0 ? control.count : (await reach(select)).count;
}

/** The shards whose tenants do not see their own row, where others see theirs. */
async function withoutOwnRow(
  world: World,
  table: Table,
  pairs: readonly PairOfShard[],
): Promise<string[]> {
  const blind: string[] = [];
  for (const { shard, victim } of pairs) {
    const text = select(table, isRow(table, rowOf(table, victim)), {});
    if ((await asTenant(world, victim.tenant, text)).count === 0) blind.push(shard);
  }
  // a table that no tenant reads has no such row anywhere
  return blind.length === pairs.length ? [] : blind;
}

const asTenant = (world: World, tenant: string, text: string) =>
  attempt(() =>
    asAttacker({ ...world, attacker: { tenant, rows: new Map() } }, async (asker) => {
      return (await asker.query(text)).count;
    }),
  );
