import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diagnose } from '@tenantry/rls/doctor';
import { withClient } from '@tenantry/testing/schema';
import { runCommand } from 'tenantry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from '../src/audit.ts';
import { openDatabase } from '../src/database.ts';
import { projects } from '../src/schema.ts';
import { type Seeded, seed } from '../src/seed.ts';
import { tenancy } from '../src/tenancy.ts';
import { databaseWithPlaces } from './support/with-places.ts';

// A tenant with every feature leaves by a login that is no superuser, and arrives elsewhere as it was.

type Manifest = { tables: { schema: string; name: string; rows: number }[] };
type Made = Awaited<ReturnType<typeof databaseWithPlaces>>;

const folder = mkdtempSync(join(tmpdir(), 'b2b-lifecycle-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const run = ({ config }: Made, ...args: string[]) =>
  runCommand(config as never, ['tenants', ...args]);
const query = (url: string, sql: string, values: unknown[] = []) =>
  withClient(url, async (client) => (await client.query(sql, values)).rows);

let source: Made;
let target: Made;
let seeded: Seeded;
let acme: string;
const opened: ReturnType<typeof openDatabase>[] = [];
const open = ({ urls }: Made) => {
  const database = openDatabase(urls);
  opened.push(database);
  return database;
};

beforeAll(async () => {
  source = await databaseWithPlaces();
  target = await databaseWithPlaces();
  const database = open(source);
  seeded = await seed(database);
  acme = seeded.organizations.acme;
  await tenancy.run({ organizationId: acme, user: seeded.users.ada } as never, () =>
    database.db.insert(projects).values({ name: 'Fourth' } as never),
  );
  const entry = { reason: 'seal', actor: 'test', write: true };
  // a transaction of another database of this server may keep entries from being sealed
  do await tenancy.asSystem(entry, () => audit.seal(database.pool));
  while ((await query(source.url, 'select from tenantry.audit_seals')).length === 0);
});

afterAll(() => Promise.all(opened.map(({ pool }) => pool.end())));

/** What a table has, of the tenant where it has a tenant. */
const contents = async (url: string, { schema, name }: { schema: string; name: string }) => {
  const [column] = await query(
    url,
    `select attname from pg_attribute where attrelid = $1::regclass and attname in ('organization_id', 'tenant_id', 'tenant') limit 1`,
    [`${schema}.${name}`],
  );
  const where = column === undefined ? '' : `where t.${column.attname}::text = '${acme}'`;
  return query(
    url,
    `select to_jsonb(t) - 'id' as row from ${schema}.${name} t ${where} order by to_jsonb(t)::text`,
  );
};

describe('a tenant of the example', () => {
  it('arrives in another database as it was, with its log, its seals and its roles', async () => {
    const to = join(folder, 'acme');
    expect(await run(source, 'export', 'acme', '--to', to)).toMatchObject({ code: 0 });
    const { tables } = JSON.parse(readFileSync(join(to, 'manifest.json'), 'utf8')) as Manifest;
    const names = tables.map(({ schema, name }) => `${schema}.${name}`);
    expect(names.slice(0, 2)).toEqual(['public.organizations', 'public.users']);
    for (const shared of [
      'plan_features',
      'permissions',
      'built_in_roles',
      'webhook_events',
      'prices',
    ])
      expect(names).not.toContain(`public.${shared}`);
    expect(names).toContain('tenantry.audit_seals');
    const filled = tables.filter(({ rows }) => rows > 0);
    expect(filled.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'audit_logs',
        'audit_seals',
        'member_permissions',
        'member_roles',
        'projects',
      ]),
    );
    const refused = await run(target, 'import', to, '--url', target.migrator);
    expect(refused.stderr).toContain('IMPORT_NEEDS_RIGHT');
    const { stderr, code } = await run(target, 'import', to, '--url', target.url);
    expect([code, stderr]).toEqual([0, '']);
    for (const table of filled.filter(({ name }) => name !== 'users' && name !== 'organizations')) {
      expect([table.name, await contents(target.url, table)]).toEqual([
        table.name,
        await contents(source.url, table),
      ]);
    }
    const { pool, db } = open(target);
    const entered = await pool.enter(
      { claim: { by: 'slug', value: 'acme' }, user: seeded.users.ada },
      async () => {
        await db.insert(projects).values({ name: 'First here' } as never);
        return db.select({ number: projects.number, name: projects.name }).from(projects);
      },
    );
    expect(entered).toContainEqual({ number: 5, name: 'First here' });
    const report = await tenancy.asSystem({ reason: 'verify', actor: 'test' }, () =>
      audit.verify(pool),
    );
    expect(report.findings).toEqual([]);
  });

  it('is imported by a login that may turn triggers off, without being a superuser', async () => {
    const { url, migrator, config } = await databaseWithPlaces();
    await query(url, 'grant set on parameter session_replication_role to b2b_places_migrator');
    try {
      const to = join(folder, 'globex');
      await run(source, 'export', 'globex', '--to', to);
      const made = { config } as Made;
      const { code, stderr } = await run(made, 'import', to, '--url', migrator);
      expect([code, stderr]).toEqual([0, '']);
      expect(await query(url, 'select slug from organizations')).toEqual([{ slug: 'globex' }]);
      expect(await query(url, 'select from audit_logs')).not.toEqual([]);
    } finally {
      await query(url, 'revoke set on parameter session_replication_role from b2b_places_migrator');
    }
  });

  it('gets a copy beside it, whose log begins anew', async () => {
    const copy = '00000000-0000-4000-8000-0000000000cc';
    const to = join(folder, 'copied');
    await run(source, 'export', 'acme', '--to', to);
    const args = ['--url', source.url, '--as', copy, '--set', 'slug=acme-copy'];
    const { code, stderr } = await run(source, 'import', to, ...args);
    expect([code, stderr]).toEqual([0, '']);
    const { pool, db } = open(source);
    const claim = { by: 'slug', value: 'acme-copy' };
    const read = () => db.select({ number: projects.number }).from(projects);
    expect(await pool.enter({ claim, user: seeded.users.ada }, read)).toHaveLength(4);
    expect(
      await query(source.url, 'select from audit_logs where organization_id = $1', [copy]),
    ).toEqual([]);
  });

  it('goes back to another time by the login that migrates, with triggers, limits and its log', async () => {
    const of = () =>
      query(
        source.url,
        `select to_jsonb(p) - 'updated_at' as row from projects p where organization_id = $1 order by id`,
        [acme],
      );
    const [{ now }] = (await query(
      source.url,
      `select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as now`,
    )) as [{ now: string }];
    const before = await of();
    const { pool } = open(source);
    await tenancy.run({ organizationId: acme, user: seeded.users.ada } as never, async () => {
      await pool.query("update projects set description = 'changed' where number = 1");
      await pool.query('delete from projects where number = 2');
    });
    const args = ['rewind', 'acme', '--to', now, '--url', source.migrator, '--json'];
    const shown = JSON.parse((await run(source, ...args)).stdout);
    expect(shown.refused).toEqual([]);
    expect(shown.tables).toMatchObject([
      { table: 'public.projects', inserted: 1, updated: 1, deleted: 0, kept: ['updated_at'] },
    ]);
    expect(shown.left).toContainEqual({ table: 'public.memberships', why: 'of a package' });
    const { code, stderr } = await run(source, ...args, '--apply', shown.digest);
    expect([code, stderr]).toEqual([0, '']);
    expect(await of()).toEqual(before);
    const [last] = await query(
      source.url,
      `select action, actor_type, reason from audit_logs where organization_id = $1 order by created_at desc limit 1`,
      [acme],
    );
    expect(last).toEqual({
      action: 'projects.updated',
      actor_type: 'system',
      reason: `rewound to ${now}`,
    });
  });

  it('is erased by the login that migrates, and others stay as they are', async () => {
    const globex = seeded.organizations.globex;
    const of = (id: string) =>
      query(
        source.url,
        `select md5(string_agg(r::text, ',' order by r::text)) as sum from (
           select to_jsonb(o) r from organizations o where id = $1 union all
           select to_jsonb(p) from projects p where organization_id = $1 union all
           select to_jsonb(m) from member_roles m where organization_id = $1 union all
           select to_jsonb(s) from tenantry.audit_seals s where tenant = $1 union all
           select to_jsonb(d) from tenantry.member_permissions d where tenant_id = $1 union all
           select to_jsonb(a) from audit_logs a where organization_id = $1) rows`,
        [id],
      );
    const before = await of(globex);
    const args = [
      '--yes-erase',
      'acme',
      '--by',
      'Olga',
      '--people',
      '--url',
      source.migrator,
      '--json',
    ];
    const { stdout, stderr, code } = await run(source, 'erase', 'acme', ...args);
    expect([code, stderr]).toEqual([0, '']);
    const certificate = JSON.parse(JSON.parse(stdout)[0].certificate);
    expect(certificate.tables.map(({ table }: { table: string }) => table)).toContain(
      'public.audit_logs',
    );
    expect(await of(globex)).toEqual(before);
    expect(await of(acme)).toEqual([{ sum: null }]);
    expect(await query(source.url, 'select 1 from tenantry.audit_permits')).toEqual([]);
    const report = await tenancy.asSystem({ reason: 'verify', actor: 'test' }, () =>
      audit.verify(open(source).pool),
    );
    expect(report.findings).toEqual([]);
  });

  it('that has a hold on its log is not erased', async () => {
    const { pool } = open(source);
    const entry = { reason: 'a lawsuit', actor: 'test', write: true };
    await tenancy.asSystem(entry, () =>
      pool.query('select tenantry.audit_hold($1, $2)', [seeded.organizations.globex, 'a lawsuit']),
    );
    const args = ['--yes-erase', 'globex', '--by', 'Olga', '--url', source.migrator];
    expect((await run(source, 'erase', 'globex', ...args)).stderr).toContain('TENANT_ON_HOLD');
  });

  it('leaves doctor nothing to find', async () => {
    await withClient(source.migrator, async (client) => {
      const { findings } = await diagnose(client, {
        ...source.config,
        schema: await import('../src/schema.ts'),
      } as never);
      const about = findings.filter(({ object }) =>
        /erasures|placements|imports|captures|declared_tables|captured_tables|masked_columns/.test(
          object,
        ),
      );
      expect(about).toEqual([]);
    });
  });
});
