import { hashPassword } from 'better-auth/crypto';
import type { Database } from './database.ts';
import { rbac } from './rbac.ts';
import { accounts, organizations, projects, tasks, users } from './schema/index.ts';
import { tenancy } from './tenancy.ts';

/** Everybody of the seed signs in with it. */
export const seedPassword = 'the password of the seed';

const people = {
  nora: 'Nora Lindgren',
  omar: 'Omar Haddad',
  jack: 'Jack Brennan',
  lucia: 'Lucía Fernández',
  priya: 'Priya Nair',
  marta: 'Marta Calder',
} as const;
export type Person = keyof typeof people;

/** A league that keeps scores at its locations, and a studio; Priya works for both. */
const seeds = {
  ridgeline: {
    name: 'Ridgeline Sports',
    domain: null,
    plan: 'team',
    members: { nora: 'owner', omar: 'member', jack: 'member', lucia: 'member', priya: 'member' },
    projects: {
      'Harbour Court': ['Score the U16 final', 'Book the referees', 'Order 200 wristbands'],
      'North Arena': ['Score the season opener', 'Renew the floor contract, 18,400 EUR'],
      'Valley Pitch': ['Inspect the floodlights'],
    },
  },
  calder: {
    name: 'Calder Studio',
    domain: 'work.calder-studio.example',
    plan: 'free',
    members: { marta: 'owner', priya: 'owner' },
    projects: {
      'Brand book for Tidewater': ['Collect the logos', 'Write the chapter on tone'],
      'Spring campaign': ['Send the quote of 6,250 EUR'],
    },
  },
} as const;
export type SeededOrganization = keyof typeof seeds;

export const emailOf = (person: Person): string => `${person}@mail.example`;

/** The ids that the seed made. */
export interface Seeded {
  readonly users: Readonly<Record<Person, string>>;
  readonly organizations: Readonly<Record<SeededOrganization, string>>;
}

/** Two organizations with people who can sign in, projects and tasks, in one transaction. */
export async function seed({ db }: Database): Promise<Seeded> {
  const password = await hashPassword(seedPassword);
  const made = { users: {} as Record<string, string>, organizations: {} as Record<string, string> };
  await tenancy.asSystem({ reason: 'seed two organizations', actor: 'seed', write: true }, () =>
    db.transaction(async (tx) => {
      for (const [person, name] of Object.entries(people)) {
        const email = emailOf(person as Person);
        const id = await idOf(
          tx.insert(users).values({ name, email, emailVerified: true }).returning({ id: users.id }),
        );
        const account = { userId: id, accountId: id, providerId: 'credential', password };
        await tx.insert(accounts).values(account);
        made.users[person] = id;
      }
      for (const [slug, { members, projects: work, ...organization }] of Object.entries(seeds)) {
        const organizationId = await idOf(
          tx
            .insert(organizations)
            .values({ ...organization, slug })
            .returning({ id: organizations.id }),
        );
        made.organizations[slug] = organizationId;
        for (const [person, role] of Object.entries(members)) {
          const user = made.users[person] as string;
          await rbac.members.add(tx, { organizationId, user, role });
        }
        for (const [name, titles] of Object.entries(work)) {
          const project = { organizationId, name };
          const projectId = await idOf(
            tx.insert(projects).values(project).returning({ id: projects.id }),
          );
          const rows = (titles as readonly string[]).map((title) => ({
            organizationId,
            projectId,
            title,
          }));
          await tx.insert(tasks).values(rows);
        }
      }
    }),
  );
  return made as Seeded;
}

async function idOf(rows: PromiseLike<readonly { id: string }[]>): Promise<string> {
  const [row] = await rows;
  if (row === undefined) throw new Error('the insert returned no row');
  return row.id;
}
