import { defineTenancy, type TenancyOptions } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { sql } from 'drizzle-orm';
import { type AnyPgTable, integer, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';

/** One application on one server, or on Citus. */
export function application(
  dialect: 'postgres' | 'citus',
  options: Pick<TenancyOptions<'organization', 'uuid'>, 'roles' | 'schema'> = {},
) {
  const tenancy = defineTenancy({
    tenant: 'organization',
    id: 'uuid',
    dialect,
    ...options,
  });
  const { isolate, tenants, shared, systemOnly, reference } = defineIsolation(tenancy);
  const organizations = pgTable(
    'organizations',
    { id: tenancy.columns.id().primaryKey(), name: text().notNull() },
    (t) => [...tenants(t)],
  );
  const users = pgTable(
    'users',
    { id: uuid().primaryKey().defaultRandom(), email: text().notNull().unique() },
    (t) => [...systemOnly(t)],
  );
  const plans = pgTable('plans', { key: text().primaryKey(), price: integer() }, (t) => [
    ...shared(t),
  ]);
  const jobs = pgTable('jobs', { id: uuid().primaryKey().defaultRandom() }, (t) => [
    ...systemOnly(t),
  ]);
  const projects = pgTable(
    'projects',
    {
      ...tenancy.columns.scoped(),
      id: tenancy.columns.id(),
      name: text().notNull(),
      hidden: integer().notNull().default(0),
      plan: text().references(() => plans.key),
      owner: uuid().references(() => users.id),
    },
    (t) => [
      ...isolate(t, { read: sql`${t.hidden} = 0`, write: { delete: sql`${t.name} <> 'kept'` } }),
      unique('projects_name_key').on(t.organizationId, t.name),
    ],
  );
  const tasks = pgTable(
    'tasks',
    {
      ...tenancy.columns.scoped(),
      id: tenancy.columns.id(),
      projectId: uuid('project_id').notNull(),
      title: text().notNull(),
    },
    (t) => [
      ...isolate(t),
      ...reference(t, {
        column: t.projectId,
        to: (): AnyPgTable => projects,
        onDelete: 'cascade',
      }),
    ],
  );
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
  return {
    tenancy,
    schema: { organizations, users, plans, jobs, projects, tasks, memberships },
    directory: { tenant: organizations.id, member: memberships.userId },
  };
}
