import { asc, eq, gt } from 'drizzle-orm';
import { Hono } from 'hono';
import type { Database } from '../database.ts';
import { pageQuery, toPage } from '../paging.ts';
import { memberships, users } from '../schema.ts';
import type { SessionEnv } from '../session.ts';
import { readQuery } from '../validation.ts';

/** The members of the organization, with the rows of `users` that membership makes visible. */
export function memberRoutes({ db }: Database) {
  return new Hono<SessionEnv>().get('/', async (c) => {
    const { after, limit } = readQuery(c, pageQuery);
    const rows = await db
      .select({
        userId: users.id,
        email: users.email,
        name: users.name,
        role: memberships.role,
        joinedAt: memberships.joinedAt,
      })
      .from(memberships)
      .innerJoin(users, eq(users.id, memberships.userId))
      .where(after === undefined ? undefined : gt(users.email, after))
      .orderBy(asc(users.email))
      .limit(limit + 1);
    return c.json(toPage(rows, limit, (member) => member.email));
  });
}
