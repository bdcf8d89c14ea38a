import type { TenantPool } from '@tenantry/core';
import pg from 'pg';
import { runCommand } from 'tenantry';
import { onTestFinished } from 'vitest';
import { moveTenant } from '../../../src/move/move-tenant.ts';
import type { Moving } from '../../../src/move/moving.ts';
import { undoMove } from '../../../src/move/undo-move.ts';
import { migrationsFolder } from '../../migrate/support.ts';
import { movers, type Place } from '../../schemas/moves.ts';
import { acme, featureTo, globex, openPool, tenancy } from '../../schemas/world.ts';
import { type Cut, relayTo } from './relay.ts';

export const tenants = [acme, globex] as const;
export const places = [null, 'acme_own', 'eu1'] as const satisfies readonly Place[];

/** How a migration may change the tables. */
export type Change = 'column' | 'table' | 'rows';

const changes: Record<Change, (n: number) => string> = {
  column: (n) => `alter table "items" add column "x_${n}" integer default ${n} not null`,
  table: (n) => `create table "x_${n}" ("organization_id" uuid not null, "at" timestamptz)`,
  // writers that wait for these rows would be in the way of a later migration that alters the table
  rows: () =>
    'alter table "items" alter column "runs" set default 0; update "items" set "runs" = "runs" + 1',
};

/** Takes back what migrations after the first ones have changed. */
const takeBack = `do $$ declare t record; begin
  for t in select attrelid::regclass as of, attname as name from pg_attribute where attname ~ '^x_\\d' and not attisdropped and attnum > 0
  loop execute format('alter table %s drop column %I', t.of, t.name); end loop;
  for t in select oid::regclass as of from pg_class where relname ~ '^x_\\d'
  loop execute format('drop table %s', t.of); end loop;
end $$`;

export type World = Awaited<ReturnType<typeof threePlacements>>;

/** The shared tables, a schema and a database, with two tenants that are to move, and one that stays. */
export async function threePlacements() {
  const { url, eu1, at, fill, open } = await movers();
  const clients = new Map([url, eu1].map((each) => [each, new pg.Client(each)]));
  for (const client of clients.values()) await client.connect();
  onTestFinished(async () => {
    for (const client of clients.values()) await client.end();
  });
  /** Runs SQL as the superuser of the test server, on one connection to each database. */
  const ask = async (of: string, text: string, values: unknown[] = []) =>
    (await clients.get(of)?.query(text, values))?.rows ?? [];
  await ask(
    url,
    `delete from tenantry.places where name in ('globex_own', 'third');
    drop schema t_globex, t_third cascade`,
  );
  const { folder, add, write, entries } = migrationsFolder();
  add('select 1');
  add('alter table "items" add column "runs" integer default 0 not null');
  const feature = featureTo(() => eu1);

  /** Opens a process that moves tenants and migrates, and may be cut. */
  const operator = async () => {
    const relay = await relayTo(url);
    const pool = await openPool(relay.url(url), () => relay.url(eu1));
    pool.on('error', () => {});
    onTestFinished(async () => {
      await Promise.all([pool.end(), relay.close()]);
    });
    const owners = { connect: () => relay.url(eu1), url: relay.url(url) };
    const moving = (tenant: string): Moving => ({
      tenancy,
      pool: pool as unknown as TenantPool,
      tenant,
      owners,
      ledger: { schema: 'drizzle', table: '__drizzle_migrations' },
      waitMs: 10_000,
      progress: () => {},
    });
    const config = {
      tenancy,
      features: [featureTo(owners.connect)],
      database: { migrationUrl: owners.url },
    };
    /** Does something as a process that is cut. */
    const cut = async <R>(where: Cut | undefined, work: () => Promise<R>): Promise<R> => {
      relay.cutAt(where);
      try {
        return await tenancy.asSystem({ reason: 'history', actor: 'test', write: true }, work);
      } finally {
        relay.next();
      }
    };
    return {
      move: (tenant: string, to: Place, where?: Cut) =>
        cut(where, () => moveTenant(moving(tenant), to)),
      undo: (tenant: string, where?: Cut) => cut(where, () => undoMove(moving(tenant))),
      migrate: (where?: Cut, ...argv: string[]) =>
        cut(where, async () => {
          const given = ['migrate', ...argv, '--migrations', folder, '--json'];
          const { code, stdout, stderr } = await runCommand(config, given);
          return { code, said: `${stdout}${stderr}` };
        }),
      suspend: (organizationId: string) =>
        cut(undefined, () => feature.suspend(pool, { organizationId, reason: 'history' })),
      restore: (organizationId: string) =>
        cut(undefined, () => feature.restore(pool, { organizationId })),
    };
  };
  const operators = [await operator(), await operator()] as const;
  const first = await operators[0].migrate(undefined);
  if (first.code !== 0) throw new Error(first.said);
  const base = entries();
  const since = base.at(-1)?.when;

  return {
    url,
    eu1,
    at,
    ask,
    operators,
    pools: [await open(), await open()] as const,
    folder,
    entries,
    /** Adds a migration to the folder. */
    add: (change: Change) => void add(changes[change](entries().length)),
    routes: () => ask(url, 'select tenant, place, moving from tenantry.placements order by tenant'),
    moves: () => ask(url, 'select tenant, target, phase from tenantry.moves'),
    /** As if nothing had happened; pools keep what they have learnt. */
    reset: async () => {
      write(base);
      await ask(
        url,
        `${takeBack}; truncate items, notes, t_acme.items, t_acme.notes;
         delete from tenantry.moves; delete from tenantry.placements; delete from tenantry.place_migrations;
         delete from tenantry.schema_migrations where created_at > ${since};
         delete from drizzle.__drizzle_migrations where created_at > ${since};
         select nextval('tenantry.route_epoch');
         insert into memberships (organization_id, user_id) select o.id, u.id from organizations o, users u on conflict do nothing`,
      );
      await ask(
        eu1,
        `${takeBack}; truncate items, notes, memberships; delete from users; delete from organizations;
         delete from drizzle.__drizzle_migrations where created_at > ${since};
         select nextval('tenantry.route_epoch')`,
      );
      await fill(undefined, 3);
    },
  };
}
