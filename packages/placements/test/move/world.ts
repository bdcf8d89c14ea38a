import { createTenantPool, defineTenancy, type TenantPool } from '@tenantry/core';
import { definePlacements } from '@tenantry/placements';
import { defineIsolation } from '@tenantry/rls';
import { createTestDatabase, type TestServer } from '@tenantry/testing';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { sql } from 'drizzle-orm';
import {
  type AnyPgTable,
  bigint,
  integer,
  jsonb,
  numeric,
  pgTable,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';
import { moveTenant } from '../../src/move/move-tenant.ts';
import type { Moving } from '../../src/move/moving.ts';
import { undoMove } from '../../src/move/undo-move.ts';
import { ask } from '../support/world.ts';

export const tenancy = defineTenancy({
  tenant: 'organization',
  id: 'uuid',
  roles: { app: 'placements_app', system: 'placements_system' },
});
const { isolate, tenants, visibleThrough, isolateThrough, shared } = defineIsolation(tenancy);

const organizations = pgTable(
  'organizations',
  { id: tenancy.columns.id().primaryKey(), slug: text('slug').notNull().unique() },
  (t) => [...tenants(t)],
);
const users = pgTable('users', { id: uuid('id').primaryKey(), email: text('email') }, (t) => [
  ...visibleThrough(t, { link: (): AnyPgTable => memberships, property: 'userId' }),
]);
const memberships = pgTable(
  'memberships',
  {
    ...tenancy.columns.scoped(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
  },
  (t) => [...isolate(t, { key: [t.userId] })],
);
const kinds = pgTable('kinds', { id: integer('id').primaryKey(), name: text('name') }, (t) => [
  ...shared(t),
]);
const items = pgTable(
  'items',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    title: text('title').notNull(),
    kind: integer('kind').references(() => kinds.id),
    number: bigint('number', { mode: 'number' }).generatedAlwaysAsIdentity(),
    amount: numeric('amount'),
    at: timestamp('at', { withTimezone: true, precision: 6 }).defaultNow(),
    data: jsonb('data'),
    doubled: numeric('doubled').generatedAlwaysAs(sql`amount * 2`),
  },
  (t) => [...isolate(t)],
);
const notes = pgTable(
  'notes',
  { itemId: uuid('item_id').notNull(), id: tenancy.columns.id().primaryKey(), body: text('body') },
  (t) => [...isolateThrough(t, { column: t.itemId, parent: () => items })],
);

export const schema = { organizations, users, memberships, kinds, items, notes };
const directory = {
  tenant: organizations.id,
  claims: { slug: organizations.slug },
  member: memberships.userId,
};
export const acme = '00000000-0000-4000-8000-00000000000a';
export const globex = '00000000-0000-4000-8000-00000000000b';
export const ada = '00000000-0000-4000-8000-0000000000a1';

const _initech = '00000000-0000-4000-8000-00000000000c';

const feature = definePlacements(tenancy, { connect: () => undefined });
const owner = 'placements_mover';

/** The same database for the login that owns its tables, which is no superuser. */
export const asOwner = (url: string, login = owner) => {
  const own = new URL(url);
  own.username = login;
  own.password = 'test';
  return own.href;
};

/** A database whose tables belong to a login with no more rights than a move needs. */
const movable = (server?: TestServer) => {
  const content = {
    key: 'placements-move',
    migrate: async (url: string) => {
      await withClient(url, async (client) => {
        await client.query(`do $$ begin
          create role ${owner} login createrole password 'test';
        exception when duplicate_object or unique_violation then null; end $$`);
        const byGrant = (
          await client.query("select current_setting('server_version_num')::int >= 160000 as is")
        ).rows[0].is;
        for (const role of [tenancy.roles.app, tenancy.roles.system]) {
          await client.query(`do $$ begin
            create role ${role} nologin;
          exception when duplicate_object or unique_violation then null; end $$`);
          await client.query(
            `grant ${role} to ${owner}${byGrant ? ' with inherit true, set true' : ''}`,
          );
        }
        await client.query(`grant set on parameter session_replication_role to ${owner}`);
        await client.query(`grant all on schema public to ${owner}`);
        const database = new URL(url).pathname.slice(1);
        await client.query(
          `grant create on database ${client.escapeIdentifier(database)} to ${owner}`,
        );
      });
      await applySchema(asOwner(url), { tenancy, schema, directory, features: [feature] });
    },
  };
  return server === undefined ? testDatabase(content) : createTestDatabase({ ...content, server });
};

/** A row of each kind, with values that are hard to copy. */
const fill = `
  insert into items (organization_id, id, title, kind, amount, at, data)
  select $1::uuid, gen_random_uuid(), E'tab\t line\n back\\ \u00e9 ' || n, 1, n * 0.1000000000000000000001,
    timestamptz '2026-01-01 00:00:00.123456+00' + n * interval '1 us', jsonb_build_object('n', n, 'big', 123456789012345678901234567890)
  from generate_series(1, $2::int) n`;

/** The shared database and places, with acme and globex in the shared tables. */
export const places = (...names: string[]) => placesOn({}, ...names);

/** The same on other servers than that of all tests. */
export async function placesOn(
  servers: { readonly shared?: TestServer; readonly places?: TestServer },
  ...names: string[]
) {
  const shared = (await movable(servers.shared)).url;
  const urls = new Map<string, string>();
  /** Logins other than the usual one, by place. */
  const owners = new Map<string, string>();
  for (const called of names) {
    const { url } = await movable(servers.places);
    await createLogins(url, tenancy);
    urls.set(called, url);
    await ask(url, 'insert into tenantry.here (place) values ($1)', [called]);
    await ask(shared, 'insert into tenantry.places (name) values ($1)', [called]);
  }
  for (const url of [shared, ...urls.values()])
    await ask(url, "insert into kinds (id, name) values (1, 'usual')");
  const logins = await createLogins(shared, tenancy);
  const as = (login: 'app' | 'system', url: string) => {
    const own = new URL(url);
    own.username = new URL(logins[login]).username;
    own.password = 'test';
    return own.href;
  };
  const connect = (called: string, login: 'app' | 'system' | 'owner') => {
    const url = urls.get(called);
    return url === undefined
      ? undefined
      : login === 'owner'
        ? asOwner(url, owners.get(called))
        : as(login, url);
  };
  const placements = definePlacements(tenancy, { connect });
  const open = () =>
    createTenantPool(tenancy, {
      connectionString: logins.app,
      system: { connectionString: logins.system },
      max: 4,
      placements,
      logger: { warn: () => {} },
    }) as unknown as TenantPool;
  /** A tenant in the shared tables, with a member and rows. */
  const tenant = async (id: string, slug: string, rows = 10) => {
    await ask(shared, 'insert into organizations (id, slug) values ($1, $2)', [id, slug]);
    await ask(shared, 'insert into users (id, email) values ($1, $2) on conflict do nothing', [
      ada,
      'ada@acme.example',
    ]);
    await ask(shared, 'insert into memberships (organization_id, user_id) values ($1, $2)', [
      id,
      ada,
    ]);
    await ask(shared, fill, [id, rows]);
    await ask(
      shared,
      "insert into notes (item_id, body) select id, 'note' from items where organization_id = $1",
      [id],
    );
  };
  const moving = (pool: TenantPool, id: string): Moving => ({
    tenancy,
    pool,
    tenant: id,
    owners: { connect, url: asOwner(shared) },
    ledger: { schema: 'drizzle', table: '__drizzle_migrations' },
    waitMs: 10_000,
    progress: () => {},
  });
  const asSystem = <R>(fn: () => Promise<R>) =>
    tenancy.asSystem({ reason: 'move', actor: 'test', write: true }, fn);
  const move = (pool: TenantPool, id: string, to: string | null) =>
    asSystem(() => moveTenant(moving(pool, id), to));
  const undo = (pool: TenantPool, id: string) => asSystem(() => undoMove(moving(pool, id)));
  const urlOf = (place: string | null) => (place === null ? shared : (urls.get(place) as string));
  /** All rows of a tenant at a place, as text. */
  const rowsAt = async (place: string | null, id: string) => {
    const url = urlOf(place);
    const items = await ask(
      url,
      'select items::text as row from items where organization_id = $1 order by 1',
      [id],
    );
    const notes = await ask(
      url,
      'select n.body, i.title from notes n join items i on i.id = n.item_id where i.organization_id = $1 order by 2',
      [id],
    );
    const members = await ask(
      url,
      'select memberships::text as row from memberships where organization_id = $1',
      [id],
    );
    return { items, notes, members };
  };
  const routes = () =>
    ask(shared, 'select tenant, place, moving from tenantry.placements order by tenant');
  return {
    shared,
    urls,
    open,
    tenant,
    move,
    undo,
    rowsAt,
    routes,
    urlOf,
    connect,
    placements,
    moving,
    asSystem,
    owners,
  };
}
