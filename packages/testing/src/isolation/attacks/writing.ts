import { type ForeignKeyModel, pathOf } from '@tenantry/rls/model';
import pg from 'pg';
import { identifier } from '../../sql/client.ts';
import type { Asker } from '../library.ts';
import type { Table } from '../model.ts';
import { isComputed } from '../rows/draft.ts';
import { insertSql, isRow, literal, type Values } from '../rows/sql.ts';
import type { World } from '../world.ts';
import { asAttacker, withoutIsolation } from '../world.ts';
import {
  attempt,
  compared,
  counted,
  countVictim,
  isVictim,
  type TableAttack,
  victimRow,
} from './table-attack.ts';

/** A row written for the other tenant. */
const insert: TableAttack = {
  name: 'insert for the other',
  async run(world, table) {
    const values = world.spare(table, world.victim.tenant);
    if (values === undefined) return insertAgain(world, table);
    return compared(world, async (asker) => (await asker.query(insertSql(table, values))).count);
  },
};

/**
 * When a tenant can have only one row, the same row is inserted again: policies are checked before the
 * key, so a key violation means that the policies let the row pass.
 */
async function insertAgain(world: World, table: Table) {
  const text = insertOf(table, victimRow(world, table));
  const seen = await attempt(() =>
    asAttacker(world, async (asker) => (await asker.query(text)).count),
  );
  const passed = seen.error === '23505' ? 1 : seen.count;
  return {
    reached: passed,
    couldReach: await withoutIsolation(world, countVictim(world, table)),
    how: passed > 0 ? 'the policies let it through' : (seen.error ?? 'no rows'),
  };
}

/** The statement that inserts a row with the values of another. */
export function insertOf(table: Table, values: Values, selects = false): string {
  const settable = new Set(table.columns.filter((c) => !isComputed(c)).map((c) => c.name));
  const row = Object.entries(values).filter(([name]) => settable.has(name));
  return insertSql(table, Object.fromEntries(row), selects);
}

/** A column that an UPDATE may name, best of all one that the role may update. */
export function updatable(table: Table): string | undefined {
  const others = table.columns.filter(
    (each) =>
      !isComputed(each) && !table.key.includes(each.name) && each.name !== table.tenantColumn,
  );
  const free = others.filter(({ mayUpdate, fixed }) => mayUpdate && !fixed);
  const unique = new Set(
    [...table.uniques, ...table.constraints.filter(({ kind }) => kind === 'exclude')].flatMap(
      (k) => k.columns,
    ),
  );
  const column =
    free.find(({ name }) => !unique.has(name)) ??
    free[0] ??
    others[0] ??
    table.columns.find(({ generated }) => !generated);
  return column?.name;
}

/**
 * A statement that reads no column is not checked by read policies. Counts the rows that it affects
 * beyond those that the attacker sees.
 */
async function beyondOwn(world: World, table: Table, text: string) {
  const seen = await attempt(() =>
    asAttacker(world, async (asker) => {
      const own = counted(await asker.query(`select count(*)::int from ${table.sql}`));
      return Math.max(0, (await asker.query(text)).count - own);
    }),
  );
  return seen;
}

const blind = (
  name: string,
  statement: (world: World, table: Table) => string | undefined,
): TableAttack => ({
  name,
  async run(world, table) {
    const text = statement(world, table);
    if (text === undefined) return undefined;
    const named = await compared(
      world,
      async (asker) => (await asker.query(`${text} where ${isVictim(world, table)}`)).count,
      countVictim(world, table),
    );
    const beyond = await beyondOwn(world, table, text);
    const how = beyond.count > 0 ? 'reached' : named.how;
    return { ...named, reached: named.reached + beyond.count, how };
  },
});

const update = blind('update', (world, table) => {
  const column = updatable(table);
  if (column === undefined) return undefined;
  // a constant value: reading the column would activate the read policies
  const value = victimRow(world, table)[column] ?? null;
  return `update ${table.sql} set ${identifier(column)} = ${literal(table, column, value)}`;
});

const remove = blind('delete', (_, table) => `delete from ${table.sql}`);

/** Moves an own row to the other tenant, or a row of the other tenant to the own one. */
const move: TableAttack = {
  name: 'move',
  async run(world, table) {
    const { tenantColumn } = table;
    const own = world.attacker.rows.get(table.title);
    if (tenantColumn === undefined || own === undefined) return undefined;
    const column = identifier(tenantColumn);
    const to = (tenant: string, where: string) =>
      `update ${table.sql} set ${column} = ${literal(table, tenantColumn, tenant)} where ${where}`;
    const give = await compared(
      world,
      async (asker) => (await asker.query(to(world.victim.tenant, isRow(table, own)))).count,
      countVictim(world, table),
    );
    const take = await attempt(() =>
      asAttacker(
        world,
        async (asker) =>
          (await asker.query(to(world.attacker.tenant, isVictim(world, table)))).count,
      ),
    );
    return { ...give, reached: give.reached + take.count };
  },
};

