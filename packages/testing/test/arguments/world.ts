import { createTenantPool, defineTenancy } from '@tenantry/core';
import { type ColumnsLike, defineIsolation } from '@tenantry/rls';
import { getTableConfig, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';

export const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
/** A pool that nothing connects: what is called here reads its arguments only. */
export const pool = createTenantPool(tenancy, { connectionString: 'postgres://127.0.0.1:1/none' });

const isolation = defineIsolation(tenancy);

/** The columns as a fragment gets them: those of the third argument of `pgTable`. */
const given = new Map<string, ColumnsLike>();
const keep = <T extends object>(name: string, t: T): T => {
  given.set(name, t as ColumnsLike);
  return t;
};

const organizations = pgTable('organizations', { id: tenancy.columns.id().primaryKey() }, (t) => [
  ...isolation.tenants(keep('organizations', t)),
]);
export const projects = pgTable(
  'projects',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    name: text().notNull(),
    parentId: uuid('parent_id'),
    number: integer().notNull().default(0),
  },
  (t) => [
    ...isolation.isolate(keep('projects', t)),
    ...isolation.searchable(t, { name: 'substring' }),
  ],
);
const users = pgTable('users', { id: uuid().primaryKey() }, (t) => [
  ...isolation.systemOnly(keep('users', t)),
]);
for (const table of [organizations, projects, users]) getTableConfig(table);

/** The columns of a table, for a fragment. */
export const columnsOf = (name: 'organizations' | 'projects' | 'users'): ColumnsLike =>
  given.get(name) as ColumnsLike;
