import { createTenantPool, defineTenancy, type TenantPoolOptions } from '@tenantry/core';
import type { PlacementConnection } from '@tenantry/core/placement';
import { definePlacements } from '@tenantry/placements';
import { defineIsolation } from '@tenantry/rls';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { type AnyPgTable, pgTable, text, uuid } from 'drizzle-orm/pg-core';

export const tenancy = defineTenancy({
  tenant: 'organization',
  id: 'uuid',
  roles: { app: 'placements_app', system: 'placements_system' },
});
const { isolate, tenants, visibleThrough } = defineIsolation(tenancy);

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
  { ...tenancy.columns.scoped(), userId: uuid('user_id').notNull() },
  (t) => [...isolate(t, { key: [t.userId] })],
);
const items = pgTable(
  'items',
  { ...tenancy.columns.scoped(), id: tenancy.columns.id(), title: text('title').notNull() },
  (t) => [...isolate(t)],
);

export const schema = { organizations, users, memberships, items };
export const directory = {
  tenant: organizations.id,
  claims: { slug: organizations.slug },
  member: memberships.userId,
};

export const featureOf = (connect: (database: string) => PlacementConnection | undefined) =>
  definePlacements(tenancy, { connect });

/** A database with the tables of the application and the catalogue of places. */
export const emptyDatabase = () =>
  testDatabase({
    key: 'placements',
    migrate: (url) =>
      applySchema(url, { tenancy, schema, directory, features: [featureOf(() => undefined)] }),
  });

export const acme = '00000000-0000-4000-8000-00000000000a';
export const globex = '00000000-0000-4000-8000-00000000000b';
export const ada = '00000000-0000-4000-8000-0000000000a1';
export const bob = '00000000-0000-4000-8000-0000000000b1';

/** Runs SQL as the superuser of the test server. */
export const ask = (url: string, sql: string, values: unknown[] = []) =>
  withClient(url, async (client) => (await client.query(sql, values)).rows);

/** The shared database, and one for each name, all with both organizations. */
export async function places(...names: string[]) {
  const shared = await emptyDatabase();
  const urls = new Map<string, string>();
  for (const name of names) {
    const { url } = await emptyDatabase();
    urls.set(name, url);
    await ask(url, 'insert into tenantry.here (place) values ($1)', [name]);
    await ask(shared.url, 'insert into tenantry.places (name) values ($1)', [name]);
  }
  const people: [string, string, string, string][] = [
    [acme, 'acme', ada, 'ada@acme.example'],
    [globex, 'globex', bob, 'bob@globex.example'],
  ];
  for (const url of [shared.url, ...urls.values()]) {
    for (const [id, slug, user, email] of people) {
      await ask(url, 'insert into organizations (id, slug) values ($1, $2)', [id, slug]);
      await ask(url, 'insert into users (id, email) values ($1, $2)', [user, email]);
      await ask(url, 'insert into memberships (organization_id, user_id) values ($1, $2)', [
        id,
        user,
      ]);
    }
  }
  const logins = await createLogins(shared.url, tenancy);
  const as = (login: 'app' | 'system' | 'owner', url: string) => {
    if (login === 'owner') return url;
    const own = new URL(url);
    own.username = new URL(logins[login]).username;
    own.password = new URL(logins[login]).password;
    return own.href;
  };
  const open = (
    options: Partial<TenantPoolOptions> = {},
    limits = {},
    through = (url: string) => url,
  ) =>
    createTenantPool(tenancy, {
      connectionString: through(logins.app),
      system: { connectionString: through(logins.system) },
      max: 4,
      placements: definePlacements(tenancy, {
        connect: (name, login) =>
          urls.has(name) ? through(as(login, urls.get(name) as string)) : undefined,
        ...limits,
      }),
      logger: { warn: () => {} },
      ...options,
    });
  /** What a move does at its end, without the rows. */
  const route = async (tenant: string, place: string | null) => {
    const [last] = await ask(
      shared.url,
      'select place from tenantry.placements where tenant = $1',
      [tenant],
    );
    await ask(shared.url, "select nextval('tenantry.route_epoch')");
    const from = urls.get(last?.place ?? '');
    if (from !== undefined) await ask(from, "select nextval('tenantry.route_epoch')");
    if (place === null) {
      await ask(
        shared.url,
        `with kept as (update tenantry.placements set place = null where tenant = $1 and suspended_at is not null)
         delete from tenantry.placements where tenant = $1 and suspended_at is null`,
        [tenant],
      );
    } else {
      await ask(
        shared.url,
        `insert into tenantry.placements (tenant, place) values ($1, $2)
         on conflict (tenant) do update set place = excluded.place, moving = false`,
        [tenant, place],
      );
    }
  };
  return { shared: shared.url, urls, open, route };
}
