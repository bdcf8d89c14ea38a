import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createTenantPool } from '@tenantry/core';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { afterAll, expect, test } from 'vitest';
import { examine, lines } from './doctor/support.ts';
import { schema, tenancy } from './fixtures/keys-guide.ts';
import { connect } from './support/fixture.ts';
import { sqlState } from './support/scope.ts';

const guide = readFileSync(
  fileURLToPath(new URL('../../../docs/guides/keys.md', import.meta.url)),
  'utf8',
);
const { url } = await testDatabase();
await applySchema(url, { tenancy, schema });
const logins = await createLogins(url, tenancy);
const pool = createTenantPool(tenancy, {
  connectionString: logins.app,
  system: { connectionString: logins.system },
});
afterAll(() => pool.end());
await withClient(url, (client) =>
  client.query(`
    insert into teams (id, name) values (1, 'one'), (2, 'two');
    insert into activity_logs (id, team_id, action) values (10, 1, 'sign-up'), (20, 2, 'sign-up');
    insert into imports (team_id, file) values (null, 'old.csv'), (1, 'one.csv');
    insert into templates (team_id, title) values (null, 'Invoice'), (1, 'Own'), (2, 'Theirs')`),
);

test('the guide shows the code of this test', () => {
  for (const region of ['tenancy', 'tables', 'named', 'nullable', 'private'])
    expect(guide).toContain(`<<< ../../packages/rls/test/fixtures/keys-guide.ts#${region}`);
});

test('the schema of the guide is isolated, and doctor has nothing against it but the plain key', async () => {
  const seen = (sql: string) =>
    tenancy.run(1, async () => (await pool.query({ text: sql, rowMode: 'array' })).rows.flat());
  expect(await seen('select action, team_id from activity_logs')).toEqual(['sign-up', 1]);
  expect(await seen('select file from imports')).toEqual(['one.csv']);
  expect(await seen('select title from templates order by id')).toEqual(['Invoice', 'Own']);
  const across = tenancy.run(1, () =>
    pool.query('insert into invoices (org_id, activity_id) values (1, 20)'),
  );
  expect(await sqlState(across)).toBe('23503');
  const client = await connect(url);
  expect(lines(await examine(client, { tenancy, schema }))).toEqual([
    'primary-key-without-tenant activity_logs.activity_logs_pkey',
    'primary-key-without-tenant invoices.invoices_pkey',
  ]);
});

test('a row of a user is the user\u2019s, within the team', async () => {
  const as = <R>(user: string | undefined, fn: () => Promise<R>) =>
    tenancy.run({ teamId: 1, ...(user !== undefined && { user }) }, fn);
  await as('7', () =>
    pool.query(
      `insert into drafts (id, owner_id, title) values (1, '7', 'mine'), (2, null, 'ours')`,
    ),
  );
  const titles = async () =>
    (await pool.query('select title from drafts order by id')).rows.map(({ title }) => title);
  expect(await as('7', titles)).toEqual(['mine', 'ours']);
  expect(await as('8', titles)).toEqual(['ours']);
  expect(await as(undefined, titles)).toEqual(['ours']);
  const forged = as('8', () =>
    pool.query(`insert into drafts (owner_id, title) values ('7', 'forged')`),
  );
  expect(await sqlState(forged)).toBe('42501');
  const { rowCount } = await as('8', () => pool.query('delete from drafts where id = 1'));
  expect(rowCount).toBe(0);
  expect(await tenancy.run({ teamId: 2, user: '7' }, titles)).toEqual([]);
});
