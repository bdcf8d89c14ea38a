import { and, desc, eq, isNotNull, not, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { Change } from './change.ts';
import type { Database, Transaction } from './database.ts';
import { identityObjects, memberships, organizations, users } from './schema.ts';
import { tenancy } from './tenancy.ts';

/**
 * Applies a change, in any order and any number of times: only what is newer than what is known has an
 * effect, and what was deleted stays deleted.
 *
 * @returns whether it was news
 */
export function applyChange({ db }: Pick<Database, 'db'>, change: Change): Promise<boolean> {
  const entry = { reason: `apply a change of a ${change.kind}`, actor: 'identity', write: true };
  return tenancy.asSystem(entry, () =>
    db.transaction(async (tx) => {
      // one change at a time: a membership depends on its user and its organization
      await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('identity', 0))`);
      if (!(await isNews(tx, change))) return false;
      switch (change.kind) {
        case 'user':
          await applyUser(tx, change);
          break;
        case 'organization':
          await applyOrganization(tx, change);
          break;
        case 'membership':
          await settleMembership(tx, change.organizationId, change.userId);
      }
      return true;
    }),
  );
}

/** Notes the change, unless something newer, or its deletion, is known. */
async function isNews(tx: Transaction, change: Change): Promise<boolean> {
  const { kind, id, version, isDeleted } = change;
  const state = {
    version,
    isDeleted,
    ...(change.kind === 'membership' && {
      ofOrganization: change.organizationId,
      ofUser: change.userId,
      role: change.role,
    }),
  };
  const noted = await tx
    .insert(identityObjects)
    .values({ kind, id, ...state })
    .onConflictDoUpdate({
      target: [identityObjects.kind, identityObjects.id],
      set: state,
      setWhere: sql`not ${identityObjects.isDeleted} and (${isDeleted} or ${identityObjects.version} <= ${version})`,
    })
    .returning({ id: identityObjects.id });
  return noted.length > 0;
}

type Of<K extends Change['kind']> = Extract<Change, { kind: K }>;

async function applyUser(tx: Transaction, { id, isDeleted, email, name }: Of<'user'>) {
  if (isDeleted) {
    await tx.delete(memberships).where(eq(memberships.userId, id));
    await tx.delete(users).where(eq(users.id, id));
  } else {
    const state = { email, name };
    await tx
      .insert(users)
      .values({ id, ...state })
      .onConflictDoUpdate({ target: users.id, set: state });
  }
}

async function applyOrganization(tx: Transaction, change: Of<'organization'>) {
  const { id, isDeleted, name, slug } = change;
  if (isDeleted) {
    await tx.delete(memberships).where(eq(memberships.organizationId, id));
    await tx
      .update(organizations)
      .set({ deletedAt: new Date(), slug: null })
      .where(eq(organizations.id, id));
  } else {
    const state = { name, slug };
    await tx
      .insert(organizations)
      .values({ id, ...state })
      .onConflictDoUpdate({ target: organizations.id, set: state });
  }
}

/** Whether this organization or this user is deleted; their memberships are over without a change of their own. */
export const isGone = (organizationId: SQLWrapper | string, userId: SQLWrapper | string): SQL =>
  sql`exists (select from ${identityObjects} gone where gone.is_deleted
    and (gone.kind = 'user' and gone.id = ${userId} or gone.kind = 'organization' and gone.id = ${organizationId}))`;

/** A member is who has a membership in force, of a user and an organization that exist. */
async function settleMembership(tx: Transaction, organizationId: string, userId: string) {
  const [inForce] = await tx
    .select({ role: identityObjects.role })
    .from(identityObjects)
    .where(
      and(
        eq(identityObjects.ofOrganization, organizationId),
        eq(identityObjects.ofUser, userId),
        eq(identityObjects.isDeleted, false),
        isNotNull(identityObjects.role),
        not(isGone(organizationId, userId)),
      ),
    )
    .orderBy(desc(identityObjects.version), desc(identityObjects.id))
    .limit(1);
  const role = inForce?.role ?? null;
  const isTheirs = and(
    eq(memberships.organizationId, organizationId),
    eq(memberships.userId, userId),
  );
  if (role === null) await tx.delete(memberships).where(isTheirs);
  else {
    await tx
      .insert(memberships)
      .values({ organizationId, userId, role })
      .onConflictDoUpdate({
        target: [memberships.organizationId, memberships.userId],
        set: { role },
      });
  }
}