/** An insert that conflicts with a row of the other tenant and updates it. */
const upsert: TableAttack = {
  name: 'upsert',
  async run(world, table) {
    const column = updatable(table);
    const key = table.uniques.find(({ columns }) => columns.join() === table.key.join());
    if (column === undefined || key === undefined) return undefined;
    const settable = new Set(table.columns.filter((c) => !isComputed(c)).map((c) => c.name));
    if (!key.columns.every((name) => settable.has(name))) return undefined;
    const row = Object.fromEntries(
      Object.entries(victimRow(world, table)).filter(([name]) => settable.has(name)),
    );
    const target = key.columns.map((name) => identifier(name)).join(', ');
    const text = `${insertSql(table, row)} on conflict (${target}) do update set ${identifier(column)} = excluded.${identifier(column)}`;
    return compared(
      world,
      async (asker) => (await asker.query(text)).count,
      countVictim(world, table),
    );
  },
};

/** The references of a table to tables with rows of both tenants. */
function references(world: World, table: Table) {
  return table.foreignKeys.flatMap((constraint) => {
    const path = pathOf(constraint.foreignTable);
    const parent = world.planted.find((each) => pathOf(each) === path);
    if (parent?.isolation !== 'scoped' || table.tenantColumn === undefined) return [];
    const columns = constraint.columns.filter((name) => name !== table.tenantColumn);
    const foreign = columns.map((name) => foreignColumn(constraint, name));
    const own = world.attacker.rows.get(parent.title);
    const theirs = victimRow(world, parent);
    // a parent that has one key in both tenants, such as somebody in both, is the own one in each
    const told = foreign.some((name) => own?.[name] !== theirs[name]);
    return told ? [{ constraint, parent, columns }] : [];
  });
}

const foreignColumn = ({ columns, foreignColumns }: ForeignKeyModel, name: string): string =>
  foreignColumns[columns.indexOf(name)] ?? '';

/** An own row that references a row of the other tenant in another table. */
function pointed(
  values: Values,
  constraint: ForeignKeyModel,
  columns: readonly string[],
  at: Values,
): Values {
  const moved = columns.map((name) => [name, at[foreignColumn(constraint, name)] ?? null]);
  return { ...values, ...Object.fromEntries(moved) };
}

/** Foreign keys are checked without policies: does one accept a row of the other tenant? */
const foreignReference: TableAttack = {
  name: 'foreign reference',
  async run(world, table) {
    const found = references(world, table);
    const values = world.spare(table, world.attacker.tenant);
    if (found.length === 0 || values === undefined) return undefined;
    let reached = 0;
    let couldReach = 0;
    let how = 'no rows';
    for (const { constraint, parent, columns } of found) {
      const at = victimRow(world, parent);
      const seen = await attempt(() =>
        asAttacker(
          world,
          async (asker) =>
            (await asker.query(insertSql(table, pointed(values, constraint, columns, at)))).count,
        ),
      );
      reached += seen.count;
      how = seen.error ?? how;
      // the row itself is valid: with the own parent it can be inserted
      couldReach += await withoutIsolation(
        world,
        async (asker) => (await asker.query(insertSql(table, values))).count,
      );
    }
    return { reached, couldReach, how: reached > 0 ? 'reached' : how };
  },
};

/** Deleting an own row must not delete rows of the other tenant: can they reference it? */
const cascade: TableAttack = {
  name: 'cascade',
  async run(world, table) {
    const found = references(world, table);
    const values = world.spare(table, world.victim.tenant);
    if (found.length === 0 || values === undefined) return undefined;
    let reached = 0;
    let couldReach = 0;
    let how = 'no rows';
    for (const { constraint, parent, columns } of found) {
      const at = world.attacker.rows.get(parent.title) as Values;
      const hang = async (asker: Asker) =>
        (await asker.query(insertSql(table, pointed(values, constraint, columns, at)))).count;
      const hung = await attempt(() => withoutIsolation(world, hang));
      reached += hung.count;
      how = hung.error ?? how;
      couldReach += await withoutIsolation(
        world,
        async (asker) => (await asker.query(insertSql(table, values))).count,
      );
    }
    return { reached, couldReach, how: reached > 0 ? 'reached' : how };
  },
};

/**
 * Checks that TRUNCATE is impossible. The pool refuses to send it, so the privilege is checked: with the
 * login any client could use it.
 */
const truncate: TableAttack = {
  name: 'truncate',
  run: (world, table) =>
    compared(
      world,
      async (asker) => {
        const name = pg.escapeLiteral(table.sql).trim();
        return counted(
          await asker.query(`select pg_catalog.has_table_privilege(${name}, 'truncate')::int`),
        );
      },
      countVictim(world, table),
    ),
};

export const writingAttacks: readonly TableAttack[] = [
  insert,
  update,
  remove,
  move,
  upsert,
  foreignReference,
  cascade,
  truncate,
];
