import { createTenantPool, defineTenancy, type IdKind } from '@tenantry/core';
import { defineIsolation } from '@tenantry/rls';
import { expectIsolated } from '@tenantry/testing';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { sql } from 'drizzle-orm';
import {
  bigint,
  char,
  check,
  integer,
  pgTable,
  serial,
  text,
  type uuid,
  varchar,
} from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';

const as = <C>(column: C) => column as unknown as ReturnType<typeof uuid>;

interface Case {
  readonly id: IdKind;
  readonly key: () => ReturnType<typeof uuid>;
  readonly column: () => ReturnType<typeof uuid>;
  readonly newTenant?: () => string;
}

const cases: Readonly<Record<string, Case>> = {
  serial: { id: 'integer', key: () => as(serial()), column: () => as(integer('team_id')) },
  'identity always': {
    id: 'bigint',
    key: () => as(bigint({ mode: 'bigint' }).generatedAlwaysAsIdentity()),
    column: () => as(bigint('team_id', { mode: 'bigint' })),
  },
  'char(10)': {
    id: 'text',
    key: () => as(char({ length: 10 })),
    column: () => as(char('team_id', { length: 10 })),
  },
  'a form of their own': {
    id: 'text',
    key: () => as(varchar({ length: 20 })),
    column: () => as(varchar('team_id', { length: 20 })),
    newTenant: () => `org_${Math.random().toString(36).slice(2, 10)}`,
  },
};

describe.each(Object.entries(cases))('%s', async (title, { id, key, column, newTenant }) => {
  const tenancy = defineTenancy({ tenant: 'team', id });
  const { isolate, reference, tenants } = defineIsolation(tenancy);
  const teams = pgTable('teams', { id: key().primaryKey(), name: text().notNull() }, (t) => [
    ...tenants(t),
    ...(newTenant === undefined ? [] : [check('teams_id_form', sql`${t.id} like 'org\\_%'`)]),
  ]);
  const projects = pgTable(
    'projects',
    { teamId: column().notNull(), id: serial().primaryKey(), name: text().notNull() },
    (t) => [
      ...isolate(t),
      ...reference(t, { column: t.teamId, to: () => teams, onDelete: 'cascade' }),
    ],
  );
  const drafts = pgTable(
    'drafts',
    { teamId: column(), id: serial().primaryKey(), body: text() },
    (t) => [...isolate(t, { withoutTenant: 'hidden' })],
  );
  const schema = { teams, projects, drafts };
  const { url } = await testDatabase();
  await applySchema(url, { tenancy, schema });
  await withClient(url, (client) => client.query(`insert into drafts (body) values ('nobody''s')`));

  test('is attacked, holds, and is left as it was', async () => {
    const logins = await createLogins(url, tenancy);
    const pool = createTenantPool(tenancy, {
      connectionString: logins.app,
      system: { connectionString: logins.system },
    });
    try {
      const report = await expectIsolated({
        pool,
        tenancy,
        schema,
        ...(newTenant && { newTenant }),
      });
      expect([...report.tables].sort()).toEqual(['drafts', 'projects', 'teams']);
      expect(report.leaks).toEqual([]);
    } finally {
      await pool.end();
    }
    const { rows } = await withClient(url, (client) =>
      client.query(
        `select (select count(*)::int from teams) as teams, (select count(*)::int from drafts) as drafts`,
      ),
    );
    expect(rows).toEqual([{ teams: 0, drafts: 1 }]);
    expect(title).not.toBe('');
  });

  test('rows of nobody that a policy shows are a leak', async () => {
    if (id !== 'integer') return;
    const logins = await createLogins(url, tenancy);
    await withClient(url, (client) =>
      client.query(`
        delete from drafts;
        drop policy drafts_tenant_floor on drafts;
        create policy careless on drafts for select to app using (team_id is null)`),
    );
    const pool = createTenantPool(tenancy, {
      connectionString: logins.app,
      system: { connectionString: logins.system },
    });
    try {
      await expect(expectIsolated({ pool, tenancy, schema })).rejects.toMatchObject({
        code: 'ISOLATION_BROKEN',
      });
    } finally {
      await pool.end();
    }
  });
});
