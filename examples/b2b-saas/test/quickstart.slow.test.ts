import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { testDatabase } from '@tenantry/testing/vitest';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { afterAll, expect, it } from 'vitest';
import { linkInstalled } from '../../../scripts/packaging/built-example.ts';

// The files of the quickstart, run as they stand in the documentation.

const fromHere = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const markdown = readFileSync(fromHere('../../../docs/start/quickstart.md'), 'utf8');
const folder = mkdtempSync(join(realpathSync(tmpdir()), 'tenantry-quickstart-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
await linkInstalled(fromHere('..'), folder);
const database = await testDatabase();

/** The code blocks that begin with the name of their file. */
function writeFiles(): string[] {
  const blocks = [...markdown.matchAll(/```ts\n\/\/ (\S+)\n([\s\S]*?)```/g)];
  for (const [, name = '', text = ''] of blocks) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  return blocks.map(([, name = '']) => name);
}

const node = (...args: string[]) =>
  promisify(execFile)(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, DATABASE_URL: database.url, NODE_ENV: 'development' },
  });

it('does what it says', async () => {
  expect(writeFiles()).toEqual([
    'src/tenancy.ts',
    'src/schema.ts',
    'drizzle.config.ts',
    'tenantry.config.ts',
    'src/db.ts',
    'src/first.ts',
    'src/app.ts',
    'src/server.ts',
  ]);
  await node('node_modules/tenantry/bin/tenantry.js', 'generate');
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await migrate(drizzle(client), { migrationsFolder: join(folder, 'drizzle') });
  await client.end();

  const { stdout, stderr } = await node('--import', 'tsx', 'src/first.ts');
  expect(stdout).toBe('2 0\nTENANT_CONTEXT_MISSING\n');
  expect(stderr).toContain('LOGIN_BYPASSES_RLS');

  expect(await answers()).toEqual([200, 404, 401]);
});

/** The answers to the three requests of the last section, in a process of their own. */
async function answers(): Promise<number[]> {
  const program = `
    import { app } from ${JSON.stringify(pathToFileURL(join(folder, 'src/app.ts')).href)};
    import { pool } from ${JSON.stringify(pathToFileURL(join(folder, 'src/db.ts')).href)};
    const statuses = [];
    for (const headers of [
      { 'x-user': 'ada', 'x-organization': 'acme' },
      { 'x-user': 'ada', 'x-organization': 'globex' },
      { 'x-organization': 'acme' },
    ]) statuses.push((await app.request('/api/projects', { headers })).status);
    console.log(JSON.stringify(statuses));
    await pool.end();`;
  const file = join(folder, 'ask.ts');
  writeFileSync(file, program);
  return JSON.parse((await node('--import', 'tsx', file)).stdout);
}
