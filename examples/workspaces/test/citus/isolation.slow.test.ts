import { diagnose } from '@tenantry/rls/doctor';
import { expectIsolated } from '@tenantry/testing';
import { withClient } from '@tenantry/testing/schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/database.ts';
import { loginUrls } from '../../src/demo/prepare.ts';
import { rbac } from '../../src/rbac.ts';
import { onCluster } from '../../src/slugs.ts';
import { tenancy } from '../../src/tenancy.ts';
import config from '../../tenantry.config.ts';
import { onCitus, password, tablesOnCitus } from '../support/world.ts';

/** Only a sync of the definition writes these tables on a cluster. */
const definition = ['permissions', 'built_in_roles', 'built_in_role_permissions'];

describe.skipIf(!onCluster)('the schema on a cluster', () => {
  let url: string;
  let database: Database;
  beforeAll(async () => {
    ({ url } = await onCitus());
    database = openDatabase(loginUrls(url, password));
  });
  afterAll(() => database?.pool.end());

  test('gives doctor nothing to find', async () => {
    const others = ['other-role-bypasses', 'other-role-reaches'];
    const { findings } = await withClient(url, (client) =>
      diagnose(client, {
        ...config,
        schema: tablesOnCitus,
        logins: ['documents_web'],
        ignore: [
          { rule: 'server-out-of-date', reason: 'the server of the tests is what there is' },
          ...others.map((rule) => ({ rule, reason: 'roles of other databases' })),
        ],
      }),
    );
    expect(findings).toEqual([]);
  });

  test('withstands every attack from one tenant on another', async () => {
    const report = await expectIsolated({
      pool: database.pool,
      tenancy,
      schema: tablesOnCitus,
      through: database.db,
      disposable: true,
      rows: {
        // every tenant has an owner
        member_roles: () => ({ role_id: rbac.builtInRoleId('owner') }),
        role_permissions: () => ({ permission: 'projects:read' }),
      },
      skip: Object.fromEntries(definition.map((table) => [table, 'only a sync writes it'])),
    });
    expect(report.leaks).toEqual([]);
    expect(report.unproven.map(({ table }) => table)).toEqual(definition);
  });
});
