import { titleOf } from '@tenantry/rls/model';
import type pg from 'pg';
import { TenantryError } from '../errors.ts';
import { type HalfAdopted, LeftOut } from './adoption.ts';
import { pairsByShard, uncovered } from './citus/pairs.ts';
import type { Home, Homes } from './homes.ts';
import type { Table } from './model.ts';
import { Draft } from './rows/draft.ts';
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
import type { PairOfShard, Side, World } from './world.ts';

/** Two tenants with a row in every table, and a function that deletes them. */
export interface Ground {
  readonly homes: Homes;
  /** The tables to attack. */
  readonly tables: readonly Table[];
  readonly byPath: World['byPath'];
  /** All tables that have rows, also those that adoption has not enforced yet. */
  readonly planted: readonly Table[];
  readonly half: HalfAdopted;
  readonly attacker: Side;
  readonly victim: Side;
  readonly shards: readonly PairOfShard[];
  readonly spare: World['spare'];
  readonly unproven: IsolationReport['unproven'];
  clear(): Promise<void>;
}

/** Where the two tenants live, and the tables of the attacker there. */
interface Sites {
  readonly homes: Homes;
  readonly ofAttacker: readonly Table[];
}

/** Inserts the rows of two tenants, each where it lives. */
export async function plantGround(
  client: pg.PoolClient,
  ordered: readonly Table[],
  { homes, ofAttacker }: Sites,
  half: HalfAdopted,
  options: IsolationRun,
  skipped: IsolationReport['unproven'],
): Promise<Ground> {
  const { tenancy, rows: hooks, disposable = false } = options;
  const newTenant = options.newTenant ?? tenantIds(tenancy.id, ordered);
  const pairs = await pairsByShard(client, tenancy, ordered, newTenant);
  const { attacker, victim } = pairs[0] ?? { attacker: newTenant(), victim: newTenant() };
  const tenants = [attacker, ...new Set([victim, ...pairs.map((pair) => pair.victim)])];
  const kept: { table: string; why: string }[] = [];
  const byTitle = new Map(ofAttacker.map((table) => [table.title, table]));
  const attackers = (of: readonly Table[]) => of.flatMap(({ title }) => byTitle.get(title) ?? []);
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
    const plantAt = async (tenant: string, of: readonly Table[], { place, path }: Home) => {
      await usePath(client, path);
      return plantTenant(client, of, tenant, common, options, place, left.refuse);
    };
    const own = [
      await plantAt(attacker, attackers(tables), homes.attacker),
      await plantAt(victim, tables, homes.victim),
    ] as const;
    const inShards = new Map<string, Planted>(pairs.length === 0 ? [] : [[victim, own[1]]]);
    for (const pair of pairs.slice(1))
      inShards.set(pair.victim, await plantAt(pair.victim, tables, homes.victim));
    const planted = tables.filter((table) => !left.has(table));
    const all: readonly Planted[] = [...own, ...inShards.values(), common, nobodys];
    const remove = async (on: pg.PoolClient) => {
      const others = attackers(planted).filter(
        ({ oid }) => !planted.some((each) => each.oid === oid),
      );
      await usePath(on, homes.attacker.path);
      const refused = await removeRows(on, others, all, tenants);
      await usePath(on, homes.victim.path);
      return new Map([...refused, ...(await removeRows(on, planted, all, tenants))]);
    };
    if (!disposable) {
      await client.query('savepoint rehearsal');
      const refused = await remove(client);
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
      attackers(planted),
      planted,
      options,
      { attacker, victim },
      own,
      common,
      newTenant,
    );
    const open =
      tenancy.dialect === 'citus' ? await uncovered(client, planted, [...inShards.keys()]) : [];
    const side = (tenant: string, rows: Planted): Side => ({
      tenant,
      rows: new Map([...common, ...rows]),
    });
    const moved = [...planted, ...attackers(planted)].filter(
      (each) => titleOf(each) !== each.title,
    );
    return {
      homes,
      byPath: new Set(moved.map(({ title }) => title)),
      tables: planted.filter(({ title }) => !half.has(title)),
      planted,
      half,
      attacker: side(attacker, own[0]),
      victim: side(victim, own[1]),
      shards: pairs.map((pair) => ({
        ...pair,
        victim: side(pair.victim, inShards.get(pair.victim) ?? new Map()),
      })),
      spare: (table, tenant) => spares.get(`${tenant} ${table.title}`),
      unproven: [
        ...skipped,
        ...[...left.unproven].map(([table, why]) => ({ table, why })),
        ...kept,
        ...open,
      ],
      clear: () => clear(options, remove),
    };
  }
}

async function spareRows(
  client: pg.PoolClient,
  ofAttacker: readonly Table[],
  tables: readonly Table[],
  { rows: hooks }: IsolationRun,
  tenants: { readonly attacker: string; readonly victim: string },
  own: readonly [Planted, Planted],
  common: Planted,
  newTenant: () => string,
): Promise<Map<string, Values>> {
  const spares = new Map<string, Values>();
  for (const [tenant, planted, theirs] of [
    [tenants.attacker, own[0], ofAttacker],
    [tenants.victim, own[1], tables],
  ] as const) {
    const parents = parentsOf(theirs, new Map([...common, ...planted]));
    for (const table of tables) {
      // a second row of the table of tenants is another tenant
      const of = table.isolation === 'tenants' ? newTenant() : tenant;
      const values = await spareRow(client, table, of, parents, hooks[table.title]);
      if (values !== undefined) spares.set(`${tenant} ${table.title}`, values);
    }
  }
  return spares;
}

/** Names without a schema are looked up as those of a tenant, also in functions of triggers. */
const usePath = (client: pg.PoolClient, path: string) =>
  client.query("select pg_catalog.set_config('search_path', $1, true)", [path]);

async function clear(
  options: IsolationRun,
  remove: (client: pg.PoolClient) => Promise<ReadonlyMap<string, string>>,
): Promise<void> {
  const refused = await asSystem(options, 'end of an isolation test', remove);
  if (refused.size === 0 || options.disposable === true) return;
  throw new TenantryError('ISOLATION_ROWS_LEFT', {
    found: [...refused].map(([table, why]) => `${table} (${why})`).join(', '),
  });
}
