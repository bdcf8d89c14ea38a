import { type Answer, type Asker, codeOf } from '../library.ts';
import type { Table } from '../model.ts';
import { isRow, type Values } from '../rows/sql.ts';
import { asAttacker, type Outcome, type World, withoutIsolation } from '../world.ts';

/** One way to reach the rows of another tenant in a table; undefined when it does not apply. */
export interface TableAttack {
  readonly name: string;
  run(world: World, table: Table): Promise<Outcome | undefined>;
}

/** The row of the other tenant. */
export const victimRow = (world: World, table: Table): Values =>
  world.victim.rows.get(table.title) as Values;

/** The condition that finds it. */
export const isVictim = (world: World, table: Table): string =>
  isRow(table, victimRow(world, table));

type Count = (asker: Asker) => Promise<number>;

/**
 * Runs the same statements as the attacker and with isolation off, each in a transaction that is rolled
 * back. The attacker is stopped by an error or by missing rows. When the control is stopped too, by a key
 * or a trigger, `otherwise` returns how many rows there were.
 */
export async function compared(world: World, count: Count, otherwise?: Count): Promise<Outcome> {
  const attack = await attempt(() => asAttacker(world, count));
  const control = await attempt(() => withoutIsolation(world, count));
  const held = attack.error ?? 'no rows';
  if (control.error === undefined && control.count > 0) {
    return {
      reached: attack.count,
      couldReach: control.count,
      how: attack.count > 0 ? 'reached' : held,
    };
  }
  const there = otherwise === undefined ? 0 : await withoutIsolation(world, otherwise);
  const also =
    control.error === undefined ? '' : `; refused without isolation too (${control.error})`;
  return {
    reached: attack.count,
    couldReach: there,
    how: attack.count > 0 ? 'reached' : `${held}${also}`,
  };
}

/** The number of rows, or the code of the refusal. */
export async function attempt(
  work: () => Promise<number>,
): Promise<{ readonly count: number; readonly error?: string }> {
  try {
    return { count: await work() };
  } catch (error) {
    return { count: 0, error: codeOf(error) };
  }
}

/** The result of a `select count(*)`. */
export const counted = ({ rows }: Answer): number => Number(Object.values(rows[0] ?? {})[0] ?? 0);

/** Counts the row of the other tenant. */
export const countVictim =
  (world: World, table: Table): Count =>
  async (asker) =>
    counted(
      await asker.query(`select count(*)::int from ${table.sql} where ${isVictim(world, table)}`),
    );
