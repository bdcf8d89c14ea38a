import { asc, eq, getTableColumns, sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { clients, contentItems } from '../schema/index.ts';

/** What is written and filmed: what is scheduled first, by its time, then the rest by title. */
export const listContent = (db: Database['db']) =>
  db
    .select({ ...getTableColumns(contentItems), clientName: clients.name })
    .from(contentItems)
    .leftJoin(clients, eq(clients.id, contentItems.clientId))
    .orderBy(sql`${contentItems.scheduledFor} nulls last`, asc(contentItems.title));
