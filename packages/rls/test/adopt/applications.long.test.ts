import { defineTenancy } from '@tenantry/core';
import { expect, test } from 'vitest';
import { take } from './applications/application.ts';
import { manyPolicies } from './applications/many-policies.ts';
import { workspaces } from './applications/workspaces.ts';
import { edited, kinds, rows } from './support.ts';

// As applications.test.ts, with many tables.

test('50 tables with 110 policies and generated columns', async () => {
  const tenancy = defineTenancy({ tenant: 'account', id: 'uuid' });
  const { proposed, errors, prove, root } = await take({
    tenancy,
    sql: manyPolicies,
    rows: async (root) => {
      const [user] = await rows<{ id: string }>(root, 'select id from auth.users limit 1');
      return { account_user: { user_id: user?.id } };
    },
    edit: (plan) => ({
      ...plan,
      tables: plan.tables.map((table) =>
        table.is === 'other' ? table : { ...table, policies: 'replace' },
      ),
    }),
  });
  expect(proposed.tables.filter(({ is }) => is === 'isolated')).toHaveLength(49);
  expect(kinds(proposed)['auth.users']).toBe('other');
  expect(errors).toEqual([]);
  expect(
    await rows(
      root,
      "select count(*)::int n from pg_policy where polname in ('members read', 'members write', 'service', 'tenantry_adopt', 'read', 'write', 'leave')",
    ),
  ).toEqual([{ n: 0 }]);
  await prove();
});

test('100 tables with workspaces under organizations', async () => {
  const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
  const { proposed, plan, errors, prove } = await take({
    tenancy,
    sql: workspaces,
    edit: (proposal) => edited(proposal, { 'public.outbox': { is: 'system' } }),
  });
  expect(proposed.tables).toHaveLength(100);
  expect(kinds(proposed)).toMatchObject({
    workspaces: 'isolated',
    outbox: 'undecided',
    statuses: 'shared',
    schema_migrations: 'other',
  });
  expect(plan.tables.filter(({ is }) => is === 'isolated')).toHaveLength(95);
  expect(errors).toEqual([]);
  await prove();
});
