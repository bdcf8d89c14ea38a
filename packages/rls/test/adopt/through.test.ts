import { defineTenancy } from '@tenantry/core';
import { adopt, planAdoption, readFacts } from '@tenantry/rls/adopt';
import { applySchema } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { pgTable, uuid } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { defineIsolation } from '../../src/index.ts';
import { readDrizzle } from '../../src/model/index.ts';
import { connected, fills, kinds, rows } from './support.ts';

const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
const { isolate, isolateThrough, tenants } = defineIsolation(tenancy);
const organizations = pgTable('organizations', { id: tenancy.columns.id().primaryKey() }, (t) => [
  ...tenants(t),
]);
const projects = pgTable(
  'projects',
  { ...tenancy.columns.scoped(), id: uuid().primaryKey().defaultRandom() },
  (t) => [...isolate(t)],
);
const notes = pgTable(
  'notes',
  {
    id: uuid().primaryKey().defaultRandom(),
    projectId: uuid('project_id')
      .notNull()
      .references(() => projects.id),
  },
  (t) => [...isolateThrough(t, { column: t.projectId, parent: () => projects })],
);
const schema = { organizations, projects, notes };

test('a table that is isolated through its parent gets the tenant column, and keeps its policies', async () => {
  const { url } = await testDatabase();
  await applySchema(url, { tenancy, schema });
  const root = await connected(url);
  await root.query(`
    insert into organizations select gen_random_uuid() from generate_series(1, 3);
    insert into projects (organization_id) select id from organizations, generate_series(1, 4);
    insert into notes (project_id) select id from projects, generate_series(1, 5);`);
  const declared = readDrizzle(schema);
  const plan = planAdoption(await readFacts(root, tenancy.roles.app), tenancy, { declared });
  expect(kinds(plan).notes).toBe('isolated');
  expect(fills(plan).notes).toEqual([
    { from: 'parent', column: 'project_id', parent: 'public.projects' },
  ]);
  await adopt(root, tenancy, plan, { tables: ['public.notes'] });
  expect(
    await rows(
      root,
      `select count(*)::int as n, bool_and(n.organization_id = p.organization_id) as right_tenant
       from notes n join projects p on p.id = n.project_id`,
    ),
  ).toEqual([{ n: 60, right_tenant: true }]);
  expect(
    await rows(
      root,
      `select attnotnull as filled, relforcerowsecurity as forced from pg_attribute join pg_class c on c.oid = attrelid
       where relname = 'notes' and attname = 'organization_id'`,
    ),
  ).toEqual([{ filled: true, forced: true }]);
});
