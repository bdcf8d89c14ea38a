import { audited, defineAudit } from '@tenantry/audit-log';
import { createTenantPool, defineTenancy, type IdKind } from '@tenantry/core';
import { counted, counter, defineLimits, unlimited } from '@tenantry/plan-limits';
import { defineRbac } from '@tenantry/rbac';
import { diagnose } from '@tenantry/rls/doctor';
import { directoryOf, readTables } from '@tenantry/rls/model';
import { defineBilling } from '@tenantry/stripe-billing';
import { billingActions } from '@tenantry/stripe-billing/audit';
import { expectIsolated } from '@tenantry/testing';
import { applyTables, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { featureTables } from 'tenantry';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';

// Every kind of tenant key with every feature on one schema; users' ids of another kind.

interface Keys {
  readonly id: IdKind;
  readonly userId: IdKind;
  /** The primary key of organizations, and a column that refers to it. */
  readonly key: string;
  readonly column: string;
  readonly user: string;
  readonly acme: string;
  readonly globex: string;
  readonly ada: string;
  readonly bob: string;
}

const kinds: Readonly<Record<string, Keys>> = {
  'serial, users with uuids': {
    id: 'integer',
    userId: 'uuid',
    key: 'serial',
    column: 'integer',
    user: 'uuid',
    acme: '2147483646',
    globex: '1',
    ada: '00000000-0000-4000-8000-000000000ada',
    bob: '00000000-0000-4000-8000-000000000b0b',
  },
  'identity always, users with serial': {
    id: 'bigint',
    userId: 'integer',
    key: 'bigint generated always as identity',
    column: 'bigint',
    user: 'integer',
    acme: '9007199254740993',
    globex: '9007199254740992',
    ada: '1',
    bob: '2',
  },
  'char(12), users with bigints': {
    id: 'text',
    userId: 'bigint',
    key: 'char(12)',
    column: 'char(12)',
    user: 'bigint',
    acme: 'org_acme',
    globex: 'org_acme_two',
    ada: '9007199254740993',
    bob: '2',
  },
  'varchar, users with texts': {
    id: 'text',
    userId: 'text',
    key: 'varchar(40)',
    column: 'varchar(40)',
    user: 'text',
    acme: 'org_2xACME',
    globex: 'org_2xacme',
    ada: 'user_2xAda',
    bob: 'user_2xBob',
  },
  // imports and hand-made rows have what no sequence gives
  'integers from 0 down, users with bigints': {
    id: 'integer',
    userId: 'bigint',
    key: 'integer',
    column: 'integer',
    user: 'bigint',
    acme: '0',
    globex: '-2147483648',
    ada: '0',
    bob: '-9223372036854775808',
  },
  'bigints from 0 down, users with integers': {
    id: 'bigint',
    userId: 'integer',
    key: 'bigint',
    column: 'bigint',
    user: 'integer',
    acme: '-9223372036854775808',
    globex: '0',
    ada: '-1',
    bob: '0',
  },
  'nanoid and a domain, users of an identity provider': {
    id: 'text',
    userId: 'text',
    key: 'text',
    column: 'text',
    user: 'text',
    acme: '-V1StGXR8_Z5jdHi6B-my',
    globex: 'acme.myshopify.com',
    ada: 'auth0|5f7c8ec7c33c6c004bbafe82',
    bob: 'bob@example.com',
  },
  'smallint, users with texts': {
    id: 'integer',
    userId: 'text',
    key: 'smallint',
    column: 'smallint',
    user: 'varchar(255)',
    acme: '-1',
    globex: '32767',
    ada: 'ada',
    bob: 'bob',
  },
};

const own = ({ key, column, user }: Keys) => `
  create table organizations (id ${key} primary key, name text not null, slug text not null unique);
  create table users (id ${user} primary key, email text not null unique);
  create table projects (
    org_id ${column} not null references organizations (id) on delete cascade,
    id integer generated always as identity primary key, name text not null);`;

describe.each(Object.entries(kinds))('%s', async (name, keys) => {
  const { id, userId, acme, globex, ada, bob } = keys;
  // the types of a uuid, whatever the ids are
  const tenancy = defineTenancy({ tenant: 'organization', id: id as 'uuid', column: 'org_id' });
  const rbac = defineRbac(tenancy, {
    userId: userId as 'uuid',
    permissions: { projects: ['read', 'write'] },
    roles: { viewer: ['projects:read'], owner: ['*'] },
  });
  const limits = defineLimits(tenancy, {
    features: { projects: counted(), calls: counter({ per: 'month' }) },
    plans: { free: { projects: 2, calls: 1 }, pro: { projects: unlimited } },
    defaultPlan: 'free',
  });
  const audit = defineAudit(tenancy, {
    actions: { ...billingActions, 'project.created': z.object({ name: z.string() }) },
  });
  const billing = defineBilling(tenancy, {
    plans: { pro: { monthly: 'pro_monthly' } },
    free: 'free',
    limits,
    audit,
  });
  const features = [rbac, audit, limits, billing];
  const tables = {
    ...featureTables(rbac),
    ...featureTables(limits, { limitEvents: false }),
    ...featureTables(audit),
    ...featureTables(billing),
    organizations: (t: never) => [...rbac.tables.tenants.rules(t), ...audited(t)],
    users: (t: never, { memberships }: Record<string, never>) =>
      rbac.tables.users.rules(t, { memberships: memberships as never }),
    projects: (t: never) => [
      ...rbac.isolate(t, { read: 'projects:read', write: 'projects:write' }),
      ...limits.counts(t, 'projects'),
      ...audited(t),
    ],
  } as never as Parameters<typeof applyTables>[1]['tables'];
  const directory = {
    tenant: 'organizations.id',
    claims: { slug: 'organizations.slug' },
    member: 'memberships.user_id',
  };
  const { url } = await testDatabase({
    key: `without-drizzle-keys-${name}`,
    migrate: async (to: string) => {
      await withClient(to, (client) => client.query(own(keys)));
      await applyTables(to, { tenancy, tables, directory, features });
    },
  });
  const logins = await createLogins(url, tenancy);
  const pool = createTenantPool(tenancy, {
    connectionString: logins.app,
    system: { connectionString: logins.system },
  });
  afterAll(() => pool.end());
  const overriding = keys.key.includes('identity') ? 'overriding system value' : '';
  const system = <R>(fn: () => Promise<R>) =>
    tenancy.asSystem({ reason: 'a test', actor: 'test', write: true }, fn);
  const as = <R>(user: string, slug: string, fn: () => Promise<R>) =>
    pool.enter({ claim: { by: 'slug', value: slug }, user }, fn);

  test('one request uses every feature, and another organization sees nothing of it', async () => {
    await system(async () => {
      await pool.query(`insert into users values ('${ada}', 'ada'), ('${bob}', 'bob')`);
      await pool.transaction(async (tx) => {
        await tx.query(`insert into organizations (id, name, slug) ${overriding}
          values ('${acme}', 'Acme', 'acme'), ('${globex}', 'Globex', 'globex')`);
        await rbac.members.add(tx, { organizationId: acme, user: ada, role: 'owner' });
        await rbac.members.add(tx, { organizationId: globex, user: bob, role: 'owner' });
      });
    });
    const found = await as(ada, 'acme', async () => {
      const made = await pool.transaction(async (tx) => {
        const { rows } = await tx.query<{ id: number; org_id: string }>(
          `insert into projects (name) values ('Rocket') returning id, org_id`,
        );
        await audit.log(tx, 'project.created', {
          resource: ['project', String(rows[0]?.id)],
          metadata: { name: 'Rocket' },
        });
        return rows[0];
      });
      expect(String(tenancy.parseId(made?.org_id ?? ''))).toBe(acme);
      await limits.consume(pool, 'calls');
      await expect(limits.consume(pool, 'calls')).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
      await pool.query(`insert into projects (name) values ('Anvil')`);
      await expect(
        pool.query(`insert into projects (name) values ('Magnet')`),
      ).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
      const { entries } = await audit.query(pool, {});
      return entries;
    });
    expect(found.map(({ action }) => action)).toContain('project.created');
    expect(new Set(found.map((entry) => String(entry.organizationId)))).toEqual(new Set([acme]));
    await as(bob, 'globex', async () => {
      expect((await pool.query('select * from projects')).rows).toEqual([]);
      expect((await audit.query(pool, {})).entries.map(({ action }) => action)).not.toContain(
        'project.created',
      );
      await limits.consume(pool, 'calls');
    });
    await expect(as(bob, 'acme', async () => 0)).rejects.toMatchObject({
      code: 'TENANT_NOT_FOUND',
    });
    await system(async () => expect((await audit.verify(pool)).findings).toEqual([]));
  });

  test('doctor finds nothing wrong, and the tables keep tenants apart', async () => {
    const { findings } = await withClient(url, async (client) => {
      const query = async (text: string, values: unknown[]) =>
        (await client.query(text, values)).rows;
      const { schema } = await readTables(query, { tenancy, tables });
      return diagnose(client, {
        tenancy,
        schema,
        directory: directoryOf(schema, directory),
        features,
      });
    });
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    const report = await expectIsolated({
      pool,
      tenancy,
      tables,
      disposable: true,
      rows: {
        member_roles: () => ({ role_id: rbac.builtInRoleId('owner') }),
        invitations: () => ({ role_id: rbac.builtInRoleId('viewer') }),
        role_permissions: () => ({ permission: 'projects:read' }),
        built_in_role_permissions: () => ({ permission: 'projects:read' }),
      },
    });
    expect(report.leaks).toEqual([]);
  });
});
