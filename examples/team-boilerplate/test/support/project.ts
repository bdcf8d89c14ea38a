import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { afterAll } from 'vitest';

const example = fileURLToPath(new URL('../..', import.meta.url));
const command = fileURLToPath(new URL('../../../../packages/cli/src/bin.ts', import.meta.url));

/** A copy of what describes the database of this application, in a folder where it can be changed. */
export function projectCopy(url: string) {
  const folder = join(example, '.build', `retrofit-${process.pid}`);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  for (const file of [
    'src/tenancy.ts',
    'src/rbac.ts',
    'src/placements.ts',
    'src/schema',
    'tenantry.config.ts',
  ]) {
    cpSync(join(example, file), join(folder, file), { recursive: true });
  }
  cpSync(join(example, 'drizzle.config.ts'), join(folder, 'drizzle.config.ts'));
  const run = (args: readonly string[]) =>
    new Promise<{ code: number; text: string }>((done) => {
      const env = { ...process.env, MIGRATION_DATABASE_URL: url, NODE_ENV: 'development' };
      const options = { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 };
      const child = execFile(process.execPath, [...args], options, (error, stdout, stderr) =>
        done({ code: Number(error?.code ?? 0), text: stdout + stderr }),
      );
      child.stdin?.end();
    });
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  write('package.json', '{ "type": "module", "private": true }');
  return {
    folder,
    write,
    read: (file: string) => readFileSync(join(folder, file), 'utf8'),
    tenantry: (...args: string[]) =>
      run(['--conditions=@tenantry/source', '--import', 'tsx', command, ...args]),
    drizzleKitGenerate: () => run([join(example, 'node_modules/drizzle-kit/bin.cjs'), 'generate']),
    async migrate(): Promise<void> {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      try {
        await migrate(drizzle(client), { migrationsFolder: join(folder, 'drizzle') });
      } finally {
        await client.end();
      }
    },
  };
}
