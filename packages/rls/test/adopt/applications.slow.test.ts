import { defineTenancy } from '@tenantry/core';
import { expect, test } from 'vitest';
import { take } from './applications/application.ts';
import { camelCase } from './applications/camel-case.ts';
import { partitionedEvents } from './applications/partitioned-events.ts';
import { prefixedIds } from './applications/prefixed-ids.ts';
import { starterTeams } from './applications/starter-teams.ts';
import { fills, kinds, rows } from './support.ts';

// The shapes of applications that exist, with rows of our own, each taken to the end. Two with 50 and 100
// tables are in applications.long.test.ts.

test('serial ids and an activity log', async () => {
  const tenancy = defineTenancy({ tenant: 'team', id: 'integer' });
  const { proposed, errors, prove, root } = await take({
    tenancy,
    sql: starterTeams('integer'),
  });
  expect(kinds(proposed)).toEqual({
    teams: 'tenants',
    team_members: 'isolated',
    activity_logs: 'isolated',
    invitations: 'isolated',
    prompts: 'isolated',
    runs: 'isolated',
    users: 'visible',
  });
  expect(errors).toEqual([]);
  await prove();
  expect(
    await rows(
      root,
      'select 1 from runs r join prompts p on p.id = r.prompt_id join team_members m using (user_id) where r.team_id <> m.team_id',
    ),
  ).toEqual([]);
});

test('quoted camelCase', async () => {
  const tenancy = defineTenancy({ tenant: 'organization', id: 'bigint' });
  const { proposed, errors, prove } = await take({
    tenancy,
    sql: camelCase('bigint'),
    rows: async (root) => {
      const [user] = await rows<{ id: string }>(root, 'select id from "User" limit 1');
      return { Session: { userId: user?.id } };
    },
  });
  expect(kinds(proposed)).toMatchObject({
    Organization: 'tenants',
    Membership: 'isolated',
    Survey: 'isolated',
    Response: 'isolated',
    TagOnResponse: 'isolated',
    User: 'visible',
    Session: 'system',
    _prisma_migrations: 'other',
  });
  // the column of the others is written as its neighbours are
  expect(proposed.tables.find(({ table }) => table === 'public.TagOnResponse')?.column).toBe(
    'organizationId',
  );
  expect(fills(proposed).Survey).toEqual([{ from: 'owner', column: 'createdBy' }]);
  expect(errors).toEqual([]);
  await prove();
});

test('text ids with a prefix', async () => {
  const tenancy = defineTenancy({ tenant: 'org', id: 'text' });
  const { proposed, errors, prove } = await take({ tenancy, sql: prefixedIds });
  expect(fills(proposed)).toMatchObject({
    invoices: [{ from: 'parent', column: 'customer_id', parent: 'public.customers' }],
    invoice_lines: [{ from: 'parent', column: 'invoice_id', parent: 'public.invoices' }],
    payments: [
      { from: 'parent', column: 'invoice_id', parent: 'public.invoices' },
      { from: 'owner', column: 'created_by' },
    ],
    idempotency_keys: [{ from: 'owner', column: 'user_id' }],
  });
  expect(errors).toEqual([]);
  await prove();
});

test('partitioned events', async () => {
  const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
  const { proposed, errors, prove, root } = await take({ tenancy, sql: partitionedEvents });
  expect(kinds(proposed)).toMatchObject({
    events: 'isolated',
    daily: 'isolated',
    sources: 'isolated',
  });
  expect(proposed.tables.some(({ table }) => table.includes('events_2026'))).toBe(false);
  expect(errors).toEqual([]);
  await prove();
  expect(
    await rows(
      root,
      'select 1 from events e join projects p on p.id = e.project_id where p.organization_id <> e.organization_id',
    ),
  ).toEqual([]);
});
