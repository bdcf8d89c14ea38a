import { createTenantPool, defineTenancy, type TenantPool } from '@tenantry/core';
import { definePlacements } from '@tenantry/placements';
import { defineIsolation } from '@tenantry/rls';
import type { FeatureCommand } from '@tenantry/rls/feature';
import { createTestDatabase, startTestServer } from '@tenantry/testing';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { integer, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import type { Report } from '../lib/bench.ts';
import { type BenchOptions, chosen } from '../lib/options.ts';
import { emptyResult, type Result } from '../lib/result.ts';
import { figure, quantile } from '../lib/stats.ts';
import { silent } from './silent.ts';

const op = 'move';
const writers = 3;
const warmUpMs = 5000;

/** What its operations are. */
export const moveOperations = {
  [op]: `a tenant with a million rows moves to another database and back under ${writers} writers`,
} as const;

const notes = (rows: number) => [
  `A move: ${rows} rows of one tenant, with ${writers} writers that insert, update and delete; p50 and p99 are how long its statements waited, in the median and in the longest of the moves. ratio is the median of another tenant's statement before it over that during the moves; both databases, the writers and the mover share the processors.`,
];

const tenancy = defineTenancy({
  tenant: 'organization',
  id: 'uuid',
  roles: { app: 'bench_move_app', system: 'bench_move_system' },
});
const { isolate, tenants } = defineIsolation(tenancy);
const organizations = pgTable(
  'organizations',
  { id: tenancy.columns.id().primaryKey(), slug: text().notNull() },
  (t) => [...tenants(t)],
);
const items = pgTable(
  'items',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    title: text().notNull(),
    stars: integer().notNull().default(0),
    data: jsonb(),
    at: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [...isolate(t)],
);

const large = '00000000-0000-4000-8000-00000000000a';
const small = '00000000-0000-4000-8000-00000000000b';

/** The shared database with both tenants, and a place beside it. */
async function openWorld(rows: number) {
  const server = await startTestServer();
  const urls = new Map<string, string>();
  const placements = definePlacements(tenancy, { connect: (name) => urls.get(name) });
  const migrate = (url: string) =>
    applySchema(url, {
      tenancy,
      schema: { organizations, items },
      features: [placements],
    });
  const make = () => createTestDatabase({ server, key: 'bench-move', migrate });
  const [{ url: shared }, { url: eu1 }] = [await make(), await make()];
  urls.set('eu1', eu1);
  await withClient(eu1, (client) =>
    client.query("insert into tenantry.here (place) values ('eu1')"),
  );
  await withClient(shared, async (client) => {
    await client.query("insert into tenantry.places (name) values ('eu1')");
    await client.query("insert into organizations values ($1, 'large'), ($2, 'small')", [
      large,
      small,
    ]);
    await client.query(
      `insert into items (organization_id, id, title, stars, data)
       select case when n <= $3 then $1::uuid else $2::uuid end, gen_random_uuid(), 'the title of item ' || n, n % 5, jsonb_build_object('n', n, 'tags', '{a,b}'::text[])
       from generate_series(1, $3::int + 10000) n`,
      [large, small, rows],
    );
    await client.query('vacuum (analyze) items');
  });
  const logins = await createLogins(shared, tenancy);
  const pool = createTenantPool(tenancy, {
    connectionString: logins.app,
    system: { connectionString: logins.system },
    max: 6,
    placements,
    logger: { warn() {} },
  });
  const { 'tenants move': command } = ((await placements.commands?.()) ?? {}) as Record<
    string,
    FeatureCommand
  >;
  return {
    pool,
    version: server.version,
    /** @returns how long the statements of the tenant have waited, in milliseconds */
    async move(to: string, write: (line: string) => void): Promise<number> {
      let waited = Number.NaN;
      await tenancy.asSystem({ reason: 'move', actor: 'bench', write: true }, async () => {
        await command?.run({
          tenancy,
          pool,
          positionals: { tenant: large },
          options: { to, undo: false, wait: 60 },
          migrations: { url: () => shared },
          print: {
            ...silent,
            result: (moved: { blockedMs: number }) => {
              waited = moved.blockedMs;
            },
          },
          progress: () => {},
        } as never);
      });
      write(`growth: moved to ${to}, its statements have waited ${waited} ms\n`);
      return waited;
    },
    async end() {
      await pool.end();
      await server.stop();
    },
  };
}

/** Works until it is stopped. */
function loop(work: (i: number) => Promise<unknown>) {
  let stopped = false;
  const running = (async () => {
    for (let i = 0; !stopped; i++) await work(i);
  })();
  running.catch(() => {}); // whoever stops it gets the error
  return () => {
    stopped = true;
    return running;
  };
}

function writerOf(pool: TenantPool) {
  const own: string[] = [];
  return loop((i) =>
    tenancy.run(large, async () => {
      const { rows } = await pool.query("insert into items (title) values ('new') returning id");
      own.push((rows[0] as { id: string }).id);
      if (i % 3 === 1)
        await pool.query('update items set stars = stars + 1 where id = $1', [own[0]]);
      if (i % 3 === 2) await pool.query('delete from items where id = $1', [own.shift()]);
    }),
  );
}

/** A tenant that is not moved reads; its times go into `into`, of which there is another one each time. */
const readerOf = (pool: TenantPool, into: () => number[]) =>
  loop(async () => {
    const since = performance.now();
    await tenancy.run(small, () => pool.query('select id, title from items limit 20'));
    into().push(performance.now() - since);
  });

/** Measures how long the statements of a tenant wait for its move, and what others feel of it. */
export async function measureMove(
  { ops, quick }: BenchOptions,
  write: (line: string) => void,
): Promise<Report> {
  if (!chosen(ops, op)) return { results: [], serverVersion: '', notes: [] };
  const rows = quick ? 50_000 : 1_000_000;
  write(`growth: loading ${rows} rows of one tenant\n`);
  const world = await openWorld(rows);
  try {
    const [before, during]: [number[], number[]] = [[], []];
    let times = before;
    const stops = [
      readerOf(world.pool, () => times),
      ...Array.from({ length: writers }, () => writerOf(world.pool)),
    ];
    await new Promise((resolve) => setTimeout(resolve, warmUpMs));
    times = during;
    const waited: number[] = [];
    for (const to of quick ? ['eu1'] : ['eu1', 'shared', 'eu1', 'shared'])
      waited.push(await world.move(to, write));
    await Promise.all(stops.map((stop) => stop()));
    const result: Result = {
      ...emptyResult({ bench: 'growth', variant: 'moving', base: 'at rest', op }),
      concurrency: writers,
      ratio: figure(quantile(before, 0.5) / quantile(during, 0.5)),
      p50: figure(quantile(waited, 0.5)),
      p99: figure(Math.max(...waited)),
    };
    return { results: [result], serverVersion: world.version, notes: notes(rows) };
  } finally {
    await world.end();
  }
}
