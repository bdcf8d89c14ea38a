import { pathOf } from '@tenantry/rls/model';
import type pg from 'pg';
import { TenantryError } from '../../errors.ts';
import { identifier } from '../../sql/client.ts';
import { codeOf } from '../library.ts';
import type { Table } from '../model.ts';
import type { IsolationRun } from '../types.ts';
import { Draft, type Parents } from './draft.ts';
import { asText, insertSql, isRow, type Values } from './sql.ts';

type Client = Pick<pg.ClientBase, 'query'>;

/** Rows of a tenant by the title of the table; rows without a tenant are in both. */
export type Planted = ReadonlyMap<string, Values>;

/** Told of a table that takes no row; it throws, or leaves the table out. */
export type Refuse = (table: Table, error: unknown) => void;

const mostAttempts = 80;
const notSupported = '0A000';

async function insertRow(client: Client, table: Table, given: Values) {
  const text = `${insertSql(table, given)} returning ${asText(table)}`;
  return (await client.query(text)).rows[0] as Values | undefined;
}

/** Citus takes no stable function after RETURNING, and the text of a date is one. */
async function insertAndRead(client: Client, table: Table, given: Values) {
  const key = table.key.map((column) => identifier(column)).join(', ');
  const types = { getTypeParser: () => (value: string) => value };
  const text = `${insertSql(table, given)} returning ${key}`;
  const { rows } = await client.query({ text, types } as pg.QueryConfig);
  if (rows[0] === undefined) return undefined;
  const where = isRow(table, rows[0] as Values);
  return (await client.query(`select ${asText(table)} from ${table.sql} where ${where}`)).rows[0] as
    | Values
    | undefined;
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
  let insert = insertRow;
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const given = draft.values();
    await client.query('savepoint row');
    try {
      const row = await insert(client, table, given);
      await client.query('release savepoint row');
      if (row === undefined) break; // a trigger suppressed it
      return { row, given };
    } catch (error) {
      await client.query('rollback to savepoint row');
      last = error;
      if (insert === insertRow && codeOf(error) === notSupported) insert = insertAndRead;
      else if (!draft.learn(error)) break;
    }
  }
  const { code, message, constraint } = (last ?? {}) as Record<string, string | undefined>;
  throw new TenantryError('ISOLATION_ROW_REFUSED', {
    found: `no row for ${table.title}: ${message ?? 'the insert left nothing'} (${[code, constraint].filter(Boolean).join(', ')}).`,
    fix: `Say what it needs: expectIsolated({ …, rows: { ${JSON.stringify(table.title)}: ({ random }) => ({ … }) } }); or leave it out: skip: { ${JSON.stringify(table.title)}: 'why' }.`,
    cause: last,
  });
}

/**
 * Inserts one row into each table without a tenant, which both tenants can reference. A table that needs
 * a row of a tenant, such as sessions that need a user, is left for {@link plantTenant}.
 */
export async function plantCommon(
  client: Client,
  tables: readonly Table[],
  hooks: IsolationRun['rows'],
  refuse: Refuse,
): Promise<Planted> {
  const planted = new Map<string, Values>();
  const parents = new Map<string, Values>();
  for (const table of tables) {
    if (table.isolation !== 'shared' && table.isolation !== 'system') continue;
    const draft = new Draft(table, '', parents, hooks[table.title]);
    try {
      const { row } = await plantRow(client, table, draft);
      planted.set(table.title, row);
      parents.set(pathOf(table), row);
    } catch (error) {
      if (!needsParent(table, parents)) refuse(table, error);
    }
  }
  return planted;
}

/** Whether a reference that must be there has no row to reference yet. */
const needsParent = ({ foreignKeys, columns }: Table, parents: Parents): boolean =>
  foreignKeys.some(
    (key) =>
      !parents.has(pathOf(key.foreignTable)) &&
      columns.some(({ name, refusesNull }) => refusesNull && key.columns.includes(name)),
  );

/**
 * Inserts one row into each table for a tenant. A table that refuses it may already have a row from a
 * trigger of another table, which is used instead.
 */
export async function plantTenant(
  client: Client,
  tables: readonly Table[],
  tenant: string,
  common: Planted,
  { rows: hooks, prepare, tenancy }: IsolationRun,
  place: string | undefined,
  refuse: Refuse,
): Promise<Planted> {
  const planted = new Map<string, Values>();
  const parents = parentsOf(tables, common);
  const refused = new Map<Table, unknown>();
  const keep = (table: Table, row: Values) => {
    planted.set(table.title, row);
    parents.set(pathOf(table), row);
  };
  let prepared = prepare === undefined;
  for (const table of tables) {
    if (common.has(table.title)) continue;
    if (!prepared && table.isolation !== 'tenants') {
      // the scope around this one may work in a place
      const entry = { reason: 'rows for an isolation test', actor: 'expectIsolated', write: true };
      await tenancy.asSystem(entry, async () => prepare?.(tenant, place ?? null));
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
    if (row === undefined) refuse(table, error);
    else keep(table, row);
  }
  return planted;
}

/** The rows that can be referenced, by the path of their table. */
export const parentsOf = (tables: readonly Table[], planted: Planted): Map<string, Values> =>
  new Map(
    tables.flatMap((table): [string, Values][] => {
      const row = planted.get(table.title);
      return row === undefined ? [] : [[pathOf(table), row]];
    }),
  );

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
