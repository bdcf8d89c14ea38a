/** The schema of the application before it knew organizations: what a user makes is the user's. */
export const before = `
import { boolean, date, pgEnum, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

const time = (name: string) => timestamp(name, { withTimezone: true });
const times = () => ({
  createdAt: time('created_at').notNull().defaultNow(), updatedAt: time('updated_at').notNull().defaultNow(),
});
const ofUser = () => uuid('user_id').notNull().references(() => users.id, { onDelete: 'cascade' });

export const users = pgTable('users', {
  id: uuid().primaryKey().defaultRandom(), email: text().notNull().unique(), name: text().notNull(),
  emailVerified: boolean('email_verified').notNull().default(false), image: text('avatar_url'), ...times(),
});
export const sessions = pgTable('sessions', {
  id: uuid().primaryKey().defaultRandom(), token: text().notNull().unique(), userId: ofUser(),
  ipAddress: text('ip_address'), userAgent: text('user_agent'), expiresAt: time('expires_at').notNull(), ...times(),
});
export const accounts = pgTable('accounts', {
  id: uuid().primaryKey().defaultRandom(), accountId: text('account_id').notNull(),
  providerId: text('provider_id').notNull(), issuer: text(), userId: ofUser(), accessToken: text('access_token'),
  refreshToken: text('refresh_token'), idToken: text('id_token'),
  accessTokenExpiresAt: time('access_token_expires_at'), refreshTokenExpiresAt: time('refresh_token_expires_at'),
  scope: text(), password: text(), ...times(),
});
export const verifications = pgTable('verifications', {
  id: uuid().primaryKey().defaultRandom(), identifier: text().notNull(), value: text().notNull(),
  expiresAt: time('expires_at').notNull(), ...times(),
});
export const taskStatus = pgEnum('task_status', ['open', 'done']);
export const projects = pgTable('projects', {
  id: uuid().primaryKey().defaultRandom(), name: text().notNull(), description: text().notNull().default(''),
  createdBy: uuid('created_by').notNull().references(() => users.id), ...times(),
});
export const tasks = pgTable('tasks', {
  id: uuid().primaryKey().defaultRandom(),
  projectId: uuid('project_id').notNull().references(() => projects.id, { onDelete: 'cascade' }),
  title: text().notNull(), status: taskStatus().notNull().default('open'),
  assigneeId: uuid('assignee_id').references(() => users.id), dueOn: date('due_on'), ...times(),
});
`;

/** What has to be there before adoption: organizations, and who is in them. */
export const tenantTables = `
import { jsonb, primaryKey } from 'drizzle-orm/pg-core';
export const organizations = pgTable('organizations', {
  id: uuid().primaryKey().defaultRandom(), name: text().notNull(), slug: text().notNull().unique('organizations_slug_key'),
  domain: text().unique('organizations_domain_key'), plan: text().notNull().default('free'),
  settings: jsonb().notNull().default({}), ...times(),
});
export const memberships = pgTable('memberships', {
  organizationId: uuid('organization_id').notNull().references(() => organizations.id),
  userId: uuid('user_id').notNull().references(() => users.id), joinedAt: time('joined_at').notNull().defaultNow(), ...times(),
}, (t) => [primaryKey({ columns: [t.organizationId, t.userId] })]);
`;

/** People with a year of work: two who will be a team, and one alone. */
export const rows = (password: string) => `
insert into users (id, email, name, email_verified) values
  ('00000000-0000-4000-8000-00000000000a', 'ines@ortega.example', 'Inés Ortega', true),
  ('00000000-0000-4000-8000-00000000000b', 'tom@becker.example', 'Tom Becker', true),
  ('00000000-0000-4000-8000-00000000000c', 'ruth@okafor.example', 'Ruth Okafor', true);
insert into accounts (account_id, provider_id, user_id, password)
  select id, 'credential', id, '${password}' from users;
insert into projects (name, created_by)
  select 'Article ' || n, ('00000000-0000-4000-8000-00000000000' || substr('abc', 1 + n % 3, 1))::uuid
  from generate_series(1, 90) n;
insert into tasks (project_id, title, assignee_id)
  select p.id, 'Draft ' || n, p.created_by from projects p, generate_series(1, 5) n;
`;

/** Inés and Tom become one organization, Ruth another. */
export const founding = `
insert into organizations (id, name, slug) values
  ('00000000-0000-4000-8000-0000000000a1', 'Northwind Content', 'northwind'),
  ('00000000-0000-4000-8000-0000000000a2', 'Okafor Writing', 'okafor');
insert into memberships (organization_id, user_id)
  select case when email like 'ruth%' then '00000000-0000-4000-8000-0000000000a2'::uuid
    else '00000000-0000-4000-8000-0000000000a1' end, id from users;
`;
