import type { DeclaredTable } from '@tenantry/rls/model';
import type pg from 'pg';
import { TenantryError } from '../errors.ts';
import { asItStands, type HalfAdopted, halfAdopted } from './adoption.ts';
import { type Ground, plantGround } from './ground.ts';
import { refuseProduction } from './guard.ts';
import { type Home, readHomes } from './homes.ts';
import { readModel, type Table } from './model.ts';
import { inOrder } from './rows/order.ts';
import { asSystem } from './system.ts';
import type { IsolationRun } from './types.ts';

/**
 * Inserts the rows as the system role, in one transaction. Before it commits, the deletion of everything
 * is tried and undone: a table that would keep its rows is skipped, except when the database is
 * disposable.
 */
export async function prepareGround(
  options: IsolationRun,
  declared: readonly DeclaredTable[],
): Promise<Ground> {
  const { tenancy, skip = {} } = options;
  const homes = await readHomes(options, declared);
  return asSystem(options, 'rows for an isolation test', async (client) => {
    const tables = await tablesAt(client, declared, tenancy, homes.victim);
    const ofAttacker = await tablesAt(client, declared, tenancy, homes.attacker);
    await refuseProduction(client, tables, options.acceptDatabase, tenancy);
    const half = await halfAdopted(client, tenancy, tables);
    refuseLacking(tables, half);
    const ordered = inOrder(tables)
      .filter(({ title }) => !(title in skip))
      .map(asItStands);
    const skipped = Object.entries(skip).map(([table, why]) => ({ table, why: `skipped: ${why}` }));
    const waiting = [...half].flatMap(([table, why]) => (table in skip ? [] : [{ table, why }]));
    const sites = { homes, ofAttacker: ofAttacker.map(asItStands) };
    return plantGround(client, ordered, sites, half, options, [...skipped, ...waiting]);
  });
}

/** The declared tables as a tenant has them. */
async function tablesAt(
  client: pg.PoolClient,
  declared: readonly DeclaredTable[],
  { roles }: IsolationRun['tenancy'],
  home: Home,
): Promise<readonly Table[]> {
  const { tables, missing } = await readModel(client, declared, roles.app, home);
  if (missing.length === 0) return tables;
  const where = home.place === undefined ? 'the database' : `the place ${home.place}`;
  throw new TenantryError('ISOLATION_SCHEMA_DIFFERS', {
    found: `${where} lacks ${missing.join(', ')}, which the schema declares.`,
  });
}

/** A tenant column that is declared and not there, where no adoption is on its way to it. */
function refuseLacking(tables: readonly Table[], half: HalfAdopted): void {
  const lacking = tables.filter(
    (table) =>
      !half.has(table.title) &&
      table.tenantColumn !== undefined &&
      !table.columns.some(({ name }) => name === table.tenantColumn),
  );
  if (lacking.length === 0) return;
  throw new TenantryError('ISOLATION_SCHEMA_DIFFERS', {
    found: `the database lacks ${lacking.map(({ title, tenantColumn }) => `the column ${tenantColumn} of ${title}`).join(', ')}, which the schema declares.`,
  });
}
