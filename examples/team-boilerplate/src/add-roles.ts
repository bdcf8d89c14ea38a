import { and, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from './database.ts';
import { rbac } from './rbac.ts';
import { memberRoles, memberships, organizations, roles, users } from './schema/index.ts';
import { tenancy } from './tenancy.ts';

type RoleInput = Parameters<typeof rbac.roles.save>[1];

/** A file of roles: `roles/ridgeline.json` is one. The database checks what the roles grant. */
const rolesFile = z.strictObject({
  /** The slug of the organization. */
  organization: z.string(),
  roles: z.array(
    z.strictObject({
      key: z.string(),
      name: z.string(),
      /** A role that stands above in the file, or one of `src/rbac.ts`. */
      parent: z.string().nullable().default(null),
      permissions: z.array(z.string()) as unknown as z.ZodType<RoleInput['permissions']>,
      /** Whether invitations that name no role get this one. */
      isDefault: z.boolean().default(false),
      /** The addresses of members who get this role in place of `member`. */
      members: z.array(z.string()).default([]),
    }),
  ),
});
export type RolesFile = z.input<typeof rolesFile>;

/** What was added, and how long it took. */
export interface AddedRoles {
  readonly roles: number;
  readonly members: number;
  readonly milliseconds: number;
}

/**
 * Adds the roles of a file to an organization, and gives them to its members: all of it, or nothing. The
 * application keeps running, and the next request is decided by the new rows.
 */
export async function addRoles({ db }: Pick<Database, 'db'>, file: unknown): Promise<AddedRoles> {
  const { organization: slug, roles: added } = rolesFile.parse(file);
  const started = performance.now();
  const entry = { reason: `add roles to ${slug}`, actor: 'add-roles' };
  const [organization] = await tenancy.asSystem(entry, () =>
    db.select({ id: organizations.id }).from(organizations).where(eq(organizations.slug, slug)),
  );
  if (organization === undefined) throw new Error(`There is no organization ${slug}.`);
  const { id: organizationId } = organization;
  // where it lives, which may be a database of its own
  const there = { ...entry, write: true, place: { organizationId } };
  const members = await tenancy.asSystem(there, () =>
    db.transaction(async (tx) => {
      let given = 0;
      for (const { isDefault, members, ...role } of added) {
        const { id } = await rbac.roles.save(tx, { organizationId, ...role });
        if (isDefault) {
          await tx.update(roles).set({ isDefault }).where(eq(roles.id, id));
        }
        const people = await tx
          .select({ id: users.id, email: users.email })
          .from(memberships)
          .innerJoin(users, eq(users.id, memberships.userId))
          .where(
            and(eq(memberships.organizationId, organizationId), inArray(users.email, members)),
          );
        const missing = members.find((email) => !people.some((person) => person.email === email));
        if (missing !== undefined) throw new Error(`${missing} is not a member of ${slug}.`);
        for (const { id: user } of people) {
          await rbac.members.assign(tx, { organizationId, user, role: role.key });
          await tx
            .delete(memberRoles)
            .where(
              and(
                eq(memberRoles.organizationId, organizationId),
                eq(memberRoles.userId, user),
                eq(memberRoles.roleId, rbac.builtInRoleId('member')),
              ),
            );
          given += 1;
        }
      }
      return given;
    }),
  );
  return { roles: added.length, members, milliseconds: performance.now() - started };
}
