import { defineTenancy } from '@tenantry/core';
import { definePlacements, masked } from '@tenantry/placements';
import { defineIsolation } from '@tenantry/rls';
import { applySchema, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { type AnyPgTable, jsonb, pgTable, text, uuid, varchar } from 'drizzle-orm/pg-core';

export const tenancy = defineTenancy({
  tenant: 'organization',
  id: 'uuid',
  roles: { app: 'masks_app', system: 'masks_system' },
});
const { isolate, tenants, visibleThrough } = defineIsolation(tenancy);

const organizations = pgTable(
  'organizations',
  { id: tenancy.columns.id().primaryKey(), slug: text().notNull().unique() },
  (t) => [...tenants(t)],
);
const users = pgTable(
  'users',
  {
    id: uuid().primaryKey(),
    email: text().notNull().unique(),
    name: text(),
    bio: jsonb(),
    theme: text(),
  },
  (t) => [
    ...visibleThrough(t, { link: (): AnyPgTable => memberships, property: 'userId' }),
    ...masked(t, { email: 'email', name: 'name', bio: { value: '{}' } }),
  ],
);
const memberships = pgTable(
  'memberships',
  { ...tenancy.columns.scoped(), userId: uuid('user_id').notNull() },
  (t) => [...isolate(t, { key: [t.userId] })],
);
const contacts = pgTable(
  'contacts',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    /** Refers to users by a value. */
    email: text().references(() => users.email),
    phone: varchar({ length: 16 }),
    note: text(),
    zip: text(),
    fax: text(),
    street: text(),
  },
  (t) => [
    ...isolate(t),
    ...masked(t, {
      email: 'email',
      phone: 'phone',
      note: 'text',
      zip: { sql: "left(t.zip, 2) || '…'" },
      fax: 'null',
      street: 'unmasked',
    }),
  ],
);

export const schema = { organizations, users, memberships, contacts };
export const features = [definePlacements(tenancy, { connect: () => undefined })];
export const acme = '00000000-0000-4000-8000-00000000000a';
export const copy = '00000000-0000-4000-8000-00000000000c';
export const people = ['Ada', 'Bob'].map((name, i) => ({
  id: `00000000-0000-4000-8000-0000000000a${i}`,
  name,
  email: `${name.toLowerCase()}@acme.example`,
}));

/** A database, with the rows of a tenant unless it is empty. */
export async function maskable(empty = false) {
  const { url } = await testDatabase({
    key: 'masks',
    migrate: (fresh) => applySchema(fresh, { tenancy, schema, features }),
  });
  const ask = (text: string, values: unknown[] = []) =>
    withClient(url, async (client) => (await client.query(text, values)).rows);
  if (!empty) {
    await ask(`insert into organizations values ('${acme}', 'acme')`);
    for (const { id, name, email } of people)
      await ask(
        `with u as (insert into users values ($1, $2, $3, '{"likes": "tea"}', 'dark')), m as (insert into memberships values ('${acme}', $1))
         insert into contacts (organization_id, email, phone, note, zip, fax, street) values ('${acme}', $2, '+49 30 1234567', repeat('call ', 9), '12345', '030', 'Main St')`,
        [id, email, name],
      );
  }
  const config = { tenancy, features, database: { url, systemUrl: url } };
  return { url, ask, config };
}
