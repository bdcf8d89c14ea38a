import { and, eq } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { memberships } from '../schema/index.ts';
import { tenancy } from '../tenancy.ts';

/** Whether the current user is an owner of the current business. */
export async function isOwner(db: Database['db']): Promise<boolean> {
  const { user } = tenancy.current();
  const mine = and(eq(memberships.userId, user ?? ''), eq(memberships.role, 'owner'));
  return (await db.$count(memberships, mine)) > 0;
}
