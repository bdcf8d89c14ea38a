import { TenantryError } from '@tenantry/core';
import { and, eq, inArray, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from './database.ts';
import { newId } from './ids.ts';
import { currency, name, read, taxRate, text } from './input.ts';
import { businesses, logins, memberRoles, memberships, settings, users } from './schema/index.ts';
import { tenancy } from './tenancy.ts';

// What concerns a person and not one business: it runs across businesses, as the system role.

type Db = Database['db'];

const account = z.strictObject({
  name: name(),
  email: z.email().max(254),
  /** By a password hash such as argon2id; none for a login at an identity provider. */
  hashedPassword: name(500).optional(),
  business: z.strictObject({
    name: name(),
    slug: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/),
    currency,
    taxRate: taxRate.optional(),
    timeZone: z.string().refine(isTimeZone, 'no time zone').optional(),
    invoiceNotes: text(5000).optional(),
  }),
});

/**
 * Signs somebody up: a user, and a business of which the user is the owner.
 * @throws TenantryError `REQUEST_INVALID`; an address or a slug that is taken is `ROW_EXISTS`
 */
export async function signUp(
  db: Db,
  input: unknown,
): Promise<{ userId: string; businessId: string }> {
  const { business, hashedPassword, ...person } = read(account, input);
  const { name: businessName, slug, ...preferences } = business;
  const ids = { userId: newId(), businessId: newId() };
  return tenancy.asSystem({ reason: 'sign up', actor: ids.userId, write: true }, () =>
    db.transaction(async (tx) => {
      await tx.insert(users).values({ ...person, id: ids.userId });
      if (hashedPassword !== undefined)
        await tx.insert(logins).values({ userId: ids.userId, hashedPassword });
      await tx.insert(businesses).values({ id: ids.businessId, name: businessName, slug });
      await tx.insert(memberships).values({ ...ids, role: 'owner' });
      await tx.insert(settings).values({ ...preferences, businessId: ids.businessId });
      return ids;
    }),
  );
}

const hire = z.strictObject({
  email: z.email().max(254),
  name: name(),
  role: z.enum(memberRoles).optional(),
});

/**
 * Lets somebody work for the current business, who may have a business of their own. Invitations that have to
 * be accepted are those of `@tenantry/rbac`.
 * @returns the id of the user
 * @throws TenantryError `REQUEST_INVALID`; `OWNER_NEEDED` when the current user is no owner
 */
export async function addMember(db: Db, input: unknown): Promise<string> {
  const { role, ...person } = read(hire, input);
  const { businessId, user = 'nobody' } = tenancy.current();
  return tenancy.asSystem({ reason: 'add a member', actor: user, write: true }, () =>
    db.transaction(async (tx) => {
      const owner = and(
        eq(memberships.businessId, businessId),
        eq(memberships.userId, user),
        eq(memberships.role, 'owner'),
      );
      // an owner who is removed meanwhile waits, or is not found
      const owners = await tx.select().from(memberships).where(owner).for('share');
      if (owners.length === 0) throw new TenantryError('OWNER_NEEDED');
      const [known] = await tx
        .insert(users)
        .values(person)
        // the name is the user's own business
        .onConflictDoUpdate({ target: users.email, set: { email: sql`excluded.email` } })
        .returning({ id: users.id });
      const { id: userId } = known as { id: string };
      await tx.insert(memberships).values({ businessId, userId, role }).onConflictDoNothing();
      return userId;
    }),
  );
}

/**
 * Deletes an account: the user, what is personal, and every business in which nobody else works. A business
 * with other people stays; its subscription is its own, and the one who is there longest becomes its owner.
 */
export async function deleteAccount(db: Db, userId: string): Promise<void> {
  return tenancy.asSystem({ reason: 'delete an account', actor: userId, write: true }, () =>
    db.transaction(async (tx) => {
      const mine = tx
        .select({ id: memberships.businessId })
        .from(memberships)
        .where(eq(memberships.userId, userId));
      // nobody joins or leaves them meanwhile
      const own = await tx
        .select({ id: businesses.id })
        .from(businesses)
        .where(inArray(businesses.id, mine))
        .orderBy(businesses.id)
        .for('update');
      await tx.delete(users).where(eq(users.id, userId));
      for (const { id } of own) {
        const left = await tx
          .select()
          .from(memberships)
          .where(eq(memberships.businessId, id))
          .orderBy(memberships.createdAt, memberships.userId);
        const [next] = left;
        if (next === undefined) await tx.delete(businesses).where(eq(businesses.id, id));
        else if (left.every(({ role }) => role !== 'owner'))
          await tx
            .update(memberships)
            .set({ role: 'owner' })
            .where(and(eq(memberships.businessId, id), eq(memberships.userId, next.userId)));
      }
    }),
  );
}

function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}
