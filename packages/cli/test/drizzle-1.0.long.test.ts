import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { testDatabase } from '@tenantry/testing/vitest';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { builtPackages } from '../../../scripts/packaging/built.ts';
import { articleFiles } from './fixtures/article.ts';

// The packages as they are published, on either line of Drizzle: built, and installed into a folder
// that has that Drizzle only.

const run = promisify(execFile);
const modules = fileURLToPath(new URL('../node_modules', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tenantry-lanes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Core, rls and the command without what is installed beside them, for projects to copy. */
async function buildPackages(): Promise<string> {
  const packages = await builtPackages();
  const built = join(folder, 'built');
  for (const [name, source] of [
    ['@tenantry/core', 'core'],
    ['@tenantry/rls', 'rls'],
    ['tenantry', 'cli'],
  ] as const) {
    const filter = (path: string) => basename(path) !== 'node_modules';
    cpSync(join(packages, source), join(built, name), { recursive: true, filter });
  }
  return built;
}

const migrateScript = `
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
const client = new pg.Client({ connectionString: process.argv[2] });
await client.connect();
await migrate(drizzle({ client }), { migrationsFolder: './drizzle' });
await client.end();
`;

async function project(built: string, orm: string, kit: string) {
  const cwd = mkdtempSync(join(folder, 'project-'));
  const installed = join(cwd, 'node_modules');
  cpSync(built, installed, { recursive: true });
  for (const name of ['zod', 'jiti', 'tinyglobby', 'pg'])
    symlinkSync(realpathSync(join(modules, name)), join(installed, name));
  symlinkSync(realpathSync(join(modules, orm)), join(installed, 'drizzle-orm'));
  // Copied, so that it finds this project's drizzle-orm and not the workspace's.
  cpSync(realpathSync(join(modules, kit)), join(installed, 'drizzle-kit'), {
    recursive: true,
    dereference: true,
  });
  const neighbours = join(dirname(realpathSync(join(modules, kit))));
  for (const name of basename(neighbours) === 'node_modules' ? readdirSync(neighbours) : []) {
    if (!name.startsWith('.') && !name.startsWith('@') && !existsSync(join(installed, name))) {
      symlinkSync(realpathSync(join(neighbours, name)), join(installed, name));
    }
  }
  const files = {
    ...articleFiles,
    'package.json': '{ "type": "module", "private": true }',
    // from 1.0 on the prefix says nothing, so none of them is refused
    'drizzle.config.ts': `export default {
      dialect: 'postgresql', schema: './src/schema.ts', out: './drizzle',
      ${kit === 'drizzle-kit-rc' ? "migrations: { prefix: 'none' }," : ''}
    };`,
    'migrate.mjs': migrateScript,
  };
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, file)), { recursive: true });
    writeFileSync(join(cwd, file), text);
  }
  const node = (...args: string[]) => run(process.execPath, args, { cwd });
  return {
    tenantry: (...args: string[]) => node('node_modules/tenantry/bin/tenantry.js', ...args),
    migrate: (url: string) => node('migrate.mjs', url),
  };
}

/** Policies, rights, keys and triggers of a database, without the names that Drizzle made up. */
async function isolationOf(url: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const queries = [
    'select tablename, policyname, permissive, roles::text, cmd, qual, with_check from pg_policies order by 1, 2',
    "select relname, relrowsecurity, relforcerowsecurity, relacl::text from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1",
    "select conrelid::regclass::text, pg_get_constraintdef(oid) from pg_constraint where connamespace = 'public'::regnamespace order by 1, 2",
    'select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal order by 1',
    "select proname, pg_get_functiondef(oid) from pg_proc where pronamespace = 'tenantry'::regnamespace order by 1",
  ];
  const results = [];
  for (const query of queries) results.push((await client.query(query)).rows);
  await client.end();
  return results;
}

const databases = [await testDatabase(), await testDatabase()] as const;

test('Drizzle 0.45 and 1.0 lead to the same isolated database', async () => {
  const built = await buildPackages();
  const lanes = [
    ['drizzle-orm', 'drizzle-kit'],
    ['drizzle-orm-rc', 'drizzle-kit-rc'],
  ] as const;
  const isolations = [];
  for (const [i, [orm, kit]] of lanes.entries()) {
    const { tenantry, migrate } = await project(built, orm, kit);
    expect((await tenantry('generate')).stdout).toContain('tenantry_isolation');
    expect((await tenantry('generate')).stdout).toContain('nothing to do');
    expect((await tenantry('generate', '--check')).stdout).toContain('up to date');
    const url = databases[i === 0 ? 0 : 1].url;
    await migrate(url);
    isolations.push(await isolationOf(url));
  }
  expect(isolations[0]).toEqual(isolations[1]);
  expect(JSON.stringify(isolations[0])).toContain('projects_tenant_floor');
});
