import { TenantryError } from '@tenantry/core';
import { literal, name } from '@tenantry/core/sql';
import { pathOf } from '@tenantry/rls/model';
import type { TenantTable } from '../../rows/index.ts';
import { type Looking, referencesToGoing } from './obstacles.ts';
import { differs, present, sameKey, there, unknown, type Wanted, wantedName } from './wanted.ts';

/**
 * Makes the rows equal to the wanted ones. Rows go before others come, whose values they may hold; where rows
 * that stay refer to rows that go, and cannot let go of them before, rows go last. No row goes that another
 * one refers to, so ON DELETE changes nothing.
 *
 * @throws TenantryError `REWIND_REFUSED` with the constraint that is against it
 */
export async function writeRows(looking: Looking): Promise<void> {
  await looking.session.query('set constraints all deferred');
  await letGo(looking);
  const held = await referencesToGoing(looking, { later: false });
  if (held.length === 0) await remove(looking);
  await bringBack(looking);
  await change(looking);
  if (held.length > 0) {
    const still = await referencesToGoing(looking, { later: false });
    if (still.length > 0)
      throw new TenantryError('REWIND_REFUSED', { found: `${still.join('; ')}.` });
    await remove(looking);
  }
  await run(looking, undefined, 'set constraints all immediate');
}

/** Locks the rows that may change, as they are after their last change. */
export async function lockRows(looking: Looking, { table }: Wanted): Promise<void> {
  await run(
    looking,
    table,
    `select from ${table.from} where ${table.condition}
       and exists (select from ${wantedName(table)} w where ${sameKey(table)}) for update of t`,
    [looking.tenant],
  );
}

async function run(
  { session, workAs }: Looking,
  table: TenantTable | undefined,
  text: string,
  values: unknown[] = [],
): Promise<void> {
  if (table !== undefined) await workAs(table);
  await session.query(text, values).catch((error) => {
    throw explained(error, table);
  });
}

/** Columns that may be null let go of rows that go; they get their values afterwards. */
async function letGo(looking: Looking): Promise<void> {
  const gone = new Map(looking.wanted.map((each) => [pathOf(each.table), each]));
  for (const { table, columns } of looking.wanted) {
    for (const { columns: own, to, toColumns } of table.references) {
      const target = gone.get(pathOf(to));
      const open = own.filter(
        (column) =>
          columns.includes(column) &&
          table.columns.some((each) => each.name === column && each.nullable),
      );
      if (target === undefined || open.length === 0) continue;
      const refers = own.map(
        (column, i) => `o.${name(toColumns[i] ?? '').sql} = t.${name(column).sql}`,
      );
      await run(
        looking,
        table,
        `update ${table.from} set ${open.map((column) => `${name(column).sql} = null`).join(', ')}
         where ${table.condition} and exists (select from ${wantedName(table)} w where ${there} and ${sameKey(table)})
           and exists (select from ${present(target.table).replace(/\) t$/, ') o')} join ${wantedName(target.table)} w
             on not ${there} and ${sameKey(target.table, 'o')} where ${refers.join(' and ')})`,
        [looking.tenant],
      );
    }
  }
}

/** Children first. */
async function remove(looking: Looking): Promise<void> {
  for (const { table } of [...looking.wanted].reverse()) {
    await run(
      looking,
      table,
      `delete from ${table.from} where ${table.condition}
         and exists (select from ${wantedName(table)} w where not ${there} and ${sameKey(table)})`,
      [looking.tenant],
    );
  }
}

/** Parents first; a column that refers to what comes later is set with the changes. */
async function bringBack(looking: Looking): Promise<void> {
  for (const { table } of looking.wanted) {
    const columns = table.columns.filter(({ generated }) => !generated);
    const values = columns.map((column) =>
      table.later.includes(column.name) ? 'null' : `w.${name(column.name).sql}`,
    );
    await run(
      looking,
      table,
      `insert into ${table.path} (${columns.map((column) => name(column.name).sql).join(', ')})
       overriding system value
       select ${values.join(', ')} from ${wantedName(table)} w
       where ${there} and not exists (select from ${present(table)} where ${sameKey(table)})`,
      [looking.tenant],
    );
  }
}

/** Only columns that differ somewhere are set: others may refuse it. */
async function change(looking: Looking): Promise<void> {
  for (const wanted of looking.wanted) {
    const { table } = wanted;
    const columns = await changedColumns(looking, wanted);
    if (columns.length === 0) continue;
    const set = columns.map(
      (column) =>
        `${name(column).sql} = case when ${literal(column).sql} = any (${unknown}) then t.${name(column).sql} else w.${name(column).sql} end`,
    );
    await run(
      looking,
      table,
      `update ${table.from} set ${set.join(', ')} from ${wantedName(table)} w
       where ${table.condition} and ${there} and ${sameKey(table)}
         and (${columns.map((column) => differs(wanted, column)).join(' or ')})`,
      [looking.tenant],
    );
  }
}

async function changedColumns(
  { session, workAs, tenant }: Looking,
  wanted: Wanted,
): Promise<string[]> {
  if (wanted.columns.length === 0) return [];
  await workAs(wanted.table);
  const { rows } = await session.query(
    `select ${wanted.columns.map((column, i) => `coalesce(bool_or(${differs(wanted, column)}), false) as c${i}`).join(', ')}
     from ${wantedName(wanted.table)} w join ${present(wanted.table)} on ${sameKey(wanted.table)} where ${there}`,
    [tenant],
  );
  const [row] = rows as Record<string, boolean>[];
  return wanted.columns.filter((_, i) => row?.[`c${i}`] === true);
}

/** The message of the server names constraints, its detail the values of a row. */
function explained(error: unknown, table: TenantTable | undefined): unknown {
  const { code, constraint, table: named } = error as Record<string, string | undefined>;
  // a plan limit, or another rule of the packages
  if (code === 'TN001')
    return new TenantryError('REWIND_REFUSED', {
      found: `${(error as Error).message}.`,
      cause: error,
    });
  if (code?.startsWith('23') !== true) return error;
  return new TenantryError('REWIND_REFUSED', {
    found: `a row of ${table === undefined ? (named ?? 'a table') : pathOf(table)} against ${constraint ?? 'a constraint'}.`,
  });
}
