import { bulkInsert } from '@tenantry/rls';
import type { Database } from './database.ts';
import { rbac } from './rbac.ts';
import { documents, projects, tenants, users, workspaces } from './schema/index.ts';
import { takeSlug } from './slugs.ts';
import { tenancy } from './tenancy.ts';

/** Two customers; in each, one person administers and the others have a role for a workspace. */
const customers = {
  northwind: {
    name: 'Northwind Legal',
    plan: 'team',
    people: {
      ines: { name: 'Inés Ortega', role: 'owner' },
      tom: { name: 'Tom Becker', role: 'editor', workspace: 'litigation' },
      ruth: { name: 'Ruth Okafor', role: 'viewer', workspace: 'contracts' },
    },
    workspaces: {
      litigation: {
        'Harbour v. Lindqvist': ['Statement of claim', 'Witness list', 'Cost estimate'],
        'Estate of M. Duarte': ['Inventory', 'Letter to the court'],
      },
      contracts: {
        'Lease templates': ['Office lease', 'Sublease', 'Termination notice'],
      },
    },
  },
  fabrikam: {
    name: 'Fabrikam Health',
    plan: 'lite',
    people: {
      mei: { name: 'Mei Tanaka', role: 'owner' },
      // the same person, with an account at each customer
      tom: { name: 'Tom Becker', role: 'viewer', workspace: 'clinics' },
    },
    workspaces: {
      clinics: { 'Opening Bergen': ['Floor plan', 'Staffing', 'Budget'] },
    },
  },
} as const;

export type Customer = keyof typeof customers;

/** The ids that the seed made, by the names above. */
export interface Seeded {
  readonly tenants: Readonly<Record<Customer, string>>;
  /** By customer and person: `users.northwind.tom`. */
  readonly users: Readonly<Record<Customer, Readonly<Record<string, string>>>>;
  readonly workspaces: Readonly<Record<Customer, Readonly<Record<string, string>>>>;
  readonly projects: Readonly<Record<Customer, Readonly<Record<string, string>>>>;
}

/** Both customers with their people and work, in one transaction across tenants. */
export function seed({ db }: Database): Promise<Seeded> {
  const made = {
    tenants: {} as Record<string, string>,
    users: {} as Record<string, Record<string, string>>,
    workspaces: {} as Record<string, Record<string, string>>,
    projects: {} as Record<string, Record<string, string>>,
  };
  return tenancy.asSystem({ reason: 'seed two customers', actor: 'seed', write: true }, () =>
    db.transaction(async (tx) => {
      for (const [slug, customer] of Object.entries(customers)) {
        const { name, plan } = customer;
        const [tenant] = await tx.insert(tenants).values({ name, slug, plan }).returning();
        const tenantId = (tenant as { id: string }).id;
        await takeSlug(tx, { id: tenantId, slug });
        made.tenants[slug] = tenantId;
        const rooms = await tx
          .insert(workspaces)
          .values(
            Object.keys(customer.workspaces).map((key) => ({
              tenantId,
              slug: key,
              name: titleOf(key),
            })),
          )
          .returning({ key: workspaces.slug, id: workspaces.id });
        const roomOf = byKey(rooms);
        made.workspaces[slug] = roomOf;
        made.users[slug] = {};
        made.projects[slug] = {};
        for (const [key, person] of Object.entries(customer.people)) {
          const email = `${key}@example.com`;
          const [user] = await tx
            .insert(users)
            .values({ tenantId, email, displayName: person.name })
            .returning({ id: users.id });
          const userId = (user as { id: string }).id;
          made.users[slug][key] = userId;
          if ('workspace' in person) {
            await rbac.members.add(tx, { tenantId, user: userId });
            await rbac.members.assign(tx, {
              tenantId,
              user: userId,
              role: person.role,
              on: { type: 'workspaces', id: roomOf[person.workspace] as string },
            });
          } else {
            await rbac.members.add(tx, { tenantId, user: userId, role: person.role });
          }
        }
        for (const [room, work] of Object.entries(customer.workspaces)) {
          const workspaceId = roomOf[room] as string;
          for (const [project, titles] of Object.entries(work)) {
            const [row] = await tx
              .insert(projects)
              .values({ tenantId, workspaceId, name: project })
              .returning({ id: projects.id });
            const projectId = (row as { id: string }).id;
            made.projects[slug][project] = projectId;
            const rows = (titles as readonly string[]).map((title) => ({
              tenantId,
              workspaceId,
              projectId,
              title,
            }));
            await tx.execute(bulkInsert(documents, rows));
          }
        }
      }
      return made as Seeded;
    }),
  );
}

const titleOf = (key: string) => `${key.slice(0, 1).toUpperCase()}${key.slice(1)}`;

const byKey = (rows: readonly { key: string; id: string }[]) =>
  Object.fromEntries(rows.map(({ key, id }) => [key, id]));
