import { asc, eq } from 'drizzle-orm';
import { businesses, memberships, users } from '../src/schema/index.ts';
import { tenancy } from '../src/tenancy.ts';
import { db } from './db.ts';

// Who there is, and which businesses are theirs, is asked across businesses, before one is entered.

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly businesses: string;
}

/** Everybody who can sign in, for the list of the sign-in page. An application of yours has none. */
export const everybody = (): Promise<Person[]> =>
  tenancy.asSystem({ reason: 'sign-in page', actor: 'sign-in' }, async () => {
    const rows = await db
      .select({ id: users.id, name: users.name, business: businesses.name })
      .from(users)
      .innerJoin(memberships, eq(memberships.userId, users.id))
      .innerJoin(businesses, eq(businesses.id, memberships.businessId))
      .orderBy(asc(users.name), asc(businesses.name));
    const people = new Map<string, Person>();
    for (const { id, name, business } of rows) {
      const known = people.get(id);
      people.set(id, {
        id,
        name,
        businesses: known ? `${known.businesses}, ${business}` : business,
      });
    }
    return [...people.values()];
  });

/** The businesses of a person, by name. */
export const businessesOf = (userId: string): Promise<{ name: string; slug: string }[]> =>
  tenancy.asSystem({ reason: 'choose a business', actor: userId }, () =>
    db
      .select({ name: businesses.name, slug: businesses.slug })
      .from(businesses)
      .innerJoin(memberships, eq(memberships.businessId, businesses.id))
      .where(eq(memberships.userId, userId))
      .orderBy(asc(businesses.name)),
  );
