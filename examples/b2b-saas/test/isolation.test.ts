import { diagnose } from '@tenantry/rls/doctor';
import { expectIsolated } from '@tenantry/testing';
import { withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { afterAll, expect, it } from 'vitest';
import { openDatabase } from '../src/database.ts';
import { loginUrls, prepareDatabase } from '../src/demo/prepare.ts';
import { rbac } from '../src/rbac.ts';
import * as schema from '../src/schema.ts';
import { tenancy } from '../src/tenancy.ts';
import config from '../tenantry.config.ts';

const password = 'a password of the tests';
const { url } = await testDatabase({
  key: 'b2b-saas',
  migrate: (empty: string) => prepareDatabase(empty, password),
});
const { pool, db } = openDatabase(loginUrls(url, password));
afterAll(() => pool.end());

it('gives doctor nothing to find', async () => {
  const { findings } = await withClient(url, (client) =>
    diagnose(client, {
      ...config,
      schema,
      logins: ['b2b_web'],
      ignore: [{ rule: 'server-out-of-date', reason: 'the server of the tests is what there is' }],
    }),
  );
  expect(findings).toEqual([]);
});

it('withstands every attack from one organization on another', async () => {
  // the audit log keeps its rows, and the database goes after the test
  const report = await expectIsolated({
    pool,
    tenancy,
    schema,
    through: db,
    disposable: true,
    rows: {
      // every organization has an owner
      member_roles: () => ({ role_id: rbac.builtInRoleId('owner') }),
      invitations: () => ({ role_id: rbac.builtInRoleId('viewer') }),
      role_permissions: () => ({ permission: 'projects:read' }),
      built_in_role_permissions: () => ({ permission: 'projects:read' }),
    },
  });
  expect(report.leaks).toEqual([]);
  expect(report.unproven).toEqual([]);
});
