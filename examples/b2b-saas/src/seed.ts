import { bulkInsert } from '@tenantry/rls';
import type { Database } from './database.ts';
import { rbac } from './rbac.ts';
import { memberRoles, memberships, organizations, projects, users } from './schema.ts';
import { takeSlug } from './slugs.ts';
import { tenancy } from './tenancy.ts';

/** Who is seeded, by the first part of the email address. */
export const people = {
  ada: 'Ada Lovelace',
  alan: 'Alan Turing',
  bob: 'Bob Hopper',
  eve: 'Eve Holt',
} as const;

/** Who is in the seeded organizations: Eve is in both, and only reads at Globex. */
const seeds = [
  {
    slug: 'acme',
    plan: 'pro',
    name: 'Acme',
    members: { ada: 'owner', alan: 'member', eve: 'admin' },
    projects: ['Anvil', 'Magnet', 'Rocket'],
  },
  {
    slug: 'globex',
    plan: 'pro',
    name: 'Globex',
    members: { bob: 'owner', eve: 'viewer' },
    projects: ['Hammock', 'Reactor'],
  },
] as const;

export type Person = keyof typeof people;

/** The ids that the seed made. */
export interface Seeded {
  readonly users: Readonly<Record<Person, string>>;
  readonly organizations: Readonly<Record<'acme' | 'globex', string>>;
}

/** Two organizations with members and projects, in one transaction across tenants. */
export function seed({ db }: Database): Promise<Seeded> {
  const entry = { reason: 'seed two organizations', actor: 'seed', write: true };
  return tenancy.asSystem(entry, () =>
    db.transaction(async (tx) => {
      const userRows = await tx
        .insert(users)
        .values(
          Object.entries(people).map(([key, name]) => ({ name, email: `${key}@b2b.example` })),
        )
        .returning({ id: users.id, email: users.email });
      const organizationRows = await tx
        .insert(organizations)
        .values(seeds.map(({ slug, name, plan }) => ({ slug, name, plan })))
        .returning({ id: organizations.id, slug: organizations.slug });
      for (const organization of organizationRows) await takeSlug(tx, organization);
      const userIds = byKey<Person>(userRows.map(({ id, email }) => [email.split('@')[0], id]));
      const organizationIds = byKey<'acme' | 'globex'>(
        organizationRows.map(({ id, slug }) => [slug, id]),
      );
      const members = seeds.flatMap((seed) =>
        Object.entries(seed.members).map(([key, role]) => ({
          organizationId: organizationIds[seed.slug],
          userId: userIds[key as Person],
          role,
        })),
      );
      const given = members.map(({ role, ...member }) => ({
        ...member,
        roleId: rbac.builtInRoleId(role),
      }));
      const work = seeds.flatMap((seed) =>
        seed.projects.map((name) => ({ organizationId: organizationIds[seed.slug], name })),
      );
      await tx.execute(
        bulkInsert(
          memberships,
          members.map(({ role: _, ...member }) => member),
        ),
      );
      await tx.execute(bulkInsert(memberRoles, given));
      await tx.execute(bulkInsert(projects, work));
      return { users: userIds, organizations: organizationIds };
    }),
  );
}

const byKey = <K extends string>(entries: (readonly [string | undefined, string])[]) =>
  Object.fromEntries(entries) as Record<K, string>;
