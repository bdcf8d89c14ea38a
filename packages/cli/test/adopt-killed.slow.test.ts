import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { testDatabase } from '@tenantry/testing/vitest';
import type pg from 'pg';
import { expect, test } from 'vitest';
import { builtPackages } from '../../../scripts/packaging/built.ts';
import { organizations, singleUser } from './support/applications.ts';
import { withDatabase } from './support/database.ts';
import { emptyProject } from './support/project.ts';

// The command is killed at any place, again and again; the next run goes on, and the last one finishes.

const kills = process.env.TENANTRY_LONG === '1' ? 25 : 3;
const program = join(await builtPackages(), 'cli/bin/tenantry.js');
const { url } = await testDatabase();
const project = emptyProject(['pg']);
project.write('package.json', '{ "type": "module", "private": true }');
project.write(
  'src/tenancy.ts',
  "import { defineTenancy } from '@tenantry/core';\nexport const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });\n",
);
project.write(
  'tenantry.config.ts',
  `import { defineConfig } from 'tenantry';
import { tenancy } from './src/tenancy.ts';
export default defineConfig({ tenancy, tables: {}, database: { migrationUrl: '${url}' } });
`,
);

/** Everything but the tenant, as one number a table. */
async function checksums(client: pg.Client): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const table of ['users', 'projects', 'tasks', 'comments', 'documents', 'statuses']) {
    const { rows } = await client.query(
      `select count(*) || ' ' || sum(hashtextextended((to_jsonb(t) - 'organization_id')::text, 0)::numeric) as sum from ${table} t`,
    );
    found[table] = rows[0].sum;
  }
  return found;
}

/** Kills it with SIGKILL some milliseconds after it has printed so many steps. */
const killed = (afterSteps: number, ms: number): Promise<boolean> =>
  new Promise((done) => {
    const child = spawn(process.execPath, [program, 'adopt', '--enforce'], { cwd: project.folder });
    let steps = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      const before = steps;
      steps += String(chunk).split('✓').length - 1;
      if (before < afterSteps && steps >= afterSteps) setTimeout(() => child.kill('SIGKILL'), ms);
    });
    child.on('close', (_, signal) => done(signal === 'SIGKILL'));
  });

test('a run that is killed anywhere is finished by the next', async () => {
  const before = await withDatabase(url, async (client) => {
    await client.query(`${singleUser}
      insert into users (email) select 'user' || i from generate_series(1, 8) i;
      insert into projects (user_id, name, status_id) select id, 'project ' || n, 1 + n % 2 from users, generate_series(1, 5) n;
      insert into tasks (project_id, title, hours) select id, 'task ' || n, n / 4.0 from projects, generate_series(1, 100) n;
      insert into comments (task_id, body) select id, 'on ' || title from tasks where id % 4 = 0;
      insert into documents (project_id, user_id, body) select case when n = 1 then null else id end, user_id, 'd' from projects, generate_series(1, 2) n;
      ${organizations}`);
    return checksums(client);
  });
  expect((await project.tenantry('adopt', '--plan')).code).toBe(0);
  let count = 0;
  for (let round = 0; round < kills; round += 1) {
    const steps = 1 + Math.floor(Math.random() * 6);
    if (await killed(steps, Math.random() * 25)) count += 1;
  }
  expect(count).toBeGreaterThan(0);
  const last = async () => project.tenantry('adopt', '--enforce');
  // the server may still carry out what a killed run has sent last
  await expect.poll(async () => (await last()).code).toBe(0);
  expect((await last()).text).toContain('Nothing is left to do.');
  await withDatabase(url, async (client) => {
    expect(await checksums(client)).toEqual(before);
    const { rows } = await client.query(
      `select 1 from comments c join tasks t on t.id = c.task_id join projects p on p.id = t.project_id join memberships m using (user_id)
       where c.organization_id <> m.organization_id or c.organization_id <> t.organization_id`,
    );
    expect(rows).toEqual([]);
    expect((await client.query('select 1 from pg_index where not indisvalid')).rows).toEqual([]);
    const open = await client.query(
      "select c.relname from pg_class c where relkind = 'r' and relnamespace = 'public'::regnamespace and not relforcerowsecurity and relname <> '__drizzle_migrations'",
    );
    expect(open.rows).toEqual([]);
  });
});
