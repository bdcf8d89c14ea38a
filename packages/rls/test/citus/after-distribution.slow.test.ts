import { createTenantPool } from '@tenantry/core';
import {
  type CitusDatabase,
  citusUrl,
  createCitusDatabase,
  expectIsolated,
} from '@tenantry/testing';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { distribute } from '../../src/distribution/index.ts';
import { diagnose } from '../../src/doctor/index.ts';
import { generate } from '../../src/generate/index.ts';
import { application } from '../distribution/schemas.ts';
import { anyServer } from '../doctor/support.ts';

const ignore = [
  ...anyServer,
  { rule: 'reference-not-indexed', reason: 'the schema is about other things' },
];
// roles belong to the cluster, and logins of other tests have those that are called app and system
const roles = { app: 'app_after_distribution', system: 'system_after_distribution' };
const plain = application('postgres', { roles, schema: 'ops' });
const app = application('citus', { roles, schema: 'ops' });

describe.skipIf(citusUrl() === undefined)('a database that was distributed', () => {
  let database!: CitusDatabase;
  beforeAll(async () => {
    database = await createCitusDatabase({ migrate: (url) => applySchema(url, plain) });
  });
  afterAll(() => database?.drop());
  const examine = (options = app) =>
    withClient(database.url, async (client) => {
      const { findings } = await diagnose(client, { ...options, ignore });
      return findings.map(({ rule, object }) => `${rule} ${object}`);
    });

  test('has no finding of Citus before, in a database with the extension', async () => {
    const found = await examine(plain);
    expect(found.filter((line) => !line.startsWith('login-powers'))).toEqual([]);
  });

  test('is told what is on the coordinator, once the tenancy is of the other dialect', async () => {
    const found = await examine();
    expect(found.filter((line) => line.startsWith('citus-'))).toEqual(
      ['memberships', 'organizations', 'plans', 'projects', 'tasks'].map(
        (table) => `citus-table-local ${table}`,
      ),
    );
  });

  test('has no finding after the migrations, and isolates', async () => {
    await withClient(database.url, async (client) => {
      await distribute(client, app);
      const { foundation, sections } = generate(app);
      for (const { statements } of [foundation, ...sections]) {
        for (const statement of statements) await client.query(statement);
      }
    });
    expect(await examine()).toEqual([]);
    const logins = await createLogins(database.url, app.tenancy);
    const pool = createTenantPool(app.tenancy, {
      connectionString: logins.app,
      system: { connectionString: logins.system },
      max: 4,
    });
    const report = await expectIsolated({ pool, ...app }).finally(() => pool.end());
    expect(report.leaks).toEqual([]);
  });
});
