import { audited, defineAudit } from '@tenantry/audit-log';
import { createTenantPool, defineTenancy, type TenantPool } from '@tenantry/core';
import { counted, defineLimits } from '@tenantry/plan-limits';
import { defineIsolation } from '@tenantry/rls';
import { applySchema, createLogins } from '@tenantry/testing/schema';
import { index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { type BenchDatabase, createLogins as createOwnLogins } from '../lib/database.ts';

export const tenantCount = 1000;
export const rowsPerTenant = 100;

/**
 * How the role of the system passes the policies: by one of its own, or by BYPASSRLS. The third is the
 * second once more, in a database of its own, to see what two databases differ by.
 */
export type Way = 'policy' | 'bypass' | 'bypass_again';

/** A database whose system works in one of the two ways. */
export interface SystemSide {
  readonly tenancy: ReturnType<typeof tenancyOf>;
  readonly pool: TenantPool;
  end(): Promise<void>;
}

const tenancyOf = (way: Way) =>
  defineTenancy({
    tenant: 'organization',
    id: 'uuid',
    roles: { app: `${way}_app`, system: `${way}_system` },
  });

export const tenantId = (n: number) =>
  `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
export const itemId = (n: number) => `00000000-0000-4000-9000-${n.toString(16).padStart(12, '0')}`;
export const user = '00000000-0000-4000-a000-000000000001';
const idOf = (group: string, n: string) =>
  `('00000000-0000-4000-${group}-' || lpad(to_hex(${n}), 12, '0'))::uuid`;

/**
 * Makes a database with tables, functions and rows, and opens a pool to it. Roles belong to the server, so
 * each way has roles of its own; nothing else differs.
 */
export async function openSide(database: BenchDatabase, way: Way): Promise<SystemSide> {
  const tenancy = tenancyOf(way);
  const { isolate, tenants, reference } = defineIsolation(tenancy);
  const audit = defineAudit(tenancy, { actions: {}, role: `${way}_audit_writer` });
  const limits = defineLimits(tenancy, {
    features: { items: counted({ mode: 'counter' }) },
    plans: { pro: { items: 1_000_000_000 } },
    defaultPlan: 'pro',
  });
  const organizations = pgTable(
    'organizations',
    { id: tenancy.columns.id().primaryKey(), slug: text().notNull().unique(), plan: text() },
    (t) => [...tenants(t), ...limits.tables.tenants.rules(t, { cascade: false })],
  );
  const memberships = pgTable(
    'memberships',
    { ...tenancy.columns.scoped(), userId: uuid('user_id').notNull() },
    (t) => [...isolate(t, { key: [t.userId] })],
  );
  const columns = () => ({
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    name: text().notNull(),
    stars: integer().notNull().default(0),
  });
  const projects = pgTable('projects', columns(), (t) => [...isolate(t)]);
  const items = pgTable('items', { ...columns(), projectId: uuid('project_id').notNull() }, (t) => [
    ...isolate(t),
    ...reference(t, { column: t.projectId, to: () => projects }),
    index('items_id_idx').on(t.id),
  ]);
  const captured = pgTable('captured', columns(), (t) => [
    ...isolate(t),
    ...audited(t),
    index('captured_id_idx').on(t.id),
  ]);
  const limited = pgTable('limited', columns(), (t) => [
    ...isolate(t),
    ...limits.counts(t, 'items'),
  ]);
  const auditLogs = pgTable('audit_logs', audit.tables.entries.columns(), (t) => [
    ...audit.tables.entries.rules(t),
  ]);
  const { planFeatures, usageCounters, usageEvents } = limits.tables;
  const schema = {
    organizations,
    memberships,
    projects,
    items,
    captured,
    limited,
    auditLogs,
    planFeatures: pgTable('plan_features', planFeatures.columns(), (t) => [
      ...planFeatures.rules(t),
    ]),
    usageCounters: pgTable('usage_counters', usageCounters.columns(), (t) => [
      ...usageCounters.rules(t),
    ]),
    usageEvents: pgTable('usage_events', usageEvents.columns(), (t) => [...usageEvents.rules(t)]),
  };
  const name = `system_${way}`;
  const own = 'bench_owner';
  await createOwnLogins(database, { [own]: 'superuser' });
  await database.ask(`create database ${name}`);
  const at = (url: string) => Object.assign(new URL(url), { pathname: `/${name}` }).href;
  const url = at(database.url(own));
  await applySchema(url, {
    tenancy,
    schema,
    directory: {
      tenant: organizations.id,
      claims: { slug: organizations.slug },
      member: memberships.userId,
    },
    features: [audit, limits],
  });
  if (way !== 'policy') {
    for (const role of [tenancy.roles.system, `${way}_audit_writer`])
      await database.ask(`alter role ${role} bypassrls`);
  }
  const logins = await createLogins(url, tenancy);
  await fill(url);
  const pool = createTenantPool(tenancy, {
    connectionString: logins.app,
    system: { connectionString: logins.system },
    max: 1,
    idleTimeoutMillis: 0,
  });
  return { tenancy, pool, end: () => pool.end() };
}

async function fill(url: string): Promise<void> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const tenants = `generate_series(0, ${tenantCount - 1}) n`;
    const rows = `generate_series(0, ${tenantCount * rowsPerTenant - 1}) n`;
    const tenant = idOf('8000', `(n / ${rowsPerTenant})`);
    const id = idOf('9000', 'n');
    await client.query(`
      set session_replication_role = replica;
      insert into organizations (id, slug, plan) select ${idOf('8000', 'n')}, 'o' || n, 'pro' from ${tenants};
      insert into memberships (organization_id, user_id) select ${idOf('8000', 'n')}, '${user}' from ${tenants};
      insert into projects (organization_id, id, name) select ${idOf('8000', 'n')}, ${idOf('8000', 'n')}, 'Project' from ${tenants};
      insert into items (organization_id, id, name, project_id) select ${tenant}, ${id}, 'Item ' || n, ${tenant} from ${rows};
      insert into captured (organization_id, id, name) select ${tenant}, ${id}, 'Item ' || n from ${rows};
    `);
    await client.query('vacuum (freeze, analyze)');
  } finally {
    await client.end();
  }
}
