import { AsyncResource } from 'node:async_hooks';
import pg from 'pg';
import { answer, codeOf } from '../library.ts';
import type { Table } from '../model.ts';
import type { AttackResult } from '../types.ts';
import { result, type World, withoutIsolation } from '../world.ts';
import { attempt, compared, counted, countVictim, isVictim } from './table-attack.ts';

/** An async context outside every scope. */
const outside = new AsyncResource('tenantry-isolation');
const elsewhere = <R>(fn: () => Promise<R>): Promise<R> => outside.runInAsyncScope(fn);

/** Statements without a tenant. */
export const lostContext = (world: World, tables: readonly Table[]): Promise<AttackResult[]> =>
  world.homes.victim.isElsewhere ? emptied(world, tables) : onLogin(world, tables);

/** In a database of tenants, which only the pool reaches: in a scope whose tenant has been taken away. */
async function emptied(world: World, tables: readonly Table[]): Promise<AttackResult[]> {
  const results: AttackResult[] = [];
  for (const table of tables) {
    const outcome = await compared(
      world,
      async (asker) => {
        await asker.query(`select set_config('${world.tenancy.setting}', '', true)`);
        return countVictim(world, table)(asker);
      },
      countVictim(world, table),
    );
    results.push(result('lost context', table.title, outcome));
  }
  return results;
}

/**
 * On a connection of the pool's login that has only switched to the role,
 * before any tenant and after one.
 */
async function onLogin(world: World, tables: readonly Table[]): Promise<AttackResult[]> {
  const client = new pg.Client(world.pool.options);
  client.on('error', () => {});
  await client.connect();
  const results: AttackResult[] = [];
  try {
    for (const table of tables) {
      let reached = 0;
      let how = 'no rows';
      for (const before of [
        'select 1',
        `select set_config('${world.tenancy.setting}', '', true)`,
      ]) {
        await client.query('begin');
        try {
          await client.query("select set_config('role', $1, true)", [world.tenancy.roles.app]);
          await client.query(before);
          const { rows } = await client.query(
            `select count(*)::int from ${table.sql} where ${isVictim(world, table)}`,
          );
          reached += counted({ rows, count: 0 });
        } catch (error) {
          how = codeOf(error);
        } finally {
          await client.query('rollback');
        }
      }
      const couldReach = await withoutIsolation(world, countVictim(world, table));
      results.push(result('lost context', table.title, { reached, couldReach, how }));
    }
  } finally {
    await client.end().catch(() => {});
  }
  return results;
}

/** Handles and promises that are used after their scope or in another scope. */
export async function scopeAttacks(
  world: World,
  table: Table,
  suffix = '',
): Promise<AttackResult[]> {
  const { tenancy, pool, library, attacker, victim } = world;
  const text = `select count(*)::int from ${table.sql} where ${isVictim(world, table)}`;
  const couldReach = await withoutIsolation(world, countVictim(world, table));
  const count = async () => counted(await library.query(text));
  const attacks: Readonly<Record<string, () => Promise<number>>> = {
    'outside of every scope': () => elsewhere(count),
    'nested scope': () => tenancy.run(attacker.tenant, () => tenancy.run(victim.tenant, count)),
    async 'escaped handle'() {
      let escaped: pg.PoolClient | undefined;
      await tenancy
        .run(victim.tenant, async () => {
          escaped = await pool.connect();
          await escaped.query('begin');
          await escaped.query('select 1');
        })
        .catch(() => {});
      return elsewhere(() =>
        tenancy.run(attacker.tenant, async () =>
          counted(answer((await escaped?.query(text)) ?? {})),
        ),
      );
    },
    async 'handle of another scope'() {
      return tenancy.run(victim.tenant, async () => {
        const client = await pool.connect();
        try {
          await client.query('begin');
          await client.query('select 1');
          return await elsewhere(() =>
            tenancy.run(attacker.tenant, async () => counted(answer(await client.query(text)))),
          );
        } finally {
          await client.query('rollback').catch(() => {});
          client.release();
        }
      });
    },
    async 'late await'() {
      let late: PromiseLike<unknown> | undefined;
      // a query that was sent must be reported by the scope; one that was only built must run in the
      // scope that awaits it
      await elsewhere(() =>
        tenancy.run(victim.tenant, async () => {
          late = library.build(text);
        }),
      );
      return tenancy.run(attacker.tenant, async () => counted(answer(await late)));
    },
  };
  const results: AttackResult[] = [];
  for (const [name, attack] of Object.entries(attacks)) {
    const seen = await attempt(attack);
    const outcome = { reached: seen.count, couldReach, how: seen.error ?? 'no rows' };
    results.push(result(`${name}${suffix}`, table.title, outcome));
  }
  return results;
}
