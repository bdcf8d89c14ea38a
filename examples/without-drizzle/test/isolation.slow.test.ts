import { diagnose } from '@tenantry/rls/doctor';
import { directoryOf, readTables } from '@tenantry/rls/model';
import { expectIsolated } from '@tenantry/testing';
import { withClient } from '@tenantry/testing/schema';
import { expect, test } from 'vitest';
import { openKysely } from '../src/database.ts';
import { features, rbac } from '../src/features.ts';
import { tenancy } from '../src/tenancy.ts';
import { tables } from '../tables.ts';
import { application, exampleDatabase } from './support/database.ts';

const database = await exampleDatabase();

test('tenants are isolated, by the catalogue and the configuration', async () => {
  const report = await expectIsolated({
    pool: database.pool,
    tenancy,
    tables,
    disposable: true,
    through: openKysely(database.pool),
    rows: {
      member_roles: () => ({ role_id: rbac.builtInRoleId('owner') }),
      invitations: () => ({ role_id: rbac.builtInRoleId('viewer') }),
      role_permissions: () => ({ permission: 'projects:read' }),
      built_in_role_permissions: () => ({ permission: 'projects:read' }),
    },
  });
  expect(report.leaks).toEqual([]);
  expect(report.unproven).toEqual([]);
  expect(report.tables).toEqual(expect.arrayContaining(['projects', 'tasks', 'comments', 'roles']));
});

test('doctor finds nothing wrong', async () => {
  const { findings, unseen } = await withClient(database.url, async (client) => {
    const query = async (text: string, values: unknown[]) =>
      (await client.query(text, values)).rows;
    const { schema } = await readTables(query, { tenancy, tables });
    const directory = directoryOf(schema, application.directory);
    return diagnose(client, { tenancy, schema, directory, features, prove: true });
  });
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(unseen).toEqual([]);
});
