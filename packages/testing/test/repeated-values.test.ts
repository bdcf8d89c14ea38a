import { createTenantPool, defineTenancy } from '@tenantry/core';
import { databaseErrorOf } from '@tenantry/core/adapter';
import { defineIsolation } from '@tenantry/rls';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { jsonb, numeric, pgTable, text, timestamp, unique } from 'drizzle-orm/pg-core';
import { Kysely, PostgresDialect } from 'kysely';
import { afterAll, expect, test } from 'vitest';
import { declaredTables, readModel } from '../src/isolation/model.ts';

// Rows written back whole, through the pool, as people write it with Drizzle and Kysely.

const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
const { isolate, tenants } = defineIsolation(tenancy);
const organizations = pgTable(
  'organizations',
  { id: tenancy.columns.id().primaryKey(), name: text().notNull(), plan: text().default('free') },
  (t) => [...tenants(t, { readOnly: [t.plan] })],
);
const projects = pgTable(
  'projects',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    slug: text().notNull(),
    spent: numeric().notNull().default('1.50'),
    facts: jsonb()
      .notNull()
      .default({ a: [1, null], b: 'x' }),
    approvedAt: timestamp('approved_at', { precision: 3, withTimezone: true }).defaultNow(),
    seenAt: timestamp('seen_at', { withTimezone: true }),
  },
  (t) => [
    ...isolate(t, { readOnly: [t.spent, t.facts, t.approvedAt, t.seenAt] }),
    unique('projects_slug').on(t.organizationId, t.slug),
  ],
);
const schema = { organizations, projects };
const { url } = await testDatabase({
  key: 'repeated-values',
  migrate: async (to) => void (await applySchema(to, { tenancy, schema })),
});
const logins = await createLogins(url, tenancy);
const pool = createTenantPool(tenancy, {
  connectionString: logins.app,
  system: { connectionString: logins.system },
});
afterAll(() => pool.end());
const db = drizzle({ client: pool });
type Row = Omit<typeof projects.$inferSelect, 'organizationId'> & { organization_id: string };
const kysely = new Kysely<{ projects: Row }>({ dialect: new PostgresDialect({ pool }) });

const tenant = '00000000-0000-4000-8000-000000000001';
const inTenant = <R>(fn: () => Promise<R>) => tenancy.run(tenant, fn);
await tenancy.asSystem({ reason: 'a test', actor: 'tests', write: true }, () =>
  db.insert(organizations).values({ id: tenant, name: 'Acme' }),
);
let n = 0;
const added = async (more: Partial<typeof projects.$inferInsert> = {}) => {
  n += 1;
  const [row] = await db
    .insert(projects)
    .values({ slug: `p${n}`, ...more })
    .returning();
  if (row === undefined) throw new Error('no row');
  return row;
};
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

test('Drizzle: update().set(row)', async () => {
  const slug = await inTenant(async () => {
    const row = await added();
    await db
      .update(projects)
      .set({ ...row, slug: `${row.slug}!` })
      .where(eq(projects.id, row.id));
    const [organization] = await db.select().from(organizations);
    await db.update(organizations).set({ ...organization, name: 'Acme & Sons' });
    const [found] = await db.select().from(projects).where(eq(projects.id, row.id));
    return [row.slug, found?.slug];
  });
  expect(slug[1]).toBe(`${slug[0]}!`);
});

test('Drizzle: onConflictDoUpdate({ set: row }) on the key, and on another unique key', async () => {
  await inTenant(async () => {
    const row = await added();
    const key = [projects.organizationId, projects.id];
    const again = { ...row, slug: `${row.slug}?` };
    const [written] = await db
      .insert(projects)
      .values(again)
      .onConflictDoUpdate({ target: key, set: again })
      .returning();
    expect(written).toEqual(again);
    await db
      .insert(projects)
      .values(again)
      .onConflictDoUpdate({
        target: [projects.organizationId, projects.slug],
        set: again,
      });
    // a fresh id in `values` is one for the row that is inserted, not for the one that is met
    const { id: _, ...rest } = again;
    const fresh = { ...rest, id: crypto.randomUUID() };
    const failure = await failureOf(
      db
        .insert(projects)
        .values(fresh)
        .onConflictDoUpdate({ target: [projects.organizationId, projects.slug], set: fresh }),
    );
    expect(databaseErrorOf(failure)?.details).toEqual({ column: 'id' });
  });
});

test('Kysely: set(row), and doUpdateSet(row)', async () => {
  await inTenant(async () => {
    const { id } = await added();
    const {
      seenAt: _,
      approvedAt: __,
      ...row
    } = (await kysely
      .selectFrom('projects')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow()) as Row;
    const updated = await kysely
      .updateTable('projects')
      .set({ ...row, slug: `${row.slug}!` })
      .where('id', '=', id)
      .executeTakeFirst();
    expect(updated.numUpdatedRows).toBe(1n);
    const upserted = await kysely
      .insertInto('projects')
      .values(row as never)
      .onConflict((conflict) => conflict.columns(['organization_id', 'id']).doUpdateSet(row))
      .executeTakeFirst();
    expect(upserted.numInsertedOrUpdatedRows).toBe(1n);
  });
});

test('a changed value travels as an error of pg, and gets a code', async () => {
  const failure = await inTenant(async () => {
    await added();
    return failureOf(pool.query(`update projects set spent = '1.5'`));
  });
  expect(failure).toMatchObject({
    code: '42501',
    severity: 'ERROR',
    schema: 'public',
    table: 'projects',
    column: 'spent',
    message: 'permission denied to change column "spent" of table "projects"',
    hint: expect.stringContaining('Only the system role'),
  });
  expect(databaseErrorOf(failure)).toMatchObject({
    code: 'ROW_FORBIDDEN',
    found: 'column spent',
    details: { column: 'spent' },
  });
});

test('a Date has no microseconds: written back it is another time', async () => {
  const at = '2026-01-02 03:04:05.678901+00';
  const failure = await inTenant(async () => {
    const row = await added();
    await pool.query('insert into projects (id, slug, seen_at) values ($1, $2, $3)', [
      crypto.randomUUID(),
      `${row.slug} seen`,
      at,
    ]);
    const [seen] = await db
      .select()
      .from(projects)
      .where(eq(projects.slug, `${row.slug} seen`));
    return failureOf(
      db
        .update(projects)
        .set({ ...seen })
        .where(eq(projects.slug, `${row.slug} seen`)),
    );
  });
  expect(databaseErrorOf(failure)?.details).toEqual({ column: 'seen_at' });
});

test('the attacks of expectIsolated write columns that a tenant may change', async () => {
  const declared = declaredTables({ schema: { projects } });
  const { tables } = await withClient(url, (client) => readModel(client, declared, 'app'));
  const free = tables[0]?.columns
    .filter(({ mayUpdate, fixed }) => mayUpdate && !fixed)
    .map(({ name }) => name);
  expect(free).toEqual(['slug']);
});
