import { identifier } from '../../sql/client.ts';
import type { Asker } from '../library.ts';
import type { Table } from '../model.ts';
import type { Values } from '../rows/sql.ts';
import { asAttacker, type World, withoutIsolation } from '../world.ts';
import {
  attempt,
  compared,
  counted,
  countVictim,
  isVictim,
  type TableAttack,
  victimRow,
} from './table-attack.ts';

/** The most rows that are searched when a whole table is read. */
const most = 10_000;

const keyColumns = (table: Table): string =>
  table.key.map((column) => `${identifier(column)}::text as ${identifier(column)}`).join(', ');

/** How many of the read rows belong to the other tenant. */
const matches = (
  table: Table,
  rows: readonly Readonly<Record<string, unknown>>[],
  victim: Values,
): number =>
  rows.filter((row) => table.key.every((column) => row[column] === (victim[column] ?? null)))
    .length;

const readAll = (world: World, table: Table, statement: (select: string) => readonly string[]) =>
  compared(
    world,
    async (asker) => {
      let found = 0;
      for (const text of statement(`select ${keyColumns(table)} from ${table.sql}`)) {
        found += matches(table, (await asker.query(text)).rows, victimRow(world, table));
      }
      return found;
    },
    countVictim(world, table),
  );

/** A forgotten WHERE. */
const read: TableAttack = {
  name: 'read',
  run: (world, table) => readAll(world, table, (select) => [`${select} limit ${most}`]),
};

/** Reads the row by its key, like a link or a guess. */
const readByKey: TableAttack = {
  name: 'read by key',
  run: (world, table) => compared(world, countVictim(world, table)),
};

/** A count reveals as much as a row. */
const count: TableAttack = {
  name: 'count',
  async run(world, table) {
    if (table.tenantColumn === undefined) return undefined;
    const column = identifier(table.tenantColumn);
    const common = table.withoutTenant === 'shared' ? ` or ${column} is null` : '';
    const all = async (asker: Asker) =>
      counted(await asker.query(`select count(*)::int from ${table.sql}`));
    const own = await withoutIsolation(world, async (asker) =>
      counted(
        await asker.query(
          `select count(*)::int from ${table.sql} where ${column}::text = '${world.attacker.tenant}'${common}`,
        ),
      ),
    );
    const seen = await attempt(() => asAttacker(world, all));
    const total = await withoutIsolation(world, all);
    return {
      reached: Math.max(0, seen.count - own),
      couldReach: total - own,
      how: seen.error ?? 'only its own',
    };
  },
};

/** A cursor is read after the statement that made it. */
const cursor: TableAttack = {
  name: 'cursor',
  run: (world, table) =>
    readAll(world, table, (select) => [
      `declare isolation_cursor no scroll cursor for ${select}`,
      `fetch ${most} from isolation_cursor`,
    ]),
};

/** COPY takes another path through the server; some libraries cannot send it. */
const copy: TableAttack = {
  name: 'COPY',
  run: (world, table) =>
    compared(
      world,
      async (asker) =>
        (
          await asker.query(
            `copy (select 1 from ${table.sql} where ${isVictim(world, table)}) to stdout`,
          )
        ).count,
      countVictim(world, table),
    ),
};

/** A second statement after the intended one. */
const stacked: TableAttack = {
  name: 'stacked SQL',
  run: (world, table) =>
    compared(
      world,
      async (asker) => {
        const become = `select set_config('${world.tenancy.setting}', '${world.victim.tenant}', true)`;
        const answer = await asker.query(
          `select 1; ${become}; select ${keyColumns(table)} from ${table.sql} limit ${most}`,
        );
        return matches(table, answer.rows, victimRow(world, table));
      },
      countVictim(world, table),
    ),
};

/** Policies of a table do not apply to direct access to its partitions and children. */
const partitions: TableAttack = {
  name: 'partition',
  async run(world, table) {
    if (table.children.length === 0) return undefined;
    const where = isVictim(world, table);
    let reached = 0;
    let how = 'no rows';
    for (const child of table.children) {
      const seen = await attempt(() =>
        asAttacker(world, async (asker) =>
          counted(await asker.query(`select count(*)::int from ${child} where ${where}`)),
        ),
      );
      reached += seen.count;
      how = seen.error ?? how;
    }
    return { reached, couldReach: await withoutIsolation(world, countVictim(world, table)), how };
  },
};

/**
 * A statement that was planned for the other tenant, with a generic plan: an immutable context function
 * would be a constant in it.
 */
const prepared: TableAttack = {
  name: 'prepared statement',
  async run(world, table) {
    const { pool, tenancy, attacker, victim } = world;
    const name = `isolation ${table.sql}`.slice(0, 60);
    const text = `select ${keyColumns(table)} from ${table.sql} where $1::int = 1 limit ${most}`;
    const ask = (tenant: string) =>
      tenancy.run(tenant, async () => {
        const client = await pool.connect();
        try {
          await client.query('begin');
          await client.query("set local plan_cache_mode = 'force_generic_plan'");
          const { rows } = await client.query({ name, text, values: [1] });
          return matches(table, rows, victimRow(world, table));
        } finally {
          await client.query('rollback').catch(() => {});
          client.release();
        }
      });
    const own = await attempt(() => ask(victim.tenant));
    const seen = await attempt(() => ask(attacker.tenant));
    const there =
      own.count > 0 ? own.count : await withoutIsolation(world, countVictim(world, table));
    return { reached: seen.count, couldReach: there, how: seen.error ?? 'no rows' };
  },
};

/** Connections are reused by many tenants concurrently. */
const churn: TableAttack = {
  name: 'pool churn',
  async run(world, table) {
    const { tenancy, library, attacker, victim } = world;
    const text = `select count(*)::int from ${table.sql} where ${isVictim(world, table)}`;
    let reached = 0;
    let seenByVictim = 0;
    let how = 'no rows';
    await Promise.all(
      Array.from({ length: 12 }, async (_, i) => {
        const isAttacker = i % 2 === 0;
        const tenant = isAttacker ? attacker.tenant : victim.tenant;
        const seen = await attempt(() =>
          tenancy.run(tenant, async () => counted(await library.query(text))),
        );
        if (!isAttacker) seenByVictim += seen.count;
        else if (seen.error !== undefined) how = seen.error;
        else reached += seen.count;
      }),
    );
    const there =
      seenByVictim > 0 ? seenByVictim : await withoutIsolation(world, countVictim(world, table));
    return { reached, couldReach: there, how };
  },
};

export const readingAttacks: readonly TableAttack[] = [
  read,
  readByKey,
  count,
  cursor,
  copy,
  stacked,
  partitions,
  prepared,
  churn,
];
