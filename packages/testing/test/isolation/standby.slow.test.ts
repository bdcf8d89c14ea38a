import { createTenantPool } from '@tenantry/core';
import { diagnose } from '@tenantry/rls/doctor';
import {
  createTestDatabase,
  expectIsolated,
  startTestServer,
  type TestServer,
} from '@tenantry/testing';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Standby, startStandby } from '../standby.ts';
import { fixture } from './fixtures/schema.ts';

// A database in recovery answers reads and takes no rows.

const { tenancy, schema } = fixture('standby_app', 'standby_system');
const ignore = [
  { rule: 'server-out-of-date', reason: 'the server of the tests is whatever there is' },
  { rule: 'primary-key-without-tenant', object: 'invoices.*', reason: 'it was there before' },
  { rule: 'large-objects', object: 'database *', reason: 'PUBLIC has them where nobody hardens' },
];
const organization = '0f000000-0000-4000-8000-000000000001';

let primary: TestServer;
let standby: Standby;
let url: string;
let logins: { readonly app: string; readonly system: string };

beforeAll(async () => {
  primary = await startTestServer({ postgres: 'embedded', settings: { autovacuum: 'off' } });
  const database = await createTestDatabase({
    server: primary,
    migrate: async (at) => {
      await applySchema(at, {
        tenancy,
        schema,
        directory: { tenant: schema.organizations.id, member: schema.memberships.userId },
      });
    },
  });
  url = database.url;
  logins = await createLogins(url, tenancy);
  standby = await startStandby(primary);
});
afterAll(async () => {
  await standby?.stop();
  await primary?.stop();
});

const poolAt = (at: (given: string) => string) =>
  createTenantPool(tenancy, {
    connectionString: at(logins.app),
    system: { connectionString: at(logins.system) },
    logger: { warn: () => {} },
  });

test('doctor sees on a standby what it sees on the primary, and says that it is one', async () => {
  const options = { tenancy, schema, ignore };
  const there = await withClient(standby.at(url), (client) => diagnose(client, options));
  const here = await withClient(url, (client) => diagnose(client, options));
  expect(here).toMatchObject({ standby: false, findings: [], unseen: [] });
  // what generate makes is made once more to compare it, which a standby cannot
  const unseen = [expect.stringContaining('a standby makes nothing to compare them with')];
  expect(there).toMatchObject({ standby: true, findings: [], unseen });
  expect({ ...there, standby: false, unseen: [], durationMs: 0 }).toEqual({
    ...here,
    durationMs: 0,
  });
});

test('doctor finds on a standby what is broken on the primary, once that is replayed', async () => {
  const onPrimary = (sql: string) => withClient(url, (client) => client.query(sql));
  const found = () =>
    withClient(standby.at(url), async (client) => {
      const { findings } = await diagnose(client, { tenancy, schema, ignore });
      return findings.map(({ rule }) => rule);
    });
  await onPrimary('alter table projects no force row level security');
  await expect.poll(found).toContain('rls-not-forced');
  await onPrimary('alter table projects force row level security');
  await expect.poll(found).toEqual([]);
});

test('a scope reads from a standby', async () => {
  const pool = poolAt(standby.at);
  try {
    const { rows } = await tenancy.run(organization, () => pool.query('select * from projects'));
    expect(rows).toEqual([]);
  } finally {
    await pool.end();
  }
});

test('expectIsolated refuses a standby, and says where to run it', async () => {
  const pool = poolAt(standby.at);
  try {
    await expect(expectIsolated({ pool, tenancy, schema })).rejects.toMatchObject({
      code: 'ISOLATION_DATABASE_REFUSED',
      found: expect.stringContaining('is a standby, which takes no rows'),
      fix: expect.stringContaining('primary'),
    });
  } finally {
    await pool.end();
  }
});
