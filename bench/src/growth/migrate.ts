import { rmSync } from 'node:fs';
import { definePlacements } from '@tenantry/placements';
import { createTestDatabase, startTestServer } from '@tenantry/testing';
import { applySchema } from '@tenantry/testing/schema';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import type { Report } from '../lib/bench.ts';
import { type BenchOptions, chosen } from '../lib/options.ts';
import type { Result } from '../lib/result.ts';
import { tenancy } from '../scoped/schema.ts';
import { ask, compare, growingFolder, migrateCommand, type Run } from './fleet.ts';

const places = 20;
const tables = 20;
const remembered = 5000;

/** What its operations are. */
export const migrateOperations = {
  migrate: `a migration of ${tables} ADD COLUMN in ${places + 1} databases`,
  'nothing to do': `the same without a migration, ${places + 1} databases`,
  'nothing to do in 5000': 'the same, all remembered; no database is there',
} as const;

const notes = [
  `Migrations: Drizzle's own migrator in one database after another is the base; ratio is its time to that of the variant. One server, so databases share its disk and its processors.`,
];

/** Measures `tenantry migrate` beside Drizzle's own migrator, one database after another. */
export async function measureMigrate(
  { ops, quick, pairs = quick ? 3 : 15 }: BenchOptions,
  write: (line: string) => void,
): Promise<Report> {
  if (!Object.keys(migrateOperations).some((op) => chosen(ops, op))) {
    return { results: [], serverVersion: '', notes: [] };
  }
  write(`growth: making ${places + 1} databases\n`);
  const server = await startTestServer();
  const { folder, add } = growingFolder();
  try {
    const migrateFresh = (url: string) =>
      applySchema(url, {
        tenancy,
        schema: {},
        features: [definePlacements(tenancy, { connect: () => undefined })],
      });
    const make = () => createTestDatabase({ server, key: 'bench-fleet', migrate: migrateFresh });
    const { url: shared } = await make();
    const urls = new Map<string, string>();
    for (let i = 0; i < places; i++) {
      const { url } = await make();
      const name = `p${i}`;
      urls.set(name, url);
      const [row] = (await ask(
        url,
        'insert into tenantry.here (place) values ($1) returning mark',
        [name],
      )) as [{ mark: string }];
      await ask(shared, 'insert into tenantry.places (name, mark) values ($1, $2)', [
        name,
        row.mark,
      ]);
    }
    const feature = definePlacements(tenancy, { connect: (name) => urls.get(name) });
    const run = await migrateCommand(feature, tenancy, shared, folder);
    const byDrizzle: Run = async () => {
      for (const url of [shared, ...urls.values()]) {
        const client = new pg.Client({ connectionString: url });
        await client.connect();
        await migrate(drizzle({ client }), { migrationsFolder: folder });
        await client.end();
      }
    };
    add(Array.from({ length: tables }, (_, i) => `create table t${i} (id int)`));
    await run({ parallel: 4 });
    let column = 0;
    const grow = () => {
      column++;
      add(Array.from({ length: tables }, (_, i) => `alter table t${i} add column c${column} int`));
    };
    const results: Result[] = [];
    const compared = async (op: string, variant: string, other: Run, before?: () => void) => {
      write(`growth: ${op}, ${variant}\n`);
      const row = { op, variant, base: 'drizzle', pairs, ...(before && { before }) };
      results.push(await compare(row, byDrizzle, other));
    };
    if (chosen(ops, 'migrate')) {
      await compared('migrate', 'drizzle', byDrizzle, grow);
      await compared('migrate', '--parallel 1', () => run({ parallel: 1 }), grow);
      await compared('migrate', '--parallel 4', () => run({ parallel: 4 }), grow);
    }
    if (chosen(ops, 'nothing to do')) {
      await byDrizzle();
      await run({ parallel: 4 });
      await compared('nothing to do', '--verify', () => run({ parallel: 4, verify: true }));
      await compared('nothing to do', 'remembered', () => run({ parallel: 4 }));
    }
    const many = 'nothing to do in 5000';
    if (chosen(ops, many)) {
      await ask(
        shared,
        `insert into tenantry.places (name) select 'q' || n from generate_series(1, ${remembered}) n`,
      );
      await ask(
        shared,
        `insert into tenantry.place_migrations (place, mark, folder) select p.name, p.mark, m.folder from tenantry.places p, (select max(folder) as folder from tenantry.place_migrations) m where p.name like 'q%'`,
      );
      await compared(many, 'remembered', () => run({ parallel: 4 }));
    }
    return { results, serverVersion: server.version, notes };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await server.stop();
  }
}
