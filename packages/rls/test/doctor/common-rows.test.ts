import { pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { isolate, organizations, tenancy } from '../fixtures/schema.ts';
import { applySchema } from '../support/apply.ts';
import { databaseWith, examine, lines } from './support.ts';

const templates = pgTable(
  'templates',
  {
    organizationId: uuid('organization_id'),
    id: uuid().primaryKey().defaultRandom(),
    name: text(),
  },
  (t) => [...isolate(t as never, { withoutTenant: 'shared', key: false })],
);
const schema = { organizations, templates };

test('rows that are declared common to all tenants may be read by all, and by nothing else', async () => {
  const { url, client } = await databaseWith('');
  await applySchema(url, { tenancy, schema });
  expect(lines(await examine(client, { tenancy, schema }))).toEqual([]);

  // undeclared, the same table is open
  const undeclared = lines(await examine(client, { tenancy }));
  expect(undeclared).toEqual(
    expect.arrayContaining([
      'tenant-column-nullable templates.organization_id',
      'policy-fails-open templates.templates_common_read',
    ]),
  );

  // and declared or not, common rows are not for writing
  await client.query('drop policy templates_tenant_floor_update on templates');
  await client.query('create policy wide on templates for update using (organization_id is null)');
  expect(lines(await examine(client, { tenancy, schema }))).toEqual(
    expect.arrayContaining(['policy-fails-open templates.wide', 'policy-no-floor templates']),
  );
});

test('a reference to such a table needs a trigger that looks at the tenant', async () => {
  const { url, client } = await databaseWith('');
  await applySchema(url, { tenancy, schema });
  await client.query(
    `create table uses (organization_id uuid not null, template_id uuid references templates)`,
  );
  expect(lines(await examine(client, { tenancy, schema }))).toContain(
    'reference-without-tenant uses.uses_template_id_fkey',
  );
  await client.query(`create function tenantry.same_tenant() returns trigger language plpgsql
    set search_path = pg_catalog, pg_temp as $$ begin return new; end $$;
    create trigger same_tenant before insert or update on uses for each row execute function tenantry.same_tenant()`);
  expect(lines(await examine(client, { tenancy, schema }))).not.toContain(
    'reference-without-tenant uses.uses_template_id_fkey',
  );
});
