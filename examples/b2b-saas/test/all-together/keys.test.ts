import { audited } from '@tenantry/audit-log';
import { createTenantPool } from '@tenantry/core';
import { createTenantGate, fetchRequest } from '@tenantry/core/adapter';
import { apiKeys } from '@tenantry/rbac/api-keys';
import { defineIsolation } from '@tenantry/rls';
import { diagnose } from '@tenantry/rls/doctor';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { integer, pgTable } from 'drizzle-orm/pg-core';
import { runCommand } from 'tenantry';
import { afterAll, expect, test } from 'vitest';
import { audit, billing, limits, rbac, tenancy } from './definitions.ts';
import * as together from './schema.ts';

// API keys and numbers beside roles, limits and the audit log, in one schema

const { isolate, numbered } = defineIsolation(tenancy);
const tickets = pgTable(
  'tickets',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    number: integer().notNull().default(0),
  },
  (t) => [...isolate(t), ...numbered(t), ...audited(t), ...limits.counts(t, 'projects')],
);
const schema = { ...together, tickets };
const application = {
  tenancy,
  schema,
  features: [rbac, limits, audit, billing],
  directory: {
    tenant: together.organizations.id,
    claims: { slug: together.organizations.slug },
    member: together.memberships.userId,
  },
};
const { url } = await testDatabase({
  key: 'all-together-keys',
  migrate: async (to) => void (await applySchema(to, application)),
});
const logins = await createLogins(url, tenancy);
const pool = createTenantPool(tenancy, {
  connectionString: logins.app,
  system: { connectionString: logins.system },
  max: 20,
});
afterAll(() => pool.end());
const keys = apiKeys(rbac, { prefix: 'acme' });

const acme = '00000000-0000-4000-8000-00000000000a';
const ada = '00000000-0000-4000-8000-0000000000a1';
await tenancy.asSystem({ reason: 'a test', actor: 'tests', write: true }, async () => {
  await rbac.sync(pool);
  await limits.sync(pool);
  await pool.transaction(async (tx) => {
    await tx.query(`insert into organizations (id, slug) values ($1, 'acme')`, [acme]);
    await tx.query(`insert into users (id, email) values ($1, 'ada@acme.example')`, [ada]);
    await rbac.members.add(tx, { organizationId: acme, user: ada, role: 'owner' });
  });
});
const as = <R>(user: string, fn: () => Promise<R>) =>
  pool.enter({ claim: { by: 'id', value: acme }, user }, fn);
const make = () => as(ada, () => keys.create(pool, { name: 'CI', permissions: ['projects:read'] }));
const revoke = (id: string) => as(ada, () => keys.revoke(pool, { id }));
const live = async () =>
  (await as(ada, () => keys.list(pool))).items.filter(({ revokedAt }) => revokedAt === null);
const query = <R extends object>(text: string, values: unknown[] = []) =>
  withClient(url, async (client) => (await client.query<R>(text, values)).rows);

const gate = createTenantGate(pool, (request: Request) => fetchRequest(request), {
  resolve: keys.resolver,
  user: keys.user(pool),
});
/** What a script does with its key, as a request. */
const withKey = <R>(key: string, fn: () => Promise<R>) =>
  gate(new Request('http://a', { headers: { authorization: `Bearer ${key}` } }), fn);

/** Those that were made, and the codes of those that were refused. */
async function settled<T>(attempts: readonly Promise<T>[]) {
  const all = await Promise.allSettled(attempts);
  return {
    done: all.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])),
    codes: all.flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : [])),
  };
}

