import type { DeclaredTable } from '@tenantry/rls/model';
import type pg from 'pg';
import { TenantryError } from '../errors.ts';
import { asItStands, type HalfAdopted, halfAdopted, LeftOut } from './adoption.ts';
import { refuseProduction } from './guard.ts';
import { readModel, type Table } from './model.ts';
import { Draft } from './rows/draft.ts';
import { inOrder } from './rows/order.ts';
import {
  type Planted,
  parentsOf,
  plantCommon,
  plantRow,
  plantTenant,
  spareRow,
} from './rows/plant.ts';
import { removeRows } from './rows/remove.ts';
import type { Values } from './rows/sql.ts';
import { tenantIds } from './rows/tenant-ids.ts';
import { asSystem } from './system.ts';
import type { IsolationReport, IsolationRun } from './types.ts';
import type { Side, World } from './world.ts';

/** Two tenants with a row in every table, and a function that deletes them. */
export interface Ground {
  /** The tables to attack. */
  readonly tables: readonly Table[];
  /** All tables that have rows, also those that adoption has not enforced yet. */
  readonly planted: readonly Table[];
  readonly half: HalfAdopted;
  readonly attacker: Side;
  readonly victim: Side;
  readonly spare: World['spare'];
  readonly unproven: IsolationReport['unproven'];
  clear(): Promise<void>;
}

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
  return asSystem(options, 'rows for an isolation test', async (client) => {
    const { tables, missing } = await readModel(client, declared, tenancy.roles.app);
    if (missing.length > 0) {
      throw new TenantryError('ISOLATION_SCHEMA_DIFFERS', {
        found: `the database lacks ${missing.join(', ')}, which the schema declares.`,
      });
    }
    await refuseProduction(client, tables, options.acceptDatabase);
    const half = await halfAdopted(client, tenancy, tables);
    refuseLacking(tables, half);
    const ordered = inOrder(tables)
      .filter(({ title }) => !(title in skip))
      .map(asItStands);
    const skipped = Object.entries(skip).map(([table, why]) => ({ table, why: `skipped: ${why}` }));
    const waiting = [...half].flatMap(([table, why]) => (table in skip ? [] : [{ table, why }]));
    return plant(client, ordered, half, options, [...skipped, ...waiting]);
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

async function plant(
  client: pg.PoolClient,
  ordered: readonly Table[],
  half: HalfAdopted,
  options: IsolationRun,
  skipped: IsolationReport['unproven'],
): Promise<Ground> {
  const { tenancy, rows: hooks, disposable = false } = options;
  const newTenant = options.newTenant ?? tenantIds(tenancy.id, ordered);
  const [attacker, victim] = [newTenant(), newTenant()];
  const kept: { table: string; why: string }[] = [];
  let tables = ordered;
  for (;;) {
    await client.query('savepoint ground');
    const left = new LeftOut(half);
    const common = await plantCommon(client, tables, hooks, left.refuse);
    const nobodys = new Map<string, Values>();
    for (const table of tables.filter(({ withoutTenant }) => withoutTenant === 'hidden')) {
      const draft = new Draft(table, null, parentsOf(tables, common), hooks[table.title]);
      nobodys.set(table.title, (await plantRow(client, table, draft)).row);
    }
    const own = [
      await plantTenant(client, tables, attacker, common, options, left.refuse),
      await plantTenant(client, tables, victim, common, options, left.refuse),
    ] as const;
    const planted = tables.filter((table) => !left.has(table));
    const all: readonly Planted[] = [...own, common, nobodys];
    if (!disposable) {
      await client.query('savepoint rehearsal');
      const refused = await removeRows(client, planted, all, [attacker, victim]);
      await client.query('rollback to savepoint rehearsal');
      if (refused.size > 0) {
        await client.query('rollback to savepoint ground');
        for (const [table, why] of refused) {
          if (half.has(table)) continue;
          kept.push({
            table,
            why: `its rows could not be deleted again (${why}); pass disposable: true when the database is thrown away`,
          });
        }
        tables = tables.filter(({ title }) => !refused.has(title));
        continue;
      }
    }
    const spares = await spareRows(
      client,
      planted,
      options,
      { attacker, victim },
      own,
      common,
      newTenant,
    );
    const side = (tenant: string, rows: Planted): Side => ({
      tenant,
      rows: new Map([...common, ...rows]),
    });
    return {
      tables: planted.filter(({ title }) => !half.has(title)),
      planted,
      half,
      attacker: side(attacker, own[0]),
      victim: side(victim, own[1]),
      spare: (table, tenant) => spares.get(`${tenant} ${table.title}`),
      unproven: [
        ...skipped,
        ...[...left.unproven].map(([table, why]) => ({ table, why })),
        ...kept,
      ],
      clear: () => clear(options, planted, all, [attacker, victim]),
    };
  }
}

async function spareRows(
  client: pg.PoolClient,
  tables: readonly Table[],
  { rows: hooks }: IsolationRun,
  tenants: { readonly attacker: string; readonly victim: string },
  own: readonly [Planted, Planted],
  common: Planted,
  newTenant: () => string,
): Promise<Map<string, Values>> {
  const spares = new Map<string, Values>();
  for (const [tenant, planted] of [
    [tenants.attacker, own[0]],
    [tenants.victim, own[1]],
  ] as const) {
    const parents = parentsOf(tables, new Map([...common, ...planted]));
    for (const table of tables) {
      // a second row of the table of tenants is another tenant
      const of = table.isolation === 'tenants' ? newTenant() : tenant;
      const values = await spareRow(client, table, of, parents, hooks[table.title]);
      if (values !== undefined) spares.set(`${tenant} ${table.title}`, values);
    }
  }
  return spares;
}

async function clear(
  options: IsolationRun,
  tables: readonly Table[],
  planted: readonly Planted[],
  tenants: readonly string[],
): Promise<void> {
  const refused = await asSystem(options, 'end of an isolation test', (client) =>
    removeRows(client, tables, planted, tenants),
  );
  if (refused.size === 0 || options.disposable === true) return;
  throw new TenantryError('ISOLATION_ROWS_LEFT', {
    found: [...refused].map(([table, why]) => `${table} (${why})`).join(', '),
  });
}
