import { createTenantPool, defineTenancy, type TenantPool } from '@tenantry/core';
import { definePlacements } from '@tenantry/placements';
import { defineIsolation } from '@tenantry/rls';
import { createTestDatabase, startTestServer } from '@tenantry/testing';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { pgTable, text } from 'drizzle-orm/pg-core';
import type { Report } from '../lib/bench.ts';
import { type BenchOptions, chosen } from '../lib/options.ts';
import { emptyResult, type Result } from '../lib/result.ts';
import { figure, quantile } from '../lib/stats.ts';
import { runWindow } from '../lib/window.ts';

const op = 'warm databases';
const placed = 5000;
const connections = 50;
const concurrency = 8;

/** What its operations are. */
export const manyDatabasesOperations = {
  [op]: `a row by its id, ${placed} tenants with a database each, ${connections} connections`,
} as const;

const tenancy = defineTenancy({
  tenant: 'organization',
  id: 'uuid',
  roles: { app: 'bench_many_app', system: 'bench_many_system' },
});
const { isolate, tenants } = defineIsolation(tenancy);
const organizations = pgTable('organizations', { id: tenancy.columns.id().primaryKey() }, (t) => [
  ...tenants(t),
]);
const items = pgTable(
  'items',
  { ...tenancy.columns.scoped(), id: tenancy.columns.id(), title: text().notNull() },
  (t) => [...isolate(t)],
);

const idOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** Rows of the tenants from `first` on, whose ids are those of the tenants. */
const fill = (url: string, first: number, count: number) =>
  withClient(url, async (client) => {
    for (let n = first; n < first + count; n++) {
      await client.query('insert into organizations (id) values ($1)', [idOf(n)]);
      await client.query('insert into items (organization_id, id, title) values ($1, $1, $2)', [
        idOf(n),
        'an item',
      ]);
    }
    await client.query('vacuum (freeze, analyze)');
  });

/**
 * The shared database with as many tenants as have an open database, and those databases. The others of the
 * 5,000 are in the catalogue, and nobody asks for them.
 */
async function openWorld(warm: number) {
  const server = await startTestServer();
  const urls = new Map<string, string>();
  const feature = definePlacements(tenancy, { connect: () => undefined });
  const migrate = (url: string) =>
    applySchema(url, { tenancy, schema: { organizations, items }, features: [feature] });
  const make = () => createTestDatabase({ server, key: 'bench-many', migrate });
  const { url: shared } = await make();
  await fill(shared, placed + 1, warm);
  const logins = await createLogins(shared, tenancy);
  await withClient(shared, async (client) => {
    await client.query(
      `insert into tenantry.places (name) select 'p' || n from generate_series(1, $1::int) n`,
      [placed],
    );
    for (let n = 1; n <= placed; n++)
      await client.query(`insert into tenantry.placements (tenant, place) values ($1, 'p' || $2)`, [
        idOf(n),
        String(n),
      ]);
  });
  for (let n = 1; n <= warm; n++) {
    const { url } = await make();
    await fill(url, n, 1);
    await withClient(url, (client) =>
      client.query('insert into tenantry.here (place) values ($1)', [`p${n}`]),
    );
    const own = new URL(url);
    const { username, password } = new URL(logins.app);
    Object.assign(own, { username, password });
    urls.set(`p${n}`, own.href);
  }
  const pool = createTenantPool(tenancy, {
    connectionString: logins.app,
    system: { connectionString: logins.system },
    max: concurrency,
    placements: definePlacements(tenancy, {
      connect: (name) => urls.get(name),
      maxConnections: connections,
      maxPerDatabase: 1,
    }),
    logger: { warn() {} },
  });
  return { pool, server };
}

/** Reads the row of one tenant after another, beginning with a tenant. */
const readerOf = (pool: TenantPool, first: number, count: number) => (i: number) => {
  const id = idOf(first + (i % count));
  return tenancy.run(id, () => pool.query('select id, title from items where id = $1', [id]));
};

/** Measures the slowest of a hundred statements of tenants whose databases are open. */
export async function measureManyDatabases(
  { ops, quick, pairs = quick ? 5 : 41, windowMs = 120 }: BenchOptions,
  write: (line: string) => void,
): Promise<Report> {
  if (!chosen(ops, op)) return { results: [], serverVersion: '', notes: [] };
  const warm = connections;
  write(`growth: making ${warm} databases\n`);
  const { pool, server } = await openWorld(warm);
  try {
    const sides = [
      { read: readerOf(pool, placed + 1, warm), latencies: [] as number[] },
      { read: readerOf(pool, 1, warm), latencies: [] as number[] },
    ] as const;
    for (const { read } of sides) await runWindow(read, { count: 4000, concurrency, from: 0 }, []);
    write(`growth: ${op}\n`);
    for (let pair = 0; pair < pairs; pair++) {
      const order = pair % 2 === 0 ? sides : [...sides].reverse();
      for (const { read, latencies } of order)
        await runWindow(read, { count: windowMs * 10, concurrency, from: pair * 7 }, latencies);
    }
    const [base, variant] = sides.map(({ latencies }) => latencies) as [number[], number[]];
    const result: Result = {
      ...emptyResult({ bench: 'growth', variant: 'databases', base: 'shared tables', op }),
      concurrency,
      pairs,
      ratio: figure(quantile(base, 0.99) / quantile(variant, 0.99)),
      p50: figure(quantile(variant, 0.5)),
      p99: figure(quantile(variant, 0.99)),
    };
    const notes = [
      `Warm databases: ${placed} tenants are placed in a database each, and ${warm} of them ask in turn, as many as there are open connections; ratio is the p99 of as many tenants in the shared tables to theirs. The databases of the others are not there.`,
    ];
    return { results: [result], serverVersion: server.version, notes };
  } finally {
    await pool.end();
    await server.stop();
  }
}