test('a plan limits the live keys: of 50 made at once 3 are there, and one that ends frees a place', async () => {
  const { done, codes } = await settled(Array.from({ length: 50 }, make));
  expect(done).toHaveLength(3);
  expect(codes).toEqual(Array(47).fill('LIMIT_REACHED'));
  const [first, second, third] = done.map(({ id }) => id) as [string, string, string];
  await expect(make()).rejects.toMatchObject({ code: 'LIMIT_REACHED', details: { limit: 3 } });
  await revoke(first);
  const another = await make();
  await expect(make()).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
  // a key that expires is written by nobody, and frees its place all the same
  await query("update api_keys set expires_at = now() + interval '1 hour' where id = $1", [second]);
  await expect(make()).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
  await query("update api_keys set expires_at = now() - interval '1 second' where id = $1", [
    second,
  ]);
  const last = await make();
  await expect(make()).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
  // a secret more is no key more
  await as(ada, () => keys.rotate(pool, { id: third }));
  for (const id of [third, another.id, last.id]) await revoke(id);
});

test('what a key does is in the audit log in its name, and a refused row costs no number', async () => {
  const { id, key } = await make();
  const insert = () =>
    withKey(key, async () => {
      const { rows } = await pool.query<{ id: string; number: number }>(
        'insert into tickets default values returning id, number',
      );
      return rows[0] as { id: string; number: number };
    });
  const { done, codes } = await settled(Array.from({ length: 20 }, insert));
  expect(done.map(({ number }) => number).sort()).toEqual([1, 2, 3]);
  expect(codes).toEqual(Array(17).fill('LIMIT_REACHED'));
  const entries = await query<object>(
    `select resource_id, actor_type, actor_id from audit_logs where action = 'tickets.inserted' order by 1`,
  );
  const wanted = done.map((ticket) => ({
    resource_id: ticket.id,
    actor_type: 'user',
    actor_id: id,
  }));
  expect(entries).toEqual(wanted.sort((a, b) => (a.resource_id < b.resource_id ? -1 : 1)));
  // the numbers that were refused are given to those that come
  await query('delete from tickets where number = 2');
  expect((await insert()).number).toBe(4);
  await revoke(id);
  await expect(insert()).rejects.toMatchObject({ code: 'API_KEY_INVALID' });
  const ends = await query<object>(
    `select actor_id from audit_logs where action = 'api_keys.updated' and resource_id = $1`,
    [id],
  );
  expect(ends).toEqual([{ actor_id: ada }]);
});

test('operators list and revoke keys by command, and a strict log has no objection', async () => {
  const { schema: _, ...others } = application;
  const config = { ...others, database: { url: logins.app, systemUrl: logins.system } };
  const { id, key } = await make();
  const run = (...words: string[]) => runCommand(config, ['keys', ...words, '--json']);
  const { items } = await as(ada, () => keys.list(pool));
  expect(items.length).toBeGreaterThan(5);
  for (const all of [[], ['--of', acme], ['--of', acme.toUpperCase()]]) {
    const listed = await run('list', ...all);
    expect(listed).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(listed.stdout)).toEqual(items.map((each) => ({ ...each, tenant: acme })));
  }
  const text = await runCommand(config, ['keys', 'list']);
  expect(text.stdout.split('\n')[0]).toMatch(
    new RegExp(`^${acme}  ${id}  ${key.slice(5, 9)}…  CI  by ${ada}  never used$`),
  );
  const another = '00000000-0000-4000-8000-0000000000ff';
  expect(JSON.parse((await run('list', '--of', another)).stdout)).toEqual([]);
  for (const words of [
    ['list', '--of', 'garbage'],
    ['revoke', id, '--of', 'garbage'],
  ]) {
    const refused = await run(...words);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('TENANT_ID_MALFORMED');
  }
  expect(await run('revoke', id, '--of', another)).toMatchObject({ code: 1 });
  expect(await withKey(key, async () => 'in')).toBe('in');
  expect(await run('revoke', id, '--of', acme)).toMatchObject({ code: 0 });
  await expect(withKey(key, async () => 'in')).rejects.toMatchObject({ code: 'API_KEY_INVALID' });
  expect(await run('revoke', id)).toMatchObject({ code: 1 });
  expect(await live()).not.toContainEqual(expect.objectContaining({ id }));
});

test('doctor finds nothing', async () => {
  const { findings } = await withClient(url, (client) =>
    diagnose(client, {
      ...application,
      ignore: [{ rule: 'server-out-of-date', reason: 'the server of the tests' }],
    }),
  );
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
});
