import { defineTenancy } from '@tenantry/core';
import { type AnyPgTable, index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { defineIsolation } from '../../src/index.ts';

/** People whom memberships show to tenants, on one server or on Citus. */
export function people(dialect: 'postgres' | 'citus') {
  const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid', dialect });
  const { isolate, reference, tenants, visibleThrough } = defineIsolation(tenancy);
  const organizations = pgTable('organizations', { id: tenancy.columns.id().primaryKey() }, (t) => [
    ...tenants(t),
  ]);
  const users = pgTable(
    'users',
    { id: uuid().primaryKey().defaultRandom(), email: text().notNull().unique() },
    (t) => [...visibleThrough(t, { link: (): AnyPgTable => memberships, property: 'userId' })],
  );
  const memberships = pgTable(
    'memberships',
    {
      ...tenancy.columns.scoped(),
      userId: uuid('user_id')
        .notNull()
        .references(() => users.id),
    },
    (t) => [
      ...isolate(t, { key: [t.userId] }),
      ...reference(t, { column: t.organizationId, to: () => organizations, onDelete: 'cascade' }),
      index().on(t.userId),
    ],
  );
  const projects = pgTable(
    'projects',
    {
      ...tenancy.columns.scoped(),
      id: tenancy.columns.id(),
      name: text().notNull(),
      owner: uuid().references(() => users.id),
    },
    (t) => [...isolate(t), index().on(t.owner)],
  );
  const schema = { organizations, users, memberships, projects };
  const directory = { tenant: organizations.id, member: memberships.userId };
  return { tenancy, schema, directory };
}
