import { pathOf } from '@tenantry/rls/model';
import type pg from 'pg';
import { TenantryError } from '../../errors.ts';
import type { Table } from '../model.ts';
import type { IsolationRun } from '../types.ts';
import { Draft, type Parents } from './draft.ts';
import { asText, insertSql, isRow, type Values } from './sql.ts';

type Client = Pick<pg.ClientBase, 'query'>;

/** Rows of a tenant by the title of the table; rows without a tenant are in both. */
export type Planted = ReadonlyMap<string, Values>;

const mostAttempts = 80;

/** Tables in an order in which parents come before their children, if possible. */
export function inOrder(tables: readonly Table[]): Table[] {
  const byPath = new Map(tables.map((table) => [pathOf(table), table]));
  const ordered: Table[] = [];
  const state = new Map<Table, 'open' | 'done'>();
  const visit = (table: Table) => {
    if (state.has(table)) return; // done, or a cycle
    state.set(table, 'open');
    for (const { foreignTable, columns } of table.foreignKeys) {
      const parent = byPath.get(pathOf(foreignTable));
      if (parent !== undefined && parent !== table && columns.length > 0) visit(parent);
    }
    state.set(table, 'done');
    ordered.push(table);
  };
  // tenants first: everything depends on them
  for (const table of tables.filter(({ isolation }) => isolation === 'tenants')) visit(table);
  for (const table of tables) visit(table);
  return ordered;
}

/**
 * Finds values that the table accepts, by trying them in savepoints.
 * @returns the stored row, including defaults and changes by triggers
 * @throws TenantryError `ISOLATION_ROW_REFUSED` names the table and the constraint
 */
export async function plantRow(
  client: Client,
  table: Table,
  draft: Draft,
): Promise<{ readonly row: Values; readonly given: Values }> {
  let last: unknown;
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const given = draft.values();
    await client.query('savepoint row');
    try {
      const { rows } = await client.query(`${insertSql(table, given)} returning ${asText(table)}`);
      await client.query('release savepoint row');
      if (rows[0] === undefined) break; // a trigger suppressed it
      return { row: rows[0] as Values, given };
    } catch (error) {
      await client.query('rollback to savepoint row');
      last = error;
      if (!draft.learn(error)) break;
    }
  }
  const { code, message, constraint } = (last ?? {}) as Record<string, string | undefined>;
  throw new TenantryError('ISOLATION_ROW_REFUSED', {
    found: `no row for ${table.title}: ${message ?? 'the insert left nothing'} (${[code, constraint].filter(Boolean).join(', ')}).`,
    fix: `Say what it needs: expectIsolated({ …, rows: { ${JSON.stringify(table.title)}: ({ random }) => ({ … }) } }); or leave it out: skip: { ${JSON.stringify(table.title)}: 'why' }.`,
    cause: last,
  });
}

/** Tables without a tenant get one row, which both tenants can reference. */
export const isCommon = ({ isolation }: Table): boolean =>
  isolation === 'shared' || isolation === 'system';

/**
 * Inserts one row into each table for a tenant. A table that refuses it may already have a row from a
 * trigger of another table, which is used instead.
 */
export async function plantTenant(
  client: Client,
  tables: readonly Table[],
  tenant: string,
  common: ReadonlyMap<string, Values>,
  { rows: hooks, prepare }: IsolationRun,
): Promise<Planted> {
  const planted = new Map<string, Values>();
  const parents = new Map(common) as Map<string, Values>;
  const refused = new Map<Table, unknown>();
  const keep = (table: Table, row: Values) => {
    planted.set(table.title, row);
    parents.set(pathOf(table), row);
  };
  let prepared = prepare === undefined;
  for (const table of tables) {
    if (isCommon(table)) continue;
    if (!prepared && table.isolation !== 'tenants') {
      await prepare?.(tenant);
      prepared = true;
    }
    const draft = new Draft(table, tenant, parents, hooks[table.title]);
    try {
      keep(table, (await plantRow(client, table, draft)).row);
    } catch (error) {
      refused.set(table, error);
    }
  }
  for (const [table, error] of refused) {
    const row = await existingRow(client, table, tenant);
    if (row === undefined) throw error;
    keep(table, row);
  }
  return planted;
}

/** An existing row of the tenant, in a table that only triggers or `prepare` write. */
async function existingRow(
  client: Client,
  table: Table,
  tenant: string,
): Promise<Values | undefined> {
  const { tenantColumn } = table;
  if (tenantColumn === undefined) return undefined;
  const where = isRow(table, { [tenantColumn]: tenant }, [tenantColumn]);
  const { rows } = await client.query(
    `select ${asText(table)} from ${table.sql} where ${where} limit 1`,
  );
  return rows[0] as Values | undefined;
}

/** A row that could be inserted for a tenant: it is tried and rolled back. */
export async function spareRow(
  client: Client,
  table: Table,
  tenant: string,
  parents: Parents,
  hook: ConstructorParameters<typeof Draft>[3],
): Promise<Values | undefined> {
  await client.query('savepoint spare');
  try {
    return (await plantRow(client, table, new Draft(table, tenant, parents, hook))).given;
  } catch {
    return undefined; // such a table accepts only one row per tenant
  } finally {
    await client.query('rollback to savepoint spare');
  }
}

/**
 * Deletes the inserted rows, children first, including rows that triggers made for the two tenants.
 * @returns the tables whose rows could not be deleted, and why
 */
export async function removeRows(
  client: Client,
  tables: readonly Table[],
  planted: readonly Planted[],
  tenants: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const conditions = (table: Table): string[] => {
    const rows: Values[] = planted.flatMap((each) => {
      const row = each.get(table.title);
      return row === undefined ? [] : [row];
    });
    const column = table.tenantColumn;
    if (column === undefined) return rows.map((row) => isRow(table, row));
    return [
      ...tenants.map((tenant) => isRow(table, { [column]: tenant }, [column])),
      ...rows.filter((row) => row[column] === null).map((row) => isRow(table, row)),
    ];
  };
  let left = [...tables].reverse();
  let refused = new Map<string, string>();
  // a refused deletion may be possible after the next table
  for (let before = left.length + 1; left.length > 0 && left.length < before; ) {
    before = left.length;
    refused = new Map();
    for (const table of left) {
      const where = [...new Set(conditions(table))].map((each) => `(${each})`).join(' or ');
      if (where === '') continue;
      await client.query('savepoint removal');
      try {
        await client.query(`delete from ${table.sql} where ${where}`);
        const { rows } = await client.query(`select 1 from ${table.sql} where ${where} limit 1`);
        if (rows.length > 0) refused.set(table.title, 'a trigger or a rule keeps its rows');
        await client.query('release savepoint removal');
      } catch (error) {
        await client.query('rollback to savepoint removal');
        refused.set(table.title, error instanceof Error ? error.message : String(error));
      }
    }
    left = left.filter(({ title }) => refused.has(title));
  }
  return refused;
}
