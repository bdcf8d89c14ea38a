import { index, integer, jsonb, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { isolate, isolateThrough, tenancy } from '../tenancy.ts';

// The tables of the diagram as it draws them: below the workspace and the subscription, none has a tenant.
// They are as safe as those of content.ts, and slower: a policy looks up the parents of each row.

export const diagram = pgSchema('diagram');
const id = () => uuid().primaryKey().defaultRandom();

export const diagramWorkspaces = diagram.table(
  'workspaces',
  { ...tenancy.columns.scoped(), id: id(), name: text().notNull(), slug: text().notNull() },
  (t) => [...isolate(t)],
);

export const diagramMemberships = diagram.table(
  'memberships',
  {
    id: id(),
    userId: uuid('user_id').notNull(),
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => diagramWorkspaces.id, { onDelete: 'cascade' }),
    role: text().notNull(),
    joinedAt: timestamp('joined_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    ...isolateThrough(t, { column: t.workspaceId, parent: () => diagramWorkspaces }),
    index('diagram_memberships_workspace_idx').on(t.workspaceId),
  ],
);

export const diagramProjects = diagram.table(
  'projects',
  {
    id: id(),
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => diagramWorkspaces.id, { onDelete: 'cascade' }),
    name: text().notNull(),
  },
  (t) => [
    ...isolateThrough(t, { column: t.workspaceId, parent: () => diagramWorkspaces }),
    index('diagram_projects_workspace_idx').on(t.workspaceId),
  ],
);

/** A document has no tenant, and neither has its project: the policy looks at both. */
export const diagramDocuments = diagram.table(
  'documents',
  {
    id: id(),
    projectId: uuid('project_id')
      .notNull()
      .references(() => diagramProjects.id, { onDelete: 'cascade' }),
    title: text().notNull(),
    content: jsonb().notNull().default({}),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    ...isolateThrough(t, { column: t.projectId, parent: () => diagramProjects }),
    index('diagram_documents_project_idx').on(t.projectId),
  ],
);

export const diagramSubscriptions = diagram.table(
  'subscriptions',
  {
    ...tenancy.columns.scoped(),
    id: id(),
    stripeSubId: text('stripe_sub_id').notNull(),
    status: text().notNull(),
    currentPeriodEnd: timestamp('current_period_end', { withTimezone: true }).notNull(),
  },
  (t) => [...isolate(t, { access: 'read' })],
);

export const diagramInvoices = diagram.table(
  'invoices',
  {
    id: id(),
    subscriptionId: uuid('subscription_id')
      .notNull()
      .references(() => diagramSubscriptions.id, { onDelete: 'cascade' }),
    amountCents: integer('amount_cents').notNull(),
    status: text().notNull(),
    issuedAt: timestamp('issued_at', { withTimezone: true }).notNull(),
  },
  (t) => [
    ...isolateThrough(t, { column: t.subscriptionId, parent: () => diagramSubscriptions }),
    index('diagram_invoices_subscription_idx').on(t.subscriptionId),
  ],
);
