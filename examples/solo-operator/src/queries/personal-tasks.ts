import { asc } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { personalTasks } from '../schema/index.ts';

/** What the current user has to do; a policy hides what others have to. */
export const listPersonalTasks = (db: Database['db']) =>
  db.select().from(personalTasks).orderBy(asc(personalTasks.createdAt), asc(personalTasks.id));
