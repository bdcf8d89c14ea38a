import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { testDatabase } from '@tenantry/testing/vitest';
import { sql } from 'drizzle-orm';
import { pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { beforeEach, expect, test } from 'vitest';
import { applySchema, withClient } from './support/apply.ts';
import { connect } from './support/fixture.ts';
import { testLogin } from './support/login.ts';
import { sqlState } from './support/scope.ts';
import { acme, globex } from './support/seed.ts';

// The terms of docs/guides/policies.md, as they stand there.
const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
const { isolate } = defineIsolation(tenancy);
const projects = pgTable(
  'projects',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    status: text().notNull().default('draft'),
    deletedAt: timestamp('deleted_at', { withTimezone: true }),
  },
  (t) => [
    ...isolate(t, {
      read: sql`${t.deletedAt} is null or ${t.deletedAt} = now()`,
      write: {
        update: sql`${t.deletedAt} is null or ${t.deletedAt} = now()`,
        delete: sql`${t.status} = 'draft'`,
      },
    }),
  ],
);

const database = await testDatabase({
  key: 'policies-guide',
  migrate: async (url) => {
    await applySchema(url, { tenancy, schema: { projects } });
  },
});
const root = await connect(database.url);
const login = await testLogin(database.url, ['app', 'system']);

beforeEach(async () => {
  await root.query('truncate projects');
  for (const tenant of [acme.id, globex.id]) {
    for (const status of ['draft', 'running'])
      await root.query('insert into projects (organization_id, status) values ($1, $2)', [
        tenant,
        status,
      ]);
  }
});

/** Runs statements in one transaction of acme. */
const asAcme = (...statements: readonly string[]) =>
  withClient(login.url, async (client) => {
    await client.query('begin');
    await client.query(
      "select set_config('role', 'app', true), set_config('app.organization_id', $1, true)",
      [acme.id],
    );
    let count: number | null = null;
    for (const statement of statements) count = (await client.query(statement)).rowCount;
    await client.query('commit');
    return count;
  });

test('the guide shows these terms', () => {
  const guide = readFileSync(
    fileURLToPath(new URL('../../../docs/guides/policies.md', import.meta.url)),
    'utf8',
  );
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of the guide
  expect(guide).toContain('read: sql`${t.deletedAt} is null or ${t.deletedAt} = now()`');
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of the guide
  expect(guide).toContain("delete: sql`${t.status} = 'draft'`");
});

test('a row is deleted softly, is gone afterwards, and stays for the system role', async () => {
  expect(await asAcme("update projects set deleted_at = now() where status = 'running'")).toBe(1);
  expect(await asAcme('select from projects')).toBe(1);
  expect((await root.query('select from projects')).rowCount).toBe(4);
});

test('within its transaction a row that was deleted softly is still seen', async () => {
  expect(await asAcme('update projects set deleted_at = now()', 'select from projects')).toBe(2);
});

test('it does not come back by hand, and another time than now is refused', async () => {
  await asAcme("update projects set deleted_at = now() where status = 'running'");
  expect(await asAcme('update projects set deleted_at = null')).toBe(1);
  expect((await root.query('select from projects where deleted_at is not null')).rowCount).toBe(1);
  const other = asAcme("update projects set deleted_at = '2020-01-01' where status = 'draft'");
  expect(await sqlState(other)).toBe('42501');
});

test('only a draft is deleted for good, and nothing of another tenant', async () => {
  expect(await asAcme('delete from projects')).toBe(1);
  expect((await root.query('select from projects')).rowCount).toBe(3);
});
