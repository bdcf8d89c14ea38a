import { rmSync } from 'node:fs';
import { createTenantPool, defineTenancy } from '@tenantry/core';
import { definePlacements } from '@tenantry/placements';
import { defineIsolation } from '@tenantry/rls';
import type { FeatureCommand } from '@tenantry/rls/feature';
import { createTestDatabase, startTestServer } from '@tenantry/testing';
import { startProxyProcess } from '@tenantry/testing/proxy';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { pgTable, text } from 'drizzle-orm/pg-core';
import type { Report } from '../lib/bench.ts';
import { type BenchOptions, chosen } from '../lib/options.ts';
import type { Result } from '../lib/result.ts';
import { compare, growingFolder, migrateCommand } from './fleet.ts';
import { silent } from './silent.ts';

const op = 'migrate schemas';
const overNetwork = 'migrate schemas from afar';
const addedMs = 1;
const columns = 20;
const base = 'one by one';

/** What its operations are. */
export const schemaFleetOperations = {
  [op]: `a migration of ${columns} ADD COLUMN in 200 schemas`,
  [overNetwork]: `the same, ${addedMs} ms away from the server`,
} as const;

const tenancy = defineTenancy({
  tenant: 'organization',
  id: 'uuid',
  roles: { app: 'bench_fleet_app', system: 'bench_fleet_system' },
});
const { isolate, tenants } = defineIsolation(tenancy);
const organizations = pgTable('organizations', { id: tenancy.columns.id().primaryKey() }, (t) => [
  ...tenants(t),
]);
const tables = ['items', 'notes', 'files', 'tags'].map((name) =>
  pgTable(
    name,
    { ...tenancy.columns.scoped(), id: tenancy.columns.id(), title: text().notNull() },
    (t) => [...isolate(t)],
  ),
);
const schema = { organizations, ...Object.fromEntries(tables.map((table, i) => [`t${i}`, table])) };
const feature = definePlacements(tenancy, { connect: () => undefined, schemaTables: tables });

/** The statements of a migration, or of a script that goes from schema to schema. */
const addColumns = (step: number, inSchema: string) =>
  Array.from({ length: columns }, (_, i) => {
    const table = ['items', 'notes', 'files', 'tags'][i % 4];
    return `alter table "${inSchema}"."${table}" add column "c${step}_${i}" integer`;
  });

/** The schemas of tenants, and as many that a script migrates: a round trip a statement, a transaction a schema. */
async function makeSchemas(url: string, schemas: number): Promise<void> {
  const logins = await createLogins(url, tenancy);
  const pool = createTenantPool(tenancy, {
    connectionString: logins.app,
    system: { connectionString: logins.system },
    placements: feature,
    logger: { warn() {} },
  });
  const { 'places add': add } = ((await feature.commands?.()) ?? {}) as Record<
    string,
    FeatureCommand
  >;
  await tenancy.asSystem({ reason: 'bench', actor: 'bench', write: true }, async () => {
    for (let n = 1; n <= schemas; n++)
      for (const own of [`t_${n}`, `b_${n}`])
        await add?.run({
          tenancy,
          pool,
          positionals: { name: own },
          options: { url, schema: own },
          migrations: { ledger: { schema: 'drizzle', table: '__drizzle_migrations' } },
          print: silent,
          progress: () => {},
        } as never);
  });
  await pool.end();
  await withClient(url, async (client) => {
    await client.query("delete from tenantry.places where name like 'b\\_%'");
    await client.query('create table script_ledger (in_schema text, step int)');
    await client.query('vacuum (analyze)');
  });
}

/** Measures `tenantry migrate` in schemas beside a script that runs one statement after another. */
export async function measureSchemaFleet(
  { ops, quick, pairs = quick ? 3 : 9 }: BenchOptions,
  write: (line: string) => void,
): Promise<Report> {
  if (!chosen(ops, op) && !chosen(ops, overNetwork))
    return { results: [], serverVersion: '', notes: [] };
  const schemas = quick ? 20 : 200;
  write(`growth: making ${schemas} schemas\n`);
  const server = await startTestServer();
  const { folder, add } = growingFolder();
  try {
    const migrate = (to: string) => applySchema(to, { tenancy, schema, features: [feature] });
    const { url } = await createTestDatabase({ server, key: 'bench-schema-fleet', migrate });
    await makeSchemas(url, schemas);
    const { hostname, port } = new URL(url);
    const proxy = await startProxyProcess({ target: { host: hostname, port: Number(port) } });
    add(['select 1']);
    let [migrated, scripted] = [0, 0];
    const migrateAll = async (through: string, parallel: number) => {
      add(addColumns(++migrated, 'public'));
      const run = await migrateCommand(feature, tenancy, through, folder);
      return run({ parallel });
    };
    const script = (through: string) =>
      withClient(through, async (client) => {
        scripted++;
        for (let n = 1; n <= schemas; n++) {
          await client.query('begin');
          for (const statement of addColumns(scripted, `b_${n}`)) await client.query(statement);
          await client.query('insert into script_ledger values ($1, $2)', [`b_${n}`, scripted]);
          await client.query('commit');
        }
      });
    const results: Result[] = [];
    await migrateAll(url, 4);
    await proxy.setLatency(addedMs);
    for (const [name, through] of [
      [op, url],
      [overNetwork, proxy.url(url)],
    ] as const)
      for (const parallel of [1, 4]) {
        if (!chosen(ops, name)) continue;
        write(`growth: ${name}, --parallel ${parallel}\n`);
        const row = { op: name, variant: `--parallel ${parallel}`, base, pairs };
        results.push(
          await compare(
            row,
            () => script(through),
            () => migrateAll(through, parallel),
          ),
        );
      }
    await proxy.close();
    const notes = [
      `Schemas: ${columns} ADD COLUMN over 4 tables in ${schemas} schemas. The base is a script on one connection: a round trip a statement, a transaction and a ledger row a schema.`,
    ];
    return { results, serverVersion: server.version, notes };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await server.stop();
  }
}
