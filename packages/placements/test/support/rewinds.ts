import { audited, defineAudit } from '@tenantry/audit-log';
import { defineTenancy } from '@tenantry/core';
import { definePlacements } from '@tenantry/placements';
import { defineIsolation } from '@tenantry/rls';
import { applySchema, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  foreignKey,
  integer,
  jsonb,
  numeric,
  pgTable,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';
import { type RewindOptions, rewindTenant } from '../../src/lifecycle/rewind/rewind-tenant.ts';

export const tenancy = defineTenancy({
  tenant: 'organization',
  id: 'uuid',
  roles: { app: 'rewinds_app', system: 'rewinds_system' },
});
const { isolate, tenants } = defineIsolation(tenancy);
export const audit = defineAudit(tenancy, { actions: {}, role: 'rewinds_writer' });

const organizations = pgTable(
  'organizations',
  { id: tenancy.columns.id().primaryKey(), name: text().notNull() },
  (t) => [...tenants(t), ...audited(t)],
);
const projects = pgTable(
  'projects',
  {
    ...tenancy.columns.scoped(),
    id: integer().primaryKey(),
    name: text().notNull(),
    price: numeric(),
    details: jsonb(),
    seenAt: timestamp('seen_at', { withTimezone: true }),
    token: text(),
    email: text(),
  },
  (t) => [
    ...isolate(t),
    ...audited(t, { exclude: ['seenAt'], mask: ['token'], personal: ['email'] }),
  ],
);
const tasks = pgTable(
  'tasks',
  {
    ...tenancy.columns.scoped(),
    id: integer().primaryKey(),
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    parentId: integer('parent_id').references((): AnyPgColumn => tasks.id, {
      onDelete: 'set null',
    }),
    title: text().notNull(),
  },
  (t) => [...isolate(t), ...audited(t)],
);
const marks = pgTable(
  'marks',
  {
    ...tenancy.columns.scoped(),
    taskId: integer('task_id').notNull(),
    label: text().notNull(),
    weight: integer().notNull().default(1),
  },
  (t) => [
    ...isolate(t, { key: [t.taskId, t.label] }),
    foreignKey({ columns: [t.taskId], foreignColumns: [tasks.id] }),
    ...audited(t, { id: ['taskId', 'label'] }),
  ],
);
const views = pgTable(
  'views',
  { ...tenancy.columns.scoped(), id: uuid().primaryKey().default(sql`gen_random_uuid()`) },
  (t) => [...isolate(t)],
);
const auditLogs = pgTable('audit_logs', { ...audit.tables.entries.columns() }, (t) => [
  ...audit.tables.entries.rules(t),
]);

export const schema = { organizations, projects, tasks, marks, views, auditLogs };
export const features = [audit, definePlacements(tenancy, { connect: () => undefined })];
/** The same, for tenants in schemas. */
export const featuresOfSchemas = [
  audit,
  definePlacements(tenancy, {
    connect: () => undefined,
    schemaTables: [projects, tasks, marks, views],
  }),
];

export const acme = '00000000-0000-4000-8000-00000000000a';
export const globex = '00000000-0000-4000-8000-00000000000b';

type Client = Parameters<Parameters<typeof withClient>[1]>[0];

/** The time by the clock of the database, which is that of entries. */
export const timeOf = async (client: Client) =>
  (
    await client.query(
      `select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as now`,
    )
  ).rows[0].now as string;

/** All rows of a tenant that a rewind brings back, and those that are not audited. */
export async function rowsOf(client: Client, tenant: string) {
  const tables = ['projects', 'tasks', 'marks', 'views'];
  const { rows } = await client.query(
    tables
      .map((t) => `select '${t}' as of, t::text as row from ${t} t where organization_id = $1`)
      .join(' union all '),
    [tenant],
  );
  return Object.fromEntries(
    tables.map((each) => [
      each,
      rows.flatMap(({ of, row }) => (of === each ? [row as string] : [])).sort(),
    ]),
  );
}

/** A database with a log, and rows of two tenants that are equal but for the numbers. */
export async function rewindable() {
  const { url } = await testDatabase({
    key: 'rewinds',
    migrate: async (empty) => {
      await applySchema(empty, { tenancy, schema, features });
      await withClient(empty, (client) =>
        client.query(`insert into organizations values ('${acme}', 'Acme'), ('${globex}', 'Globex');
          insert into projects (organization_id, id, name) values ('${globex}', 1001, 'theirs');
          insert into tasks (organization_id, id, project_id, title) values ('${globex}', 1001, 1001, 'theirs')`),
      );
    },
  });
  const ask = (text: string, values: unknown[] = []) =>
    withClient(url, async (client) => (await client.query(text, values)).rows);
  const now = () => withClient(url, timeOf);
  const rows = (tenant = acme) => withClient(url, (client) => rowsOf(client, tenant));
  const rewind = (options: Partial<RewindOptions> & Pick<RewindOptions, 'source'>) =>
    withClient(url, (client) =>
      rewindTenant(client, {
        tenancy,
        tenant: acme,
        by: 'Olga',
        ...options,
      }),
    );
  /** Looks, and writes what was shown. */
  const apply = async (options: Partial<RewindOptions> & Pick<RewindOptions, 'source'>) => {
    const { digest } = await rewind(options);
    return rewind({ ...options, apply: digest });
  };
  return { url, ask, now, rows, rewind, apply };
}
