import { readFileSync } from 'node:fs';
import { defineTenancy } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { readDefinitions } from '@tenantry/rls/generate';
import { type Application, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { pgTable, text } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import { expect, test } from 'vitest';
import { examine } from '../doctor/support.ts';
import { History } from '../support/history.ts';
import { undone } from '../support/scope.ts';
import { acme, globex } from '../support/seed.ts';

// An earlier generator gave the system role BYPASSRLS, bound everybody by the floor, and let the owner
// into tables without a tenant by a policy of its own.

const roles = { app: 'app_from_bypass', system: 'system_from_bypass' };
const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid', roles });
const { isolate, shared, systemOnly } = defineIsolation(tenancy);
const projects = pgTable(
  'projects',
  { ...tenancy.columns.scoped(), id: tenancy.columns.id(), name: text() },
  (t) => [...isolate(t)],
);
const plans = pgTable('plans', { id: text().primaryKey() }, (t) => [...shared(t)]);
const queue = pgTable('queue', { id: text().primaryKey() }, (t) => [...systemOnly(t)]);
const application: Application = { tenancy, schema: { projects, plans, queue } };

const asItWas = (statement: string): string =>
  statement
    .replace('create role "system_from_bypass" nologin', '$& bypassrls')
    .replace(
      /if \(select rolsuper from pg_roles where rolname = current_user\)\s+or pg_has_role\(current_user, 'system_from_bypass'/,
      `if exists (select from pg_roles where rolname = 'system_from_bypass' and not (rolsuper or rolbypassrls)) then
        raise exception 'role % does not bypass row-level security', 'system_from_bypass' using errcode = '42501';
      end if;
      $&`,
    )
    .replaceAll('to "app_from_bypass", current_user', 'to public')
    .replace(/drop policy if exists "projects_system_access"[^;]*;\s*create policy[^;]*;/, '')
    .replace(
      /drop policy if exists "(plans|queue)_system_access"[^;]*;\s*create policy[^;]*;/,
      'create policy "$1_owner" on "public"."$1" to current_user using (true) with check (true);',
    )
    .replace(/alter role "\w+" nobypassrls;/, 'null;')
    .replace(/(-- tenantry:section \S+) [0-9a-f]{16}/g, '$1 0000000000000000');

const bypasses = async (client: pg.Client) =>
  (await client.query('select rolbypassrls as it from pg_roles where rolname = $1', [roles.system]))
    .rows[0].it as boolean;

/** How many rows of projects the system role reads. */
const seen = (client: pg.Client) =>
  undone(client, async () => {
    await client.query(`set local role ${roles.system}`);
    return (await client.query('select * from projects')).rows.length;
  });

// One story: the second test runs the folder of the first once more.
const history = await History.begin();

/** What docs/guides/your-postgresql.md says to run before such a folder, as a superuser. */
const giveBack = () => {
  const page = new URL('../../../../docs/guides/your-postgresql.md', import.meta.url);
  const [, sql = ''] = /`(alter role system bypassrls)`/.exec(readFileSync(page, 'utf8')) ?? [];
  return withClient(history.url, (client) => client.query(sql.replace('system', roles.system)));
};

test('an installation whose system role has BYPASSRLS goes over by its next migrations', async () => {
  await withClient(history.url, async (client) => {
    // of the server, where an earlier run may have left it
    const { rowCount } = await client.query('select from pg_roles where rolname = $1', [
      roles.system,
    ]);
    if (rowCount === 1) await giveBack();
  });
  await history.stepAs(application, asItWas);
  await withClient(history.url, async (client) => {
    expect(await bypasses(client)).toBe(true);
    for (const tenant of [acme, globex]) {
      await client.query("insert into projects (organization_id, name) values ($1, 'x')", [
        tenant.id,
      ]);
    }
    expect(await bypasses(client)).toBe(true);
    expect(await seen(client)).toBe(2);
    const found = (await examine(client, application)).findings.map(
      ({ rule, object }) => `${rule} ${object}`,
    );
    expect(found).toEqual(
      expect.arrayContaining([
        'generated-changed projects.projects_tenant_floor',
        'generated-missing projects.projects_system_access',
        `other-role-bypasses role ${roles.system}`,
      ]),
    );

    const files = await history.write(application);
    // each in a transaction of its own: the role reads all the time
    for (const file of files) {
      await history.apply([file]);
      expect(await seen(client)).toBe(2);
    }
    expect(await bypasses(client)).toBe(false);
    const after = (await examine(client, application)).findings.map(({ rule }) => rule);
    expect(after.filter((rule) => /^(generated|policy|other|role)-/.test(rule))).toEqual([]);
    const { rows } = await client.query(
      'select distinct policyname as name from pg_policies order by 1',
    );
    expect(rows.map(({ name }) => name)).toEqual([
      'plans_shared_read',
      'plans_system_access',
      'projects_system_access',
      'projects_tenant_floor',
      'projects_tenant_isolation',
      'queue_system_access',
    ]);
  });
  expect(await history.differences()).toEqual([]);
});

test('its folder runs on a new database once the role has the attribute again, and takes it away', async () => {
  const { url } = await testDatabase();
  await withClient(url, async (client) => {
    expect(await bypasses(client)).toBe(false);
    const refused = history.apply(history.files, url);
    await expect(refused).rejects.toThrow('does not bypass row-level security');
    await giveBack();
    await history.apply(history.files, url);
    expect(await bypasses(client)).toBe(false);
    const evolved = await withClient(history.url, (own) => readDefinitions(own));
    expect(await readDefinitions(client)).toEqual(evolved);
  });
});
