import { defineTenancy, type TenantPool } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { defineCommand, type FeatureCommand } from '@tenantry/rls/feature';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { pgTable } from 'drizzle-orm/pg-core';
import { runCommand } from 'tenantry';
import { afterEach, expect, test, vi } from 'vitest';
import { untouched } from './fixtures/untouched.ts';

const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
const { isolate } = defineIsolation(tenancy);
const tasks = pgTable(
  'tasks',
  { ...tenancy.columns.scoped(), id: tenancy.columns.id(), ...tenancy.columns.timestamps() },
  (t) => [...isolate(t)],
);
const { url } = await testDatabase();
await applySchema(url, { tenancy, schema: { tasks } });
const logins = await createLogins(url, tenancy);
const acme = '00000000-0000-4000-8000-000000000001';

const context = `select session_user::text as login, current_user::text as role,
  current_setting('transaction_read_only') as read_only,
  current_setting('app.organization_id', true) as tenant`;

let opened: TenantPool | undefined;
const show = (needs: FeatureCommand['needs'], fails = false) =>
  defineCommand({
    summary: 'Show the context.',
    needs: needs as 'system-read',
    async run({ pool, print }) {
      opened = pool;
      const { rows } = await pool.query(context);
      print.line(JSON.stringify(rows[0]));
      if (fails) throw new Error('as asked');
    },
  });

const configOf = (
  command: FeatureCommand,
  database: object = { url: logins.app, systemUrl: logins.system },
) => ({
  tenancy,
  features: [
    { name: 'acme', sql: () => ({ sections: [] }), commands: async () => ({ show: command }) },
  ],
  database,
});

const connections = () =>
  withClient(url, async (client) => {
    const { rows } = await client.query(
      'select count(*)::int as n from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and usename = any($1)',
      [[new URL(logins.app).username, new URL(logins.system).username]],
    );
    return (rows[0] as { n: number }).n;
  });

afterEach(() => vi.unstubAllEnvs());

test.each([
  ['tenant', ['--tenant', acme], { role: 'app', tenant: acme, read_only: 'off' }],
  ['tenant-or-system-read', ['--tenant', acme], { role: 'app', tenant: acme }],
  ['tenant-or-system-read', [], { role: 'system', read_only: 'on' }],
  ['system-read', [], { role: 'system', read_only: 'on' }],
  ['system-write', [], { role: 'system', read_only: 'off' }],
] as const)('needs %s with %j', async (needs, argv, expected) => {
  const { code, stdout, stderr } = await runCommand(configOf(show(needs)), ['show', ...argv]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const login = new URL(expected.role === 'app' ? logins.app : logins.system).username;
  expect(JSON.parse(stdout)).toMatchObject({ ...expected, login });
  expect(opened?.ended).toBe(true);
  await expect.poll(connections).toBe(0);
});

test('the pool is closed after an error too', async () => {
  const run = await runCommand(configOf(show('system-read', true)), ['show']);
  expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining('as asked') });
  expect(opened?.ended).toBe(true);
  await expect.poll(connections).toBe(0);
});

test('a tenant that is none is refused, and one is required', async () => {
  const config = configOf(show('tenant'));
  expect(await runCommand(config, ['show', '--tenant', 'acme'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('✗ TENANT_ID_MALFORMED'),
  });
  expect(await runCommand(config, ['show'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--tenant is missing'),
  });
});

test('the environment names the database where the configuration does not', async () => {
  vi.stubEnv('DATABASE_URL', logins.app);
  vi.stubEnv('SYSTEM_DATABASE_URL', logins.system);
  const { stdout } = await runCommand(configOf(show('system-read'), {}), ['show']);
  expect(JSON.parse(stdout)).toMatchObject({ login: new URL(logins.system).username });
});

test('without a database it says what to set; a command that never reads its pool needs none', async () => {
  vi.stubEnv('DATABASE_URL', '');
  vi.stubEnv('SYSTEM_DATABASE_URL', '');
  expect(await runCommand(configOf(show('system-read'), {}), ['show'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Set SYSTEM_DATABASE_URL or DATABASE_URL'),
  });
  expect(
    await runCommand(configOf(show('tenant'), { systemUrl: url }), ['show', '--tenant', acme]),
  ).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Set DATABASE_URL'),
  });
  const idle = defineCommand({ summary: 'Do nothing.', needs: 'system-read', run() {} });
  expect(await runCommand(configOf(idle, {}), ['show'])).toMatchObject({ code: 0 });
});

test('Ctrl-C ends the scope, closes the pool and exits with 130', async () => {
  const before = process.listenerCount('SIGINT');
  const slow = defineCommand({
    summary: 'Wait.',
    needs: 'system-read',
    async run({ pool }) {
      const asked = pool.query('select pg_sleep(600)');
      await expect.poll(connections).toBe(1);
      process.emit('SIGINT');
      await asked;
    },
  });
  expect(await runCommand(configOf(slow), ['show'])).toMatchObject({ code: 130 });
  await expect.poll(connections).toBe(0);
  expect(process.listenerCount('SIGINT')).toBe(before);
});

test('the command of the guide lists what is old, of all tenants or of one', async () => {
  await withClient(url, (client) =>
    client.query(
      `insert into tasks (organization_id, id, created_at, updated_at) values
        ($1, gen_random_uuid(), now() - interval '2 years', now() - interval '2 years'),
        (gen_random_uuid(), gen_random_uuid(), now() - interval '2 years', now() - interval '2 years')`,
      [acme],
    ),
  );
  const run = async (...argv: string[]) => {
    const { code, stdout } = await runCommand(configOf(untouched), ['show', ...argv]);
    return { code, rows: JSON.parse(stdout).length };
  };
  expect(await run('--json')).toEqual({ code: 1, rows: 2 });
  expect(await run('--json', '--tenant', acme)).toEqual({ code: 1, rows: 1 });
  expect(await run('--json', '--months', '30')).toEqual({ code: 0, rows: 0 });
  const { stdout } = await runCommand(configOf(untouched), ['show', '--tenant', acme]);
  expect(stdout).toMatch(/^id +updated_at\n[0-9a-f-]{36} {2}\S/);
});
