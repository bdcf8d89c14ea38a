import { defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { type CitusDatabase, createCitusDatabase } from '@tenantry/testing';
import { type PostgresProxy, startProxyProcess } from '@tenantry/testing/proxy';
import { applySchema, createLogins, type Logins, withClient } from '@tenantry/testing/schema';
import { integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';

export const tenantCount = 200;
export const rowsPerTenant = 500;

export const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid', dialect: 'citus' });
const { isolate, tenants } = defineIsolation(tenancy);
const organizations = pgTable(
  'organizations',
  { id: tenancy.columns.id().primaryKey(), name: text().notNull() },
  (t) => [...tenants(t)],
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
]);

export const tenantId = (n: number) =>
  `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
export const itemId = (n: number) => `00000000-0000-4000-9000-${n.toString(16).padStart(12, '0')}`;
const idOf = (group: string, n: string) =>
  `('00000000-0000-4000-${group}-' || lpad(to_hex(${n}), 12, '0'))::uuid`;

/** The same two tables as somebody isolates them by hand: a policy that compares the setting. */
const byHand = (table: string) => [
  `create table ${table}_by_hand (like ${table} including defaults including indexes)`,
  `select create_distributed_table('${table}_by_hand', 'organization_id', colocate_with => '${table}')`,
  `alter table ${table}_by_hand enable row level security`,
  `create policy isolation on ${table}_by_hand using (organization_id = current_setting('${tenancy.setting}')::uuid)`,
  `grant select, update on ${table}_by_hand to ${tenancy.roles.app}`,
  `insert into ${table}_by_hand select * from ${table}`,
];

/** A database of the cluster with rows, and logins to it. */
export interface CitusBenchDatabase {
  readonly logins: Logins;
  /** A proxy in front of the coordinator, in a process of its own; it adds latency and counts. */
  readonly proxy: PostgresProxy;
  /** The login that serves tenants, on the first worker. */
  readonly worker: string;
  readonly version: string;
  end(): Promise<void>;
}

export async function openCitus(): Promise<CitusBenchDatabase> {
  const database: CitusDatabase = await createCitusDatabase({
    migrate: (url) => applySchema(url, { tenancy, schema: { organizations, projects, items } }),
  });
  const logins = await createLogins(database.url, tenancy);
  const rows = `generate_series(0, ${tenantCount * rowsPerTenant - 1}) n`;
  const tenant = idOf('8000', `(n / ${rowsPerTenant})`);
  const version = await withClient(database.url, async (client) => {
    await client.query(`
      insert into organizations (id, name) select ${idOf('8000', 'n')}, 'o' || n from generate_series(0, ${tenantCount - 1}) n;
      insert into projects (organization_id, id, name) select ${idOf('8000', 'n')}, ${idOf('8000', 'n')}, 'Project' from generate_series(0, ${tenantCount - 1}) n;
      insert into items (organization_id, id, name, project_id) select ${tenant}, ${idOf('9000', 'n')}, 'Item ' || n, ${tenant} from ${rows};
    `);
    for (const text of [...byHand('projects'), ...byHand('items')]) await client.query(text);
    await client.query('vacuum analyze');
    const { rows: found } = await client.query('select citus_version() as version');
    return String(found[0].version).split(' on ')[0] ?? '';
  });
  const worker = new URL(database.workers[0] ?? '');
  const { username, password } = new URL(logins.app);
  Object.assign(worker, { username, password });
  const { hostname, port } = new URL(database.url);
  const proxy = await startProxyProcess({ target: { host: hostname, port: Number(port) } });
  return {
    logins,
    proxy,
    worker: worker.href,
    version,
    async end() {
      await proxy.close();
      await database.drop();
    },
  };
}
