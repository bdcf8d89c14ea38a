import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { withClient } from '@tenantry/testing/schema';
import { expect, test } from 'vitest';
import { december, january, june, march, september, tenancy } from '../fixtures/year.ts';
import { History } from '../support/history.ts';

const guide = readFileSync(
  fileURLToPath(new URL('../../../../docs/guides/a-year-of-migrations.md', import.meta.url)),
  'utf8',
);
const acme = '00000000-0000-4000-8000-000000000001';
const globex = '00000000-0000-4000-8000-000000000002';

/** What the guide says that a migration holds stands in it. */
function expectShown(text: string, ...lines: readonly string[]) {
  for (const line of lines) {
    expect(guide).toContain(line);
    expect(text).toContain(line);
  }
}

test('the year of the guide, with rows, ends in the database of its last schema', async () => {
  for (const month of ['january', 'march', 'june', 'september', 'december']) {
    expect(guide).toContain(`<<< ../../packages/rls/test/fixtures/year.ts#${month}`);
  }
  const history = await History.begin();
  const textOf = (files: readonly { readonly text: string }[]) =>
    files.map(({ text }) => text).join('\n');
  const as = (tenant: string, statement: string) =>
    withClient(history.url, async (client) => {
      await client.query('begin');
      await client.query(
        "select set_config('role', 'app', true), set_config('app.organization_id', $1, true)",
        [tenant],
      );
      const { rowCount } = await client.query(statement);
      await client.query('commit');
      return rowCount;
    });

  const first = await history.step({ tenancy, schema: january });
  expect(first.map(({ name }) => name)).toEqual([
    '0_tenantry_foundation',
    '1_tables',
    '2_tenantry_isolation',
  ]);
  for (const tenant of [acme, globex]) {
    await as(tenant, "insert into projects (name) values ('Roof')");
    await as(tenant, 'insert into tasks (project_id) select id from projects');
  }

  const renamed = await history.step({ tenancy, schema: march }, { tables: { projects: 'works' } });
  expectShown(
    textOf(renamed),
    'ALTER TABLE "projects" RENAME TO "works";',
    'ALTER TABLE "public"."works" RENAME CONSTRAINT "projects_pkey" TO "works_pkey";',
  );
  expect(await as(acme, 'select from works join tasks on project_id = works.id')).toBe(1);

  const owned = await history.step({ tenancy, schema: june });
  expectShown(
    textOf(owned),
    'ALTER TABLE "templates" ADD COLUMN "organization_id" uuid;',
    'drop policy if exists "templates_shared_read" on "public"."templates";',
  );
  expect(await as(acme, "insert into templates (body) values ('x')")).toBe(1);
  expect(await as(globex, 'select from templates')).toBe(0);

  await history.step({ tenancy, schema: september });
  expect(await as(acme, "update works set deleted_at = now() where name = 'Roof'")).toBe(1);
  expect(await as(acme, 'select from works')).toBe(0);
  expect(await as(globex, 'select from works')).toBe(1);

  const last = await history.step({ tenancy, schema: december });
  expectShown(
    textOf(last),
    'DROP TABLE "tasks" CASCADE;',
    'drop policy if exists "works_may_select"',
  );
  expect(await as(acme, 'select from works')).toBe(1);
  expect(await history.differences()).toEqual([]);
});
