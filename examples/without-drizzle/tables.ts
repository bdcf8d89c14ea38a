import { audited } from '@tenantry/audit-log';
import { defineIsolation } from '@tenantry/rls';
import { defineTables, featureTables } from 'tenantry';
import { audit, billing, limits, rbac } from './src/features.ts';
import type { Database, OwnTables } from './src/schema.ts';
import { tenancy } from './src/tenancy.ts';

const { isolate, isolateThrough, reference, searchable, shared, systemOnly } =
  defineIsolation(tenancy);

/** What each table of the database is. Columns and keys are not repeated: the database has them. */
export const tables = {
  // made by `tenantry generate`
  ...featureTables(rbac),
  ...featureTables(limits, { limitEvents: false }),
  ...featureTables(audit),
  ...featureTables(billing),
  // made by our own migrations
  ...defineTables<OwnTables, Database>({
    organizations: (t) => [...rbac.tables.tenants.rules(t), ...audited(t)],
    users: (t, { memberships }) => rbac.tables.users.rules(t, { memberships }),
    projects: (t, { memberships }) => [
      ...rbac.isolate(t, { read: 'projects:read', write: 'projects:write' }),
      ...limits.counts(t, 'projects'),
      ...audited(t, { exclude: ['updated_at'] }),
      ...reference(t, {
        column: t.created_by,
        to: memberships,
        property: 'userId',
        onDelete: 'set null',
      }),
      ...searchable(t, { name: 'substring' }),
    ],
    tasks: (t, { projects }) => [
      ...isolate(t),
      ...reference(t, { column: t.project_id, to: projects, onDelete: 'cascade' }),
    ],
    comments: (t, { tasks }) => isolateThrough(t, { column: t.task_id, parent: tasks }),
    countries: shared,
    outbox: systemOnly,
  }),
};
