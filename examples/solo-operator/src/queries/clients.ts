import { asc } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { clients } from '../schema/index.ts';

/** The clients of the current business, by name. */
export const listClients = (db: Database['db']) =>
  db.select().from(clients).orderBy(asc(clients.name), asc(clients.id));
