import { and, asc, count, eq, type SQL } from 'drizzle-orm';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import { integer, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

/** A table as each of the Drizzle variants knows it; only names of table and tenant column differ. */
const projectsTable = <T extends string, C extends string>(table: T, column: C) =>
  pgTable(table, {
    // the column has a default in the database, so an insert may leave it out
    tenantId: uuid(column as string)
      .notNull()
      .defaultRandom(),
    id: uuid().notNull().defaultRandom(),
    name: text().notNull(),
    stars: integer().notNull().default(0),
    doneAt: timestamp('done_at', { withTimezone: true }),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  });

export const projects = projectsTable('projects', 'organization_id');
export const peerProjects = projectsTable('peer_projects', 'tenant_id');

type Projects = ReturnType<typeof projectsTable>;

/** What runs queries: the database, or a transaction. */
export type Db = Pick<NodePgDatabase, 'select' | 'insert' | 'update'>;

/**
 * The statements in Drizzle.
 * @param tenant the tenant to filter by and to write; left to the database when undefined.
 */
export function drizzleQueries(db: Db, table: Projects, tenant: string | undefined) {
  const { id, name, stars, doneAt, createdAt } = table;
  const columns = { id, name, stars, doneAt, createdAt };
  const mine: SQL | undefined = tenant === undefined ? undefined : eq(table.tenantId, tenant);
  const owner = tenant === undefined ? {} : { tenantId: tenant };
  return {
    point: (row: string) =>
      db
        .select(columns)
        .from(table)
        .where(and(mine, eq(table.id, row))),
    list: () => db.select(columns).from(table).where(mine).orderBy(asc(table.id)).limit(50),
    count: () => db.select({ n: count() }).from(table).where(mine),
    insert: (value: number) =>
      db
        .insert(table)
        .values({ ...owner, name: 'New', stars: value })
        .returning({ id: table.id }),
    update: (row: string, value: number) =>
      db
        .update(table)
        .set({ stars: value })
        .where(and(mine, eq(table.id, row))),
    duplicate: (row: string) => db.insert(table).values({ ...owner, id: row, name: 'Twice' }),
  };
}
