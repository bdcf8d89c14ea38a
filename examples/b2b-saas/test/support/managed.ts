import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { diagnose, type Finding } from '@tenantry/rls/doctor';
import { generate } from '@tenantry/rls/generate';
import {
  createManagedDatabase,
  type ManagedDatabase,
  type ManagedServiceName,
  managedServices,
  type TestServerAddress,
} from '@tenantry/testing';
import { runAll, tablesSql, withClient } from '@tenantry/testing/schema';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { audit } from '../../src/audit.ts';
import { openDatabase } from '../../src/database.ts';
import { limits } from '../../src/limits.ts';
import { rbac } from '../../src/rbac.ts';
import * as schema from '../../src/schema.ts';
import { type Seeded, seed } from '../../src/seed.ts';
import { tenancy } from '../../src/tenancy.ts';
import config from '../../tenantry.config.ts';

// The commands are those of docs/guides/your-postgresql.md, read from there.

const page = readFileSync(
  fileURLToPath(new URL('../../../../docs/guides/your-postgresql.md', import.meta.url)),
  'utf8',
);

/** The SQL of a service's section of the guide, before or after the first migration. */
function commands(title: string, when: 'Before' | 'After'): string {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${title}\n`));
  if (section === undefined) throw new Error(`the guide has no section ${title}`);
  const part = section.split(/^### /m).find((each) => each.startsWith(when)) ?? '';
  return [...part.matchAll(/```sql\n(.*?)```/gs)].map(([, sql]) => sql).join('\n');
}

/** Programs of PostgreSQL, where this machine has them for the version. */
const programs = (major: string) => `/usr/lib/postgresql/${major}/bin`;

const statements = () => {
  const { foundation, sections } = generate({ ...config, schema });
  return { foundation: foundation.statements, rest: sections.flatMap((each) => each.statements) };
};

/** The migrations of the application as Drizzle's migrator reads them. */
async function migrationsFolder(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'b2b-saas-managed-'));
  const { foundation, rest } = statements();
  mkdirSync(join(folder, 'meta'));
  const all = [...foundation, ...(await tablesSql(schema)), ...rest];
  writeFileSync(join(folder, '0000_all.sql'), all.join('\n--> statement-breakpoint\n'));
  const entry = { idx: 0, version: '7', when: 1, tag: '0000_all', breakpoints: true };
  const journal = { version: '7', dialect: 'postgresql', entries: [entry] };
  writeFileSync(join(folder, 'meta/_journal.json'), JSON.stringify(journal));
  return folder;
}

const roles = ['app', 'system', 'audit_writer'];
const logins = ['web', 'worker', 'backup'];

/** What remains to be told of a database that is made as the guide says; the guide names it too. */
const remains: Partial<Record<ManagedServiceName, readonly string[]>> = {
  // a console makes logins, which inherit
  heroku: ['error audit-log-writer audit log', 'info other-role-bypasses role worker'],
  // it reads users of the platform
  supabase: ['info other-role-bypasses role <login>'],
};

/** What differs in a lane from all services on a direct connection. */
interface LaneOptions {
  readonly services?: readonly ManagedServiceName[];
  /** The connection string through a pooler, for requests and system work. */
  readonly through?: (url: string) => string;
  /** What is different, such as the pooler, in the names of the tests. */
  readonly behind?: string;
  /** What a superuser does to the login before the first migration. */
  readonly given?: (login: string) => string;
}

/**
 * Install, migrate twice, run, doctor, dump and restore, with the role model of each service.
 * @param server a server of its own: the roles have the names that an application gives them
 * @param major its version, whose `pg_dump` is used when this machine has it
 */
export function managedLanes(
  server: () => TestServerAddress,
  major: string,
  canDump: boolean,
  {
    services = Object.keys(managedServices) as ManagedServiceName[],
    through = (url) => url,
    behind = '',
    given = () => '',
  }: LaneOptions = {},
): void {
  describe.each(services)(`%s on PostgreSQL ${major}${behind}`, (service) => {
    let database: ManagedDatabase;
    let folder: string;
    let urls: { url: string; systemUrl: string; backup: string };
    let seeded: Seeded;
    const as = (url: string, login: string) => {
      const own = new URL(url);
      own.username = login;
      own.password = 'managed';
      return own.href;
    };
    const urlsOf = (url: string) => ({
      url: through(as(url, 'web')),
      systemUrl: through(as(url, 'worker')),
      backup: as(url, 'backup'),
    });

    beforeAll(async () => {
      folder = await migrationsFolder();
      database = await createManagedDatabase(service, server());
      const { title } = database.service;
      if (!database.service.createsRoles) {
        for (const role of [...roles, ...logins]) await database.createRole(role);
      }
      await run(server().url, given(database.login));
      await run(database.url, commands(title, 'Before'));
      await migrateOnce(database.url, folder);
      await run(database.url, commands(title, 'After').replaceAll('…', 'managed'));
      if (!database.service.createsRoles) {
        await withClient(server().url, async (client) => {
          for (const login of logins) await client.query(`alter role ${login} password 'managed'`);
        });
      }
      urls = urlsOf(database.url);
    });

    afterAll(async () => {
      rmSync(folder, { recursive: true, force: true });
      await database?.drop([...roles, ...logins]);
    });

    test('migrates a second time without a change', async () => {
      const before = await catalogue(database.url);
      await migrateOnce(database.url, folder);
      const { foundation, rest } = statements();
      await withClient(database.url, (client) => runAll(client, [...foundation, ...rest]));
      expect(await catalogue(database.url)).toEqual(before);
    });

    test('no role of ours has an attribute', async () => {
      await withClient(database.url, async (client) => {
        const { rows } = await client.query(
          `select rolname from pg_roles where rolname = any ($1)
             and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)`,
          [[...roles, ...logins]],
        );
        expect(rows).toEqual([]);
      });
    });

    test('runs: tenants, system work, entries, a feature of each package', async () => {
      const open = openDatabase(urls);
      seeded = await seed(open);
      try {
        await use(open, seeded);
      } finally {
        await open.pool.end();
      }
    });

    test('the second witness names a table whose policies are off', async () => {
      const open = openDatabase(urls);
      const policies = (state: 'enable' | 'disable') =>
        run(database.url, `alter table projects ${state} row level security`);
      try {
        expect(await projectsOfGlobex(open, seeded)).toHaveLength(2);
        await policies('disable');
        const refused = projectsOfGlobex(open, seeded).catch((error) => error.cause ?? error);
        expect(await refused).toMatchObject({
          code: 'TENANT_ROW_FOREIGN',
          found: expect.stringContaining('public.projects: column organization_id'),
        });
      } finally {
        await policies('enable');
        await open.pool.end();
      }
    });

    test('the owner is bound to a tenant, and a data migration takes on the system role', async () => {
      await withClient(database.url, async (client) => {
        const { rows } = await client.query(
          'select rolsuper or rolbypassrls as passes from pg_roles where rolname = current_user',
        );
        const read = () => client.query('select * from projects');
        if (rows[0].passes) expect((await read()).rows).toHaveLength(6);
        else await expect(read()).rejects.toThrow('no tenant in this transaction');
        await client.query(`begin; set local role system;
            update projects set name = name; reset role; commit`);
      });
    });

    test('doctor says what remains', async () => {
      const findings = await examine(database.url);
      expect(findings.map((line) => line.replace(database.login, '<login>'))).toEqual(
        remains[service] ?? [],
      );
    });

    test.runIf(canDump)('is dumped and restored', async () => {
      const copy = await database.another();
      const shell = (command: string) => {
        const { status, stderr } = spawnSync(
          'bash',
          ['--norc', '-euo', 'pipefail', '-c', command],
          {
            cwd: folder,
            encoding: 'utf8',
            env: {
              PATH: `${programs(major)}:${process.env.PATH}`,
              BACKUP_DATABASE_URL: urls.backup,
              MIGRATION_DATABASE_URL: copy,
            },
          },
        );
        expect({ command, status, stderr }).toEqual({ command, status: 0, stderr: '' });
      };
      const [dump = '', restore = ''] = backupCommands();
      await createBackupLogin(database, server());
      // a new database of that service has its schemas already
      shell(service === 'supabase' ? dump.replace('--format', '--exclude-schema=auth $&') : dump);
      shell(restore);
      expect(await rowsOf(copy, server())).toEqual(await rowsOf(database.url, server()));
      const open = openDatabase(urlsOf(copy));
      try {
        expect(await projectsOfGlobex(open, seeded)).toEqual(['Hammock', 'Reactor']);
      } finally {
        await open.pool.end();
      }
    });
  });
}

const run = (url: string, sql: string) =>
  withClient(url, async (client) => {
    if (sql.trim() !== '') await client.query(sql);
  });

const migrateOnce = (url: string, folder: string) =>
  withClient(url, (client) => migrate(drizzle(client), { migrationsFolder: folder }));

const backupPage = readFileSync(
  fileURLToPath(new URL('../../../../docs/guides/backup.md', import.meta.url)),
  'utf8',
);

/** The login for dumps, as the guide on backups makes it. */
async function createBackupLogin(database: ManagedDatabase, server: TestServerAddress) {
  const [, create = ''] = /```sql\n(.*?)```/s.exec(backupPage) ?? [];
  const sql = create.replaceAll('…', 'managed');
  if (database.service.createsRoles) return run(database.url, sql);
  // a console makes the login; nobody gives it what only a superuser may grant
  const grants = sql.split('\n').filter((line) => line.startsWith('grant system'));
  await run(database.url, grants.join('\n'));
  await run(server.url, 'grant pg_read_all_data to backup');
}

/** The dump without BYPASSRLS, and the restore as the migrating login, of the guide on backups. */
function backupCommands(): string[] {
  const blocks = [...backupPage.matchAll(/```sh\n(.*?)```/gs)].map(([, sh]) => sh as string);
  return [
    blocks.find((each) => each.includes('--enable-row-security')) ?? '',
    blocks.find((each) => each.includes('--use-list')) ?? '',
  ];
}

async function use(
  { pool, db }: ReturnType<typeof openDatabase>,
  { users, organizations }: Seeded,
): Promise<void> {
  const { projects } = schema;
  const acme = { claim: { by: 'slug', value: 'acme' }, user: users.ada } as const;
  // a tenant: its rows, roles, limits and log
  await pool.enter(acme, async () => {
    expect(await db.$count(projects)).toBe(3);
    await db.transaction(async (tx) => {
      const [made] = await tx.insert(projects).values({ name: 'Trap' }).returning();
      expect(made?.organizationId).toBe(organizations.acme);
      await audit.log(tx, 'project.created', {
        resource: ['project', made?.id ?? ''],
        metadata: { name: 'Trap' },
      });
    });
    expect(rbac.can('projects:create')).toBe(true);
    const usage = await limits.usage(db);
    expect(usage.find(({ feature }) => feature === 'projects')).toMatchObject({ used: 4 });
    await limits.consume(db, 'apiCalls', 1);
    const { entries } = await audit.query(db);
    expect(entries.map(({ action }) => action)).toContain('project.created');
  });
  // a stranger is told nothing
  await expect(pool.enter({ ...acme, user: users.bob }, () => 0)).rejects.toMatchObject({
    code: 'TENANT_NOT_FOUND',
  });
  // system work: across tenants, and read-only unless asked
  const entry = { reason: 'a test', actor: 'tests' };
  await tenancy.asSystem(entry, async () => {
    expect(await db.$count(projects)).toBe(6);
    await expect(db.update(projects).set({ name: 'x' })).rejects.toThrow();
  });
  await tenancy.asSystem({ ...entry, write: true }, async () => {
    await db.update(projects).set({ name: 'Snare' }).where(eq(projects.name, 'Trap'));
    await audit.maintain(pool);
    await audit.seal(pool);
    expect((await audit.verify(pool)).findings).toEqual([]);
  });
}

const projectsOfGlobex = async (
  { pool, db }: ReturnType<typeof openDatabase>,
  { users }: Seeded,
) => {
  const entry = { claim: { by: 'slug', value: 'globex' }, user: users.eve } as const;
  const rows = await pool.enter(entry, () => db.select().from(schema.projects));
  return rows.map(({ name }) => name).sort();
};

/** `rule object`, without what the machine of the test is blamed for. */
async function examine(url: string): Promise<string[]> {
  const { findings } = await withClient(url, (client) =>
    diagnose(client, {
      ...config,
      schema,
      logins: ['web'],
      ignore: [
        { rule: 'server-out-of-date', reason: 'the server of the tests is whatever there is' },
        // what PostgreSQL gives PUBLIC, and a login that is no superuser cannot take away
        { rule: 'large-objects', reason: 'docs/guides/going-live.md' },
        { rule: 'login-powers', reason: 'docs/guides/going-live.md' },
      ],
    }),
  );
  const title = ({ severity, rule, object }: Finding) => `${severity} ${rule} ${object}`;
  return [...new Set(findings.map(title))].sort();
}

/** Everything that migrations make, without oids. */
async function catalogue(url: string): Promise<unknown> {
  return withClient(url, async (client) => {
    const read = async (text: string) => (await client.query(text)).rows;
    return [
      await read(`select schemaname, tablename, policyname, permissive, roles, cmd, qual, with_check
        from pg_policies order by 1, 2, 3`),
      await read(`select c.oid::regclass::text as name, relowner::regrole::text, array(select unnest(relacl)::text order by 1) as rights, relrowsecurity, relforcerowsecurity
        from pg_class c where relnamespace in ('public'::regnamespace, 'tenantry'::regnamespace) order by 1`),
      await read(`select p.oid::regprocedure::text as name, proowner::regrole::text, array(select unnest(proacl)::text order by 1) as rights, md5(prosrc)
        from pg_proc p where pronamespace = 'tenantry'::regnamespace order by 1`),
    ];
  });
}

/** How many rows each table has, asked by a superuser. */
async function rowsOf(url: string, server: TestServerAddress): Promise<Record<string, number>> {
  const own = new URL(server.url);
  own.pathname = new URL(url).pathname;
  return withClient(own.href, async (client) => {
    const { rows } = await client.query(`
      select c.oid::regclass::text as name,
        (xpath('/row/n/text()', query_to_xml('select count(*) as n from ' || c.oid::regclass, false, true, '')))[1]::text::int as n
      from pg_class c join pg_namespace n on n.oid = relnamespace
      where relkind = 'r' and nspname in ('public', 'tenantry', 'drizzle') order by 1`);
    return Object.fromEntries(rows.map(({ name, n }) => [name, n]));
  });
}
