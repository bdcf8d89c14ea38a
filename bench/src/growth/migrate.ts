import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { definePlacements } from '@tenantry/placements';
import type { FeatureCommand } from '@tenantry/rls/feature';
import { createTestDatabase, startTestServer } from '@tenantry/testing';
import { applySchema } from '@tenantry/testing/schema';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import type { Report } from '../lib/bench.ts';
import { type BenchOptions, chosen } from '../lib/options.ts';
import { emptyResult, type Result } from '../lib/result.ts';
import { figure, median } from '../lib/stats.ts';
import { tenancy } from '../scoped/schema.ts';
import { silent } from './silent.ts';

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

type Run = () => Promise<unknown>;

async function ask(url: string, text: string, values: unknown[] = []): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** A folder of drizzle-kit that grows. */
function growingFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-bench-'));
  mkdirSync(join(folder, 'meta'));
  const entries: { tag: string; when: number; idx: number; breakpoints: boolean }[] = [];
  return {
    folder,
    add(statements: readonly string[]) {
      const idx = entries.length;
      entries.push({ tag: `${idx}_step`, when: 1_800_000_000_000 + idx, idx, breakpoints: true });
      writeFileSync(
        join(folder, `${idx}_step.sql`),
        statements.join('\n--> statement-breakpoint\n'),
      );
      writeFileSync(join(folder, 'meta', '_journal.json'), JSON.stringify({ entries }));
    },
  };
}

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
    const run = await commandOf(urls, shared, folder);
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
    const compared = async (
      op: string,
      variant: string,
      base: Run,
      other: Run,
      before: () => void,
    ) => {
      write(`growth: ${op}, ${variant}\n`);
      results.push(await compare({ op, variant, pairs }, base, other, before));
    };
    if (chosen(ops, 'migrate')) {
      await compared('migrate', 'drizzle', byDrizzle, byDrizzle, grow);
      await compared('migrate', '--parallel 1', byDrizzle, () => run({ parallel: 1 }), grow);
      await compared('migrate', '--parallel 4', byDrizzle, () => run({ parallel: 4 }), grow);
    }
    if (chosen(ops, 'nothing to do')) {
      await byDrizzle();
      await run({ parallel: 4 });
      const op = 'nothing to do';
      await compared(
        op,
        '--verify',
        byDrizzle,
        () => run({ parallel: 4, verify: true }),
        () => {},
      );
      await compared(
        op,
        'remembered',
        byDrizzle,
        () => run({ parallel: 4 }),
        () => {},
      );
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
      await compared(
        many,
        'remembered',
        byDrizzle,
        () => run({ parallel: 4 }),
        () => {},
      );
    }
    return { results, serverVersion: server.version, notes };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await server.stop();
  }
}

/** The command as `tenantry migrate` runs it, without the start of a process. */
async function commandOf(urls: ReadonlyMap<string, string>, shared: string, folder: string) {
  const feature = definePlacements(tenancy, { connect: (name) => urls.get(name) });
  const { migrate: command } = ((await feature.commands?.()) ?? {}) as { migrate: FeatureCommand };
  const options = { tries: 30, wait: 600, verify: false, 'dry-run': false, 'accept-drift': false };
  return async (more: { readonly parallel: number; readonly verify?: boolean }) => {
    const code = await command.run({
      tenancy,
      migrations: {
        url: () => shared,
        folder: () => folder,
        ledger: { schema: 'drizzle', table: '__drizzle_migrations' },
      },
      options: { ...options, ...more },
      print: silent,
      progress: () => {},
    });
    if (code !== 0) throw new Error('tenantry migrate has failed');
  };
}

/** Adjacent pairs, the order swapped; `before` each side. */
async function compare(
  { op, variant, pairs }: { readonly op: string; readonly variant: string; readonly pairs: number },
  base: Run,
  other: Run,
  before: () => void,
): Promise<Result> {
  const timed = async (run: Run) => {
    before();
    const since = performance.now();
    await run();
    return performance.now() - since;
  };
  const ratios: number[] = [];
  const times: number[] = [];
  for (let i = 0; i < pairs; i++) {
    const first = i % 2 === 0 ? await timed(base) : undefined;
    const took = await timed(other);
    ratios.push((first ?? (await timed(base))) / took);
    times.push(took);
  }
  return {
    ...emptyResult({ bench: 'growth', variant, base: 'drizzle', op }),
    ratio: figure(median(ratios)),
    p50: figure(median(times)),
    pairs,
  };
}
