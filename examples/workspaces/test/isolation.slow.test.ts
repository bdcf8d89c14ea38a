import { diagnose } from '@tenantry/rls/doctor';
import { expectIsolated } from '@tenantry/testing';
import { withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../src/database.ts';
import { loginUrls, prepareDatabase } from '../src/demo/prepare.ts';
import { rbac } from '../src/rbac.ts';
import * as full from '../src/schema/index.ts';
import * as lite from '../src/schema/lite.ts';
import { tenancy } from '../src/tenancy.ts';
import config from '../tenantry.config.ts';
import { prepareLite } from './support/lite.ts';
import { password } from './support/world.ts';

const schemas = { full, lite };

/** The tables of the diagram keep its keys. */
const asDrawn = (table: string) => ({
  rule: 'primary-key-without-tenant',
  object: `diagram.${table}.${table}_pkey`,
  reason: 'the diagram draws it so',
});

describe.each(['full', 'lite'] as const)('the %s schema', async (variant) => {
  const schema = schemas[variant];
  const { url } = await testDatabase({
    key: `workspaces-${variant}`,
    migrate: async (empty: string) => {
      if (variant === 'full') return prepareDatabase(empty, password);
      return prepareLite(empty);
    },
  });

  const examine = () =>
    withClient(url, async (client) => {
      const { findings } = await diagnose(client, {
        ...config,
        schema,
        logins: ['documents_web'],
        ignore: [
          ...(config.doctor?.ignore ?? []),
          { rule: 'server-out-of-date', reason: 'the server of the tests is what there is' },
          ...(variant === 'full' ? [asDrawn('workspaces'), asDrawn('subscriptions')] : []),
        ],
      });
      return findings.map(({ rule, object }) => `${rule} ${object}`);
    });

  it('gives doctor nothing to find', async () => {
    expect(await examine()).toEqual([]);
  });

  if (variant === 'full') {
    it('finds it when the limit on the partitioned table lost a trigger', async () => {
      await withClient(url, (client) =>
        client.query('alter table documents disable trigger tenantry_limit_root_end'),
      );
      expect(await examine()).toEqual(['generated-changed documents.tenantry_limit_root_end']);
      await withClient(url, (client) =>
        client.query('alter table documents enable trigger tenantry_limit_root_end'),
      );
    });
  }

  it('withstands every attack from one tenant on another', async () => {
    const { pool, db } = openDatabase(loginUrls(url, password));
    try {
      const report = await expectIsolated({
        pool,
        tenancy,
        schema,
        through: db,
        disposable: true,
        rows: {
          // every tenant has an owner
          member_roles: () => ({ role_id: rbac.builtInRoleId('owner') }),
          role_permissions: () => ({ permission: 'projects:read' }),
          built_in_role_permissions: () => ({ permission: 'projects:read' }),
        },
      });
      expect(report.leaks).toEqual([]);
      expect(report.unproven).toEqual([]);
    } finally {
      await pool.end();
    }
  });
});
