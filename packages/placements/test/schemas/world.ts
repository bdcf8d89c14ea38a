import { createTenantPool, defineTenancy, type TenantPoolOptions } from '@tenantry/core';
import { definePlacements } from '@tenantry/placements';
import { defineIsolation } from '@tenantry/rls';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { sql } from 'drizzle-orm';
import {
  type AnyPgTable,
  bigserial,
  check,
  index,
  integer,
  pgEnum,
  pgTable,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import { runCommand } from 'tenantry';
import { onTestFinished } from 'vitest';

export const tenancy = defineTenancy({
  tenant: 'organization',
  id: 'uuid',
  roles: { app: 'schemas_app', system: 'schemas_system' },
});
const { isolate, reference, tenants, visibleThrough } = defineIsolation(tenancy);

const status = pgEnum('status', ['open', 'closed']);
const organizations = pgTable(
  'organizations',
  { id: tenancy.columns.id().primaryKey(), slug: text('slug').notNull().unique() },
  (t) => [...tenants(t)],
);
const users = pgTable(
  'users',
  { id: uuid('id').primaryKey(), email: text('email').notNull() },
  (t) => [...visibleThrough(t, { link: (): AnyPgTable => memberships, property: 'userId' })],
);
const memberships = pgTable(
  'memberships',
  { ...tenancy.columns.scoped(), userId: uuid('user_id').notNull() },
  (t) => [...isolate(t, { key: [t.userId] })],
);
export const items = pgTable(
  'items',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    number: bigserial('number', { mode: 'number' }).notNull(),
    size: integer('size').generatedAlwaysAsIdentity(),
    title: text('title').notNull(),
    lower: text('lower').generatedAlwaysAs(sql`lower(title)`),
    status: status('status').notNull().default('open'),
    parent: uuid('parent'),
    by: uuid('by'),
  },
  (t) => [
    ...isolate(t),
    ...reference(t, { column: t.organizationId, to: () => organizations, onDelete: 'cascade' }),
    ...reference(t, { column: t.parent, to: (): AnyPgTable => items, onDelete: 'set null' }),
    ...reference(t, {
      column: t.by,
      to: () => memberships,
      property: 'userId',
      onDelete: 'set null',
    }),
    unique('items_title_key').on(t.organizationId, t.title),
    index('items_open').on(t.organizationId, t.title).where(sql`status = 'open'`),
    check('items_title_form', sql`title <> ''`),
  ],
);
export const notes = pgTable(
  'notes',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    item: uuid('item').notNull(),
    text: text('text').notNull(),
  },
  (t) => [...isolate(t), ...reference(t, { column: t.item, to: () => items, onDelete: 'cascade' })],
);

export const schema = { status, organizations, users, memberships, items, notes };
export const directory = {
  tenant: organizations.id,
  claims: { slug: organizations.slug },
  member: memberships.userId,
};
export const featureTo = (connect: (database: string) => string | undefined) =>
  definePlacements(tenancy, { connect, schemaTables: [items, notes] });
export const feature = featureTo(() => undefined);

export const [acme, globex, initech] = ['a', 'b', 'c'].map(
  (last) => `00000000-0000-4000-8000-00000000000${last}`,
) as [string, string, string];
export const ada = '00000000-0000-4000-8000-0000000000a1';

/** Runs SQL as the superuser of the test server. */
export const ask = (url: string, text: string, values: unknown[] = []) =>
  withClient(url, async (client) => (await client.query(text, values)).rows);

const slugs = { acme, globex, initech };

/** The shared database, with three organizations; Ada is a member of all. */
export async function prepare(url: string): Promise<void> {
  await applySchema(url, { tenancy, schema, directory, features: [feature] });
  await ask(url, 'insert into users (id, email) values ($1, $2)', [ada, 'ada@example.com']);
  for (const [slug, id] of Object.entries(slugs)) {
    await ask(url, 'insert into organizations (id, slug) values ($1, $2)', [id, slug]);
    await ask(url, 'insert into memberships (organization_id, user_id) values ($1, $2)', [id, ada]);
  }
}

/** What a move does at its end, without the rows. */
async function route(url: string, tenant: string, place: string | null): Promise<void> {
  await ask(url, "select nextval('tenantry.route_epoch')");
  await ask(url, 'delete from tenantry.placements where tenant = $1', [tenant]);
  if (place !== null)
    await ask(url, 'insert into tenantry.placements (tenant, place) values ($1, $2)', [
      tenant,
      place,
    ]);
}

/** Runs `tenantry places add`. */
const add = (url: string, place: string, inSchema: string, of = url) =>
  runCommand({ tenancy, features: [feature], database: { url, systemUrl: url } }, [
    'places',
    'add',
    place,
    '--schema',
    inSchema,
    '--url',
    of,
  ]);

/** A database where all share their tables. */
export const world = () => opened('schemas', prepare);

/** A database with Acme and Globex in schemas of their own, and Initech in the shared tables. */
export const two = () =>
  opened('schemas-two', async (url) => {
    await prepare(url);
    for (const [tenant, slug] of [
      [acme, 'acme'],
      [globex, 'globex'],
    ] as const) {
      const { code, stderr } = await add(url, `${slug}_own`, `t_${slug}`);
      if (code !== 0) throw new Error(stderr);
      await route(url, tenant, `${slug}_own`);
    }
  });

async function opened(key: string, migrate: (url: string) => Promise<void>) {
  const { url } = await testDatabase({ key, migrate });
  const logins = await createLogins(url, tenancy);
  const pools: { end(): unknown }[] = [];
  onTestFinished(async () => {
    await Promise.all(pools.map((pool) => pool.end()));
  });
  return {
    url,
    /** Opens a pool, which ends with the test. */
    open: (options: Partial<TenantPoolOptions> = {}) => {
      const pool = createTenantPool(tenancy, {
        connectionString: logins.app,
        system: { connectionString: logins.system },
        max: 3,
        placements: feature,
        logger: { warn: () => {} },
        ...options,
      });
      pools.push(pool);
      return pool;
    },
    add: (place: string, inSchema: string, of = url) => add(url, place, inSchema, of),
    route: (tenant: string, place: string | null) => route(url, tenant, place),
    /** The titles of the items in a schema. */
    titles: async (of: string) =>
      (await ask(url, `select title from ${of}.items order by title`)).map(({ title }) => title),
  };
}

/** What a pool, a client and a transaction have. */
export interface Querying {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** Writes an item of the tenant of the scope. */
export const put = (db: Querying, title: string) =>
  db.query('insert into items (title) values ($1) returning id', [title]);

/** Reads the titles that the tenant of the scope sees. */
export const read = async (db: Querying) =>
  (await db.query('select title from items order by title')).rows.map(
    (row) => (row as { title: string }).title,
  );

/** A pool on a shared database whose tenants may have databases too; whoever opens it ends it. */
export async function openPool(url: string, connect: (database: string) => string | undefined) {
  const logins = await createLogins(url, tenancy);
  return createTenantPool(tenancy, {
    connectionString: logins.app,
    system: { connectionString: logins.system },
    max: 4,
    placements: definePlacements(tenancy, {
      connect: (name, login) => {
        const to = connect(name);
        if (to === undefined || login === 'owner') return to;
        const own = new URL(logins[login]);
        own.pathname = new URL(to).pathname;
        return own.href;
      },
    }),
    logger: { warn: () => {} },
  });
}
