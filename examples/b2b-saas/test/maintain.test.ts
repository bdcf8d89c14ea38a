import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { testDatabase } from '@tenantry/testing/vitest';
import pg from 'pg';
import { afterAll, expect, it } from 'vitest';
import { openDatabase } from '../src/database.ts';
import { loginUrls, prepareDatabase } from '../src/demo/prepare.ts';
import { seed } from '../src/seed.ts';

const password = 'a password of the tests';
const { url } = await testDatabase({
  key: 'b2b-saas',
  migrate: (empty: string) => prepareDatabase(empty, password),
});
const urls = loginUrls(url, password);
const database = openDatabase(urls);
const { organizations } = await seed(database);
const admin = new pg.Client({ connectionString: url });
await admin.connect();
afterAll(async () => {
  await database.pool.end();
  await admin.end();
});

/** `tenantry maintain`, as a daily job runs it: with the login of system work alone. */
async function maintain(...argv: string[]) {
  const cli = fileURLToPath(new URL('../../../packages/cli/src/bin.ts', import.meta.url));
  const args = ['--conditions=@tenantry/source', '--import', 'tsx', cli, 'maintain', ...argv];
  const options = {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, DATABASE_URL: '', SYSTEM_DATABASE_URL: urls.systemUrl },
  };
  const run = promisify(execFile)(process.execPath, args, options);
  return run.then(
    ({ stdout }) => ({ code: 0, text: stdout }),
    ({ stdout, code }: { stdout: string; code: number }) => ({ code, text: stdout }),
  );
}

it('does the upkeep of every feature until it is done', async () => {
  await admin.query(
    `insert into invitations (organization_id, email, role_id, token_hash, expires_at)
     select $1, 'n' || n || '@old.example', r.id, md5(n::text), now() - interval '2 years'
     from generate_series(1, 6000) n, roles r where r.key = 'viewer' and r.organization_id is null`,
    [organizations.acme],
  );
  await admin.query(
    `insert into usage_counters (organization_id, feature, period_start, period_end, used)
     values ($1, 'apiCalls', now() - interval '4 years', now() - interval '3 years', 7)`,
    [organizations.acme],
  );
  const first = await maintain();
  expect(first.text).toContain('6000 invitations');
  expect(first.text).toMatch(/✓ plan-limits: .*usageCounters/);
  expect(first.text).toMatch(/✓ audit-log: seals: \d+ sealed/);
  expect(first.text).toContain('stripe-billing: events and checkouts');
  expect(first.code).toBe(0);
  const { rows } = await admin.query('select from invitations');
  expect(rows).toEqual([]);

  const second = await maintain('--json');
  const turns = JSON.parse(second.text) as { task: string; did: Record<string, number> }[];
  const invitations = turns.find(({ task }) => task === 'invitations that are over');
  expect(invitations?.did).toEqual({ invitations: 0 });
});
