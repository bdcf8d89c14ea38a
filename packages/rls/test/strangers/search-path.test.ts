import { createTenantPool, defineTenancy } from '@tenantry/core';
import { createLogins } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { afterAll, describe, expect, test } from 'vitest';
import { defineIsolation } from '../../src/index.ts';
import { examine, lines } from '../doctor/support.ts';
import { applySchema, withClient } from '../support/apply.ts';
import { connect } from '../support/fixture.ts';

const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
const { isolate, tenants } = defineIsolation(tenancy);
const organizations = pgTable('organizations', { id: tenancy.columns.id().primaryKey() }, (t) => [
  ...tenants(t),
]);
const notes = pgTable(
  'notes',
  { ...tenancy.columns.scoped(), id: tenancy.columns.id(), body: text().notNull() },
  (t) => [...isolate(t)],
);
const schema = { organizations, notes };
const acme = '00000000-0000-4000-8000-00000000ac3e';
const globex = '00000000-0000-4000-8000-0000000910be';

/** Everything is equal, and the tenant is always Globex. */
const hostile = `
  create schema evil;
  create function evil.same(uuid, uuid) returns boolean language sql immutable as 'select true';
  create operator evil.= (leftarg = uuid, rightarg = uuid, function = evil.same);
  create operator evil.<> (leftarg = uuid, rightarg = uuid, function = evil.same);
  create function evil.current_setting(text, boolean) returns text language sql as $$ select '${globex}' $$;
  create function evil.set_config(text, text, boolean) returns text language sql as $$ select '${globex}' $$;
  create function evil.nullif(text, text) returns text language sql as $$ select '${globex}' $$;
  create function evil.now() returns timestamptz language sql as $$ select timestamptz '1999-01-01' $$;
  create function evil.pg_has_role(name, text, text) returns boolean language sql as 'select true';
  grant usage on schema evil to public;`;

async function application(before: boolean) {
  const { url } = await testDatabase();
  const root = await connect(url);
  const setPath = async () => {
    await root.query(hostile);
    await root.query(
      `do $$ begin execute format('alter database %I set search_path = public, evil, pg_catalog', current_database()); end $$`,
    );
  };
  if (before) await setPath();
  await applySchema(url, { tenancy, schema });
  if (!before) await setPath();
  await withClient(url, (client) =>
    client.query(`insert into public.organizations values ('${acme}'), ('${globex}');
      insert into public.notes (organization_id, body) values ('${acme}', 'acme'), ('${globex}', 'globex')`),
  );
  const logins = await createLogins(url, tenancy);
  const pool = createTenantPool(tenancy, {
    connectionString: logins.app,
    system: { connectionString: logins.system },
  });
  afterAll(() => pool.end());
  const bodies = (tenant: string) =>
    tenancy.run(tenant, async () =>
      (await pool.query('select body from public.notes')).rows.map(({ body }) => body),
    );
  const found = () =>
    withClient(url, async (client) => lines(await examine(client, { tenancy, schema })));
  return { root, bodies, found };
}

describe('a schema that comes before pg_catalog', () => {
  test('changes nothing of what was made before it', async () => {
    const { bodies, found } = await application(false);
    expect(await bodies(acme)).toEqual(['acme']);
    expect(await bodies(globex)).toEqual(['globex']);
    expect(await found()).toEqual([]);
  });

  test('is refused where the policies would be made with it', async () => {
    await expect(application(true)).rejects.toThrow(
      /search_path of the migrating login, public, evil, pg_catalog, finds (function|operator) evil\..* before pg_catalog/,
    );
  });
});

describe('doctor finds policies that were made with it', () => {
  test('although the schema is not on the path any more', async () => {
    const { root, bodies, found } = await application(false);
    await root.query(`set search_path = public, evil, pg_catalog;
      alter policy notes_tenant_isolation on notes using (organization_id = (select tenantry.current_tenant()));
      alter policy notes_tenant_floor on notes using (organization_id = (select tenantry.current_tenant()));
      reset search_path;`);
    expect(await bodies(acme)).toEqual(['acme', 'globex']);
    expect(await found()).toEqual(
      expect.arrayContaining([
        'generated-changed notes.notes_tenant_isolation',
        'generated-changed notes.notes_tenant_floor',
      ]),
    );
  });
});

test('a path with pg_catalog at its end is taken where nothing shadows it', async () => {
  const { url } = await testDatabase();
  const root = await connect(url);
  await root.query(
    `do $$ begin execute format('alter database %I set search_path = public, pg_catalog', current_database()); end $$`,
  );
  await root.query('create extension if not exists pgcrypto schema public');
  await applySchema(url, { tenancy, schema });
  const { rows } = await root.query('show search_path');
  expect(rows).toEqual([{ search_path: '"$user", public' }]);
});
