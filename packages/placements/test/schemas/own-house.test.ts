import { createTenantPool, defineTenancy } from '@tenantry/core';
import { definePlacements } from '@tenantry/placements';
import { defineIsolation } from '@tenantry/rls';
import { diagnose } from '@tenantry/rls/doctor';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { runCommand } from 'tenantry';
import { expect, it, onTestFinished, vi } from 'vitest';
import { ask } from './world.ts';

const tenancy = defineTenancy({
  tenant: 'workspace',
  id: 'text',
  schema: 'house',
  context: 'signed',
  roles: { app: 'house_app', system: 'house_system' },
});
const { isolate, tenants } = defineIsolation(tenancy);
const workspaces = pgTable('workspaces', { id: tenancy.columns.id().primaryKey() }, (t) => [
  ...tenants(t),
]);
const things = pgTable(
  'Some things',
  { ...tenancy.columns.scoped(), id: tenancy.columns.id(), title: text('the title') },
  (t) => [...isolate(t)],
);
const feature = definePlacements(tenancy, { connect: () => undefined, schemaTables: [things] });
const schema = { workspaces, things };
const features = [feature];

it('a tenancy in another schema, with a signed context and names in quotes, has schemas too', async () => {
  const { url } = await testDatabase();
  await applySchema(url, { tenancy, schema, features });
  const contextSecret = 'a secret of these tests that is long enough';
  await ask(url, 'select house.set_context_secret($1)', [contextSecret]);
  vi.stubEnv('CONTEXT_SECRET', contextSecret);
  onTestFinished(() => void vi.unstubAllEnvs());
  const config = { tenancy, features, database: { url, systemUrl: url } };
  const args = ['places', 'add', 'own', '--schema', 't_own', '--url', url];
  const { code, stderr } = await runCommand(config, args);
  expect([code, stderr]).toEqual([0, expect.anything()]);
  await ask(url, `insert into workspaces (id) values ('a'), ('b')`);
  await ask(url, `insert into house.placements (tenant, place) values ('a', 'own')`);
  const findings = await withClient(url, async (client) => {
    const found = await diagnose(client, { tenancy, schema, features });
    return found.findings.filter(({ object }) => /t_own|barred/.test(object));
  });
  expect(findings).toEqual([]);
  const barred = await ask(
    url,
    `select typname::text as name from pg_type where typnamespace = 'house_barred'::regnamespace and typtype = 'c'`,
  );
  expect(barred).toEqual([{ name: 'Some things' }]);

  const logins = await createLogins(url, tenancy);
  const pool = createTenantPool(tenancy, {
    connectionString: logins.app,
    contextSecret,
    placements: feature,
    logger: { warn: () => {} },
  });
  const add = 'insert into "Some things" ("the title") values ($1)';
  try {
    for (const id of ['a', 'b']) await tenancy.run(id, () => pool.query(add, [`of ${id}`]));
  } finally {
    await pool.end();
  }
  const titles = (of: string) => ask(url, `select "the title" as title from ${of}."Some things"`);
  expect(await titles('t_own')).toEqual([{ title: 'of a' }]);
  expect(await titles('public')).toEqual([{ title: 'of b' }]);
});
