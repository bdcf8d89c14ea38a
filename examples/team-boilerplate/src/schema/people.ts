import { type AnyPgTable, boolean, pgTable, text } from 'drizzle-orm/pg-core';
import { rbac } from '../rbac.ts';
import { tenancy } from '../tenancy.ts';

const { tables } = rbac;

/**
 * People, who belong to no organization or to several. better-auth writes them; an organization reads the
 * rows of its members.
 */
export const users = pgTable(
  'users',
  {
    id: tenancy.columns.id().primaryKey(),
    ...tables.users.columns(),
    name: text().notNull(),
    emailVerified: boolean('email_verified').notNull().default(false),
    image: text('avatar_url'),
    ...tenancy.columns.timestamps(),
  },
  (t) => [...tables.users.rules(t, { memberships: (): AnyPgTable => memberships })],
);

/** Who is in which organization, once, with any number of roles. */
export const memberships = pgTable(
  'memberships',
  { ...tables.memberships.columns(), ...tenancy.columns.timestamps() },
  (t) => [...tables.memberships.rules(t, { write: { delete: 'members:remove' } })],
);

/** Who is asked to join, by whom and with which role. Of the token only a hash is kept. */
export const invitations = pgTable('invitations', tables.invitations.columns(), (t) => [
  ...tables.invitations.rules(t, { read: 'members:invite', write: 'members:invite' }),
]);
