import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withClient } from '@tenantry/testing/schema';
import { runCommand } from 'tenantry';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase } from '../src/database.ts';
import { limits } from '../src/limits.ts';
import { projects } from '../src/schema.ts';
import { type Seeded, seed } from '../src/seed.ts';
import { tenancy } from '../src/tenancy.ts';
import { databaseWithPlaces } from './support/with-places.ts';

// A tenant in a schema, with every feature: it goes back in time, and leaves as SQL and into another schema.

type Made = Awaited<ReturnType<typeof databaseWithPlaces>>;

const folder = mkdtempSync(join(tmpdir(), 'b2b-life-in-a-schema-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const query = (url: string, sql: string, values: unknown[] = []) =>
  withClient(url, async (client) => (await client.query(sql, values)).rows);
/** Runs a command whose owner of the tables is a superuser, who may turn triggers off. */
const run = async ({ config, url }: Made, ...argv: string[]) => {
  const database = { ...config.database, migrationUrl: url };
  const { code, stdout, stderr } = await runCommand({ ...config, database } as never, argv);
  expect([code, stderr], argv.join(' ')).toEqual([0, expect.anything()]);
  return stdout;
};

const opened: ReturnType<typeof openDatabase>[] = [];
const open = ({ urls, placements }: Made) => {
  const database = openDatabase({ ...urls, placements });
  opened.push(database);
  return database;
};
afterAll(() => Promise.all(opened.map(({ pool }) => pool.end())));

let source: Made;
let seeded: Seeded;
let acme: string;
beforeAll(async () => {
  source = await databaseWithPlaces([projects]);
  await run(source, 'places', 'add', 'acme_own', '--schema', 't_acme', '--url', source.migrator);
  seeded = await seed(open(source));
  acme = seeded.organizations.acme;
  // a transaction of another database of this server may keep entries from being sealed
  await run(source, 'tenants', 'move', acme, '--to', 'acme_own', '--wait', '120');
});

const rowsIn = ({ url }: Made, schema: string) =>
  query(
    url,
    `select to_jsonb(p) - 'updated_at' as row from ${schema}.projects p where organization_id = $1 order by id`,
    [acme],
  );

it('goes back to another time by the login that migrates, with triggers, limits and its log', async () => {
  const [{ now }] = (await query(
    source.url,
    `select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as now`,
  )) as [{ now: string }];
  const before = await rowsIn(source, 't_acme');
  expect(before.length).toBeGreaterThan(1);
  const { pool } = open(source);
  const work = <R>(fn: () => Promise<R>) =>
    tenancy.run({ organizationId: acme, user: seeded.users.ada } as never, fn);
  await work(async () => {
    await pool.query("update projects set description = 'changed' where number = 1");
    await pool.query('delete from projects where number = 2');
  });
  const rewind = ['tenants', 'rewind', acme, '--to', now, '--url', source.migrator, '--json'];
  const shown = JSON.parse(await run(source, ...rewind));
  expect(shown).toMatchObject({ refused: [], warnings: [] });
  expect(shown.tables).toMatchObject([
    { table: 'public.projects', inserted: 1, updated: 1, deleted: 0, kept: ['updated_at'] },
  ]);
  await run(source, ...rewind, '--apply', shown.digest);
  expect(await rowsIn(source, 't_acme')).toEqual(before);
  expect(await rowsIn(source, 'public')).toEqual([]);
  const [last] = await query(
    source.url,
    'select action, actor_type, reason from audit_logs where organization_id = $1 order by created_at desc limit 1',
    [acme],
  );
  expect(last).toEqual({
    action: 'projects.updated',
    actor_type: 'system',
    reason: `rewound to ${now}`,
  });
  const used = (await work(() => limits.usage(pool))).find(({ feature }) => feature === 'projects');
  expect(used?.used).toBe(before.length);
});

it('leaves as SQL for the shared tables of another database', async () => {
  const to = join(folder, 'acme.sql');
  await run(source, 'tenants', 'export', acme, '--format', 'sql', '--to', to);
  const target = await databaseWithPlaces([projects]);
  await query(target.url, readFileSync(to, 'utf8').replace('\\set ON_ERROR_STOP on\n', ''));
  expect(await rowsIn(target, 'public')).toEqual(await rowsIn(source, 't_acme'));
});

it('arrives in a schema of another database', async () => {
  const to = join(folder, 'acme');
  await run(source, 'tenants', 'export', acme, '--to', to);
  const target = await databaseWithPlaces([projects]);
  await run(target, 'places', 'add', 'new_own', '--schema', 't_new', '--url', target.migrator);
  await run(target, 'tenants', 'import', to, '--place', 'new_own');
  expect(await rowsIn(target, 't_new')).toEqual(await rowsIn(source, 't_acme'));
  expect(await rowsIn(target, 'public')).toEqual([]);
  const { pool, db } = open(target);
  const names = await pool.enter(
    { claim: { by: 'slug', value: 'acme' }, user: seeded.users.ada },
    async () => {
      await db.insert(projects).values({ name: 'First here' } as never);
      return db.select({ name: projects.name }).from(projects);
    },
  );
  expect(names).toContainEqual({ name: 'First here' });
});
