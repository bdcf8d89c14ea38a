import { diagnose } from '@tenantry/rls/doctor';
import { expectIsolated } from '@tenantry/testing';
import { withClient } from '@tenantry/testing/schema';
import { afterAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../src/database.ts';
import { loginUrls } from '../src/demo/prepare.ts';
import { rbac } from '../src/rbac.ts';
import { onCluster } from '../src/slugs.ts';
import { tables as schema } from '../src/tables.ts';
import { tenancy } from '../src/tenancy.ts';
import config from '../tenantry.config.ts';
import { type Attack, databasesOfRun, password } from './support/places.ts';

const { url, places } = await databasesOfRun();
const { pool, db } = openDatabase({ ...loginUrls(url, password), placements: places?.placements });
afterAll(() => pool.end());

/** The shared database, and those of the places. */
const databases = [['the shared tables', url] as const, ...(places?.urls ?? [])];

describe.each(databases)('in %s', (_, at) => {
  it('gives doctor nothing to find', async () => {
    const { findings } = await withClient(at, (client) =>
      diagnose(client, {
        ...config,
        features: places?.features ?? config.features,
        schema,
        logins: ['b2b_web'],
        ignore: [
          { rule: 'server-out-of-date', reason: 'the server of the tests is what there is' },
          ...(onCluster ? rolesOfOthers : []),
        ],
      }),
    );
    expect(findings).toEqual([]);
  });
});

/** A cluster has the roles of all its databases, which other tests have left. */
const rolesOfOthers = ['other-role-bypasses', 'other-role-reaches'].map((rule) => ({
  rule,
  reason: 'roles of other databases',
}));
/** Only a sync of the definition writes these tables on a cluster. */
const definition = ['permissions', 'built_in_roles', 'built_in_role_permissions'];

const attacks: readonly Attack[] = places?.attacks ?? [{ place: null, attackerPlace: null }];
const inWords = (place: string | null) => place ?? 'the shared tables';

it.each(
  attacks.map((attack) => [inWords(attack.place), inWords(attack.attackerPlace), attack] as const),
)('withstands every attack on an organization in %s from one in %s', async (_, __, attack) => {
  // the audit log keeps its rows, and the database goes after the test
  const report = await expectIsolated({
    pool,
    tenancy,
    schema,
    through: db,
    disposable: true,
    ...(attack.place !== null && { place: attack.place }),
    attackerPlace: attack.attackerPlace,
    prepare: (organizationId, place) =>
      place === null ? undefined : places?.placements.place(pool, { organizationId, place }),
    skip: onCluster
      ? Object.fromEntries(definition.map((table) => [table, 'only a sync writes it']))
      : {},
    rows: {
      // every organization has an owner
      member_roles: () => ({ role_id: rbac.builtInRoleId('owner') }),
      invitations: () => ({ role_id: rbac.builtInRoleId('viewer') }),
      role_permissions: () => ({ permission: 'projects:read' }),
      built_in_role_permissions: () => ({ permission: 'projects:read' }),
    },
  });
  expect(report.leaks).toEqual([]);
  expect(report.unproven.map(({ table }) => table)).toEqual(onCluster ? definition : []);
});
