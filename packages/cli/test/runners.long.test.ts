import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { testDatabase } from '@tenantry/testing/vitest';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { type MigrationProvider, Migrator } from 'kysely/migration';
import pg from 'pg';
import Postgrator from 'postgrator';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { withDatabase } from './support/database.ts';
import { ownTables, plainProject } from './support/plain-project.ts';
import type { Output, TestProject } from './support/project.ts';

// docs/guides/your-orm.md, 'Migrations for your runner': real runners apply what `tenantry generate` writes.

interface Runner {
  /** As in `migrations` of the configuration. */
  readonly format?: string;
  /** Its first migration: the application's own tables. */
  readonly first: readonly [file: string, text: string];
  /** Packages that are installed in the project. */
  readonly packages?: readonly string[];
  /** Applies what has not been applied. */
  up(project: TestProject, url: string): Promise<unknown>;
}

afterEach(() => vi.unstubAllEnvs());

const succeed = (output: Output) => {
  expect(output.code, output.text).toBe(0);
  return output;
};

/** Two lines of the guide: the folder as migrations of Kysely. */
const provider = (folder: string): MigrationProvider => ({
  async getMigrations() {
    const files = readdirSync(folder).filter((file) => file.endsWith('.sql'));
    const up = (file: string) => async (db: Kysely<unknown>) => {
      await sql.raw(readFileSync(join(folder, file), 'utf8')).execute(db);
    };
    return Object.fromEntries(files.map((file) => [file, { up: up(file) }]));
  },
});

const runners: Record<string, Runner> = {
  dbmate: {
    format: 'dbmate',
    first: [
      '20250101000000_tables.sql',
      `-- migrate:up\n${ownTables}\n-- migrate:down\ndrop table tasks;`,
    ],
    packages: ['dbmate'],
    up: async (project, url) =>
      succeed(
        await project.run(
          'dbmate',
          ...['--url', `${url}?sslmode=disable`, '--migrations-dir', './db'],
          ...['--no-dump-schema', 'up'],
        ),
      ),
  },
  'node-pg-migrate': {
    format: 'node-pg-migrate',
    first: [
      '1735689600000_tables.sql',
      `-- Up Migration\n${ownTables}\n-- Down Migration\ndrop table tasks;`,
    ],
    packages: ['node-pg-migrate', 'pg'],
    up: async (project) => succeed(await project.run('node-pg-migrate', 'up', '-m', 'db')),
  },
  postgrator: {
    first: ['0001.do.tables.sql', ownTables],
    up: (project, url) =>
      withDatabase(url, (client) =>
        new Postgrator({
          migrationPattern: join(project.folder, 'db/*'),
          driver: 'pg',
          execQuery: (text: string) => client.query(text),
        }).migrate(),
      ),
  },
  "Kysely's migrator": {
    first: ['0001_tables.sql', ownTables],
    async up({ folder }, url) {
      const db = new Kysely<unknown>({
        dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url }) }),
      });
      const migrator = new Migrator({ db, provider: provider(join(folder, 'db')) });
      const { error } = await migrator.migrateToLatest();
      await db.destroy();
      if (error !== undefined) throw error;
    },
  },
  'graphile-migrate': {
    first: ['0001_tables.sql', ownTables],
    packages: ['graphile-migrate'],
    // each file becomes the current migration, which is committed
    async up(project) {
      const { folder } = project;
      project.write('.gmrc', '{}');
      mkdirSync(join(folder, 'migrations/committed'), { recursive: true });
      const known = readdirSync(join(folder, 'migrations/committed')).length;
      for (const file of readdirSync(join(folder, 'db')).sort().slice(known)) {
        project.write('migrations/current.sql', project.read(`db/${file}`));
        succeed(await project.run('graphile-migrate', 'commit', '--message', file));
      }
      succeed(await project.run('graphile-migrate', 'migrate'));
    },
  },
};

const acme = '00000000-0000-4000-8000-000000000001';
const globex = '00000000-0000-4000-8000-000000000002';

describe.each(Object.entries(runners))('%s', (_, { format = 'sql', first, packages, up }) => {
  test('applies its own migrations and those that generate writes, each once', async () => {
    const { project, url, ask } = await plainProject(packages);
    rmSync(join(project.folder, 'migrations'), { recursive: true });
    project.write(
      'tenantry.config.ts',
      project
        .read('tenantry.config.ts')
        .replace(
          'tenancy,\n',
          `tenancy,\n  migrations: { folder: './db', format: '${format}' },\n`,
        ),
    );
    const [file, text] = first;
    project.write(`db/${file}`, text);
    const shadow = await testDatabase();
    vi.stubEnv('DATABASE_URL', url);
    vi.stubEnv('SHADOW_DATABASE_URL', shadow.url); // of graphile-migrate
    vi.stubEnv('ROOT_DATABASE_URL', url.replace(/\/[^/]*$/, '/postgres'));
    await up(project, url);
    expect(succeed(await project.tenantry('generate')).text).toContain('foundation');
    await up(project, url);
    expect(succeed(await project.tenantry('generate')).text).toContain('nothing to do');
    expect(succeed(await project.tenantry('generate', '--check')).text).toContain('proven');

    const as = (tenant: string, statement: string) =>
      withDatabase(url, async (client) => {
        await client.query('begin');
        await client.query(
          "select set_config('role', 'app', true), set_config('app.organization_id', $1, true)",
          [tenant],
        );
        const { rows } = await client.query(statement);
        await client.query('commit');
        return rows;
      });
    await ask(
      `insert into organizations values ('${acme}', 'Acme', 'acme'), ('${globex}', 'Globex', 'globex')`,
    );
    await as(acme, "insert into projects (name) values ('Rocket')");
    expect(await as(globex, 'select name from projects')).toEqual([]);
    expect(await as(acme, 'select name from projects')).toEqual([{ name: 'Rocket' }]);

    await up(project, url); // nothing is left, and nothing runs twice
    expect(await as(acme, 'select name from projects')).toEqual([{ name: 'Rocket' }]);
  });
});
