import { eq } from 'drizzle-orm';
import type { MiddlewareHandler } from 'hono';
import type { Database } from './database.ts';
import { Problem } from './problems.ts';
import { memberships, role } from './schema.ts';
import type { SessionEnv } from './session.ts';

type Role = (typeof role.enumValues)[number];

const rank = (name: Role) => role.enumValues.indexOf(name);

/** Lets members through whose role has at least these rights; the others get 403. */
export function atLeast(needed: Role, { db }: Database): MiddlewareHandler<SessionEnv> {
  return async (c, next) => {
    const [mine] = await db
      .select({ role: memberships.role })
      .from(memberships)
      .where(eq(memberships.userId, c.var.userId));
    if (mine === undefined || rank(mine.role) > rank(needed)) {
      throw new Problem(403, `This needs the role ${needed}`);
    }
    await next();
  };
}
