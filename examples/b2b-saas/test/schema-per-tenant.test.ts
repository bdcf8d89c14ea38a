import { audited } from '@tenantry/audit-log';
import { createTenantPool } from '@tenantry/core';
import { definePlacements } from '@tenantry/placements';
import { diagnose } from '@tenantry/rls/doctor';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { type AnyPgTable, integer, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { runCommand } from 'tenantry';
import { afterAll, expect, test } from 'vitest';
import { audit } from '../src/audit.ts';
import { billing } from '../src/billing.ts';
import { limits } from '../src/limits.ts';
import { rbac } from '../src/rbac.ts';
import * as flagship from '../src/schema.ts';
import { numbered, reference, tenancy } from '../src/tenancy.ts';

// the packages' tables stay, and what they do to tables of the application they do in a schema too

const documents = pgTable(
  'documents',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    name: text().notNull(),
    number: integer().notNull().default(0),
    createdBy: uuid('created_by'),
    ...tenancy.columns.timestamps(),
  },
  (t) => [
    ...rbac.isolate(t, {
      read: 'projects:read',
      write: {
        insert: 'projects:create',
        update: 'projects:update',
        delete: 'projects:delete',
      },
    }),
    ...audited(t, { exclude: ['updatedAt'] }),
    ...numbered(t),
    ...reference(t, {
      column: t.organizationId,
      to: () => flagship.organizations,
      onDelete: 'cascade',
    }),
    ...reference(t, {
      column: t.createdBy,
      to: () => flagship.memberships,
      property: 'userId',
      onDelete: 'set null',
    }),
    unique('documents_name_key').on(t.organizationId, t.name),
  ],
);
const pages = pgTable(
  'pages',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    document: uuid().notNull(),
    text: text().notNull(),
  },
  (t) => [
    ...rbac.isolate(t, { read: 'projects:read', write: 'projects:update' }),
    ...audited(t),
    ...reference(t, { column: t.document, to: (): AnyPgTable => documents, onDelete: 'cascade' }),
  ],
);

const placements = definePlacements(tenancy, {
  connect: () => undefined,
  schemaTables: [documents, pages],
});
const schema = { ...flagship, documents, pages };
const features = [rbac, audit, limits, billing, placements];
const directory = {
  tenant: flagship.organizations.id,
  claims: { slug: flagship.organizations.slug },
  member: flagship.memberships.userId,
};
const { url } = await testDatabase({
  key: 'schema-per-tenant',
  migrate: async (to) => void (await applySchema(to, { tenancy, schema, features, directory })),
});
const logins = await createLogins(url, tenancy);
const pool = createTenantPool(tenancy, {
  connectionString: logins.app,
  system: { connectionString: logins.system },
  placements,
});
afterAll(() => pool.end());

const [acme, globex] = ['a', 'b'].map((last) => `00000000-0000-4000-8000-00000000000${last}`) as [
  string,
  string,
];
const [ada, vera] = ['a1', 'a2'].map((last) => `00000000-0000-4000-8000-0000000000${last}`) as [
  string,
  string,
];
const database = { url, systemUrl: url };
const add = (place: string, inSchema: string) =>
  runCommand({ tenancy, features: [placements], database }, [
    'places',
    'add',
    place,
    '--schema',
    inSchema,
    '--url',
    url,
  ]);
const added = await add('acme_own', 't_acme');
expect([added.code, added.stderr]).toEqual([0, expect.anything()]);
await tenancy.asSystem({ reason: 'a test', actor: 'tests', write: true }, async () => {
  await rbac.sync(pool);
  await limits.sync(pool);
  for (const [id, name] of [
    [ada, 'ada'],
    [vera, 'vera'],
  ])
    await pool.query('insert into users (id, name, email) values ($1, $2, $3)', [
      id,
      name,
      `${name}@example.com`,
    ]);
  for (const [organizationId, slug] of [
    [acme, 'acme'],
    [globex, 'globex'],
  ] as const)
    await pool.transaction(async (tx) => {
      await tx.query('insert into organizations (id, name, slug) values ($1, $2, $2)', [
        organizationId,
        slug,
      ]);
      await rbac.members.add(tx, { organizationId, user: ada, role: 'owner' });
      await rbac.members.add(tx, { organizationId, user: vera, role: 'viewer' });
    });
  await placements.place(pool, { organizationId: acme, place: 'acme_own' });
});

const as = <R>(organizationId: string, user: string, fn: () => Promise<R>) =>
  pool.enter({ claim: { by: 'id', value: organizationId }, user }, fn);
const rows = async (text: string, values: unknown[] = []) => (await pool.query(text, values)).rows;
const inDatabase = (text: string) =>
  withClient(url, async (client) => (await client.query(text)).rows);

test('permissions decide in the schema, and a key into the tables that stay holds', async () => {
  const [made] = await as(acme, ada, () =>
    rows('insert into documents (name, created_by) values ($1, $2) returning id', ['plan', ada]),
  );
  await as(acme, ada, () =>
    rows('insert into pages (document, text) values ($1, $2)', [made.id, 'first']),
  );
  await as(acme, vera, async () => {
    expect(await rows('select name from documents')).toEqual([{ name: 'plan' }]);
    await expect(rows(`insert into documents (name) values ('x')`)).rejects.toMatchObject({
      code: '42501',
    });
    expect((await pool.query(`update documents set name = 'x'`)).rowCount).toBe(0);
  });
  await as(globex, ada, async () => {
    expect(await rows('select name from documents')).toEqual([]);
    await rows('insert into documents (name) values ($1)', ['shared']);
  });
  const count = async (of: string) =>
    (await inDatabase(`select count(*)::int as n from ${of}`))[0]?.n;
  expect([await count('t_acme.documents'), await count('t_acme.pages')]).toEqual([1, 1]);
  expect([await count('public.documents'), await count('public.pages')]).toEqual([1, 0]);
});

test('every change in the schema is in the audit log of its tenant', async () => {
  await as(acme, ada, async () => {
    await rows('insert into documents (name) values ($1), ($2)', ['one', 'two']);
    await rows(`update documents set name = 'three' where name = 'two'`);
    await rows(`update documents set name = name || '!' where name in ('one', 'three')`);
    await rows(`delete from documents where name = 'one!'`);
    const { entries } = await audit.query(pool);
    const seen = entries.filter(({ action }) => action.startsWith('documents.'));
    expect(seen.map(({ action, actor }) => [action, actor.id])).toEqual(
      expect.arrayContaining([
        ['documents.inserted', ada],
        ['documents.updated', ada],
        ['documents.deleted', ada],
      ]),
    );
    expect(seen.length).toBeGreaterThanOrEqual(6);
  });
  expect(await inDatabase('select from tenantry.audit_failures').catch(() => [])).toEqual([]);
});

test('rows are numbered in the schema', async () => {
  const numbers = async () =>
    (await rows('insert into documents (name) values (gen_random_uuid()) returning number'))[0]
      .number;
  const before = await as(globex, ada, numbers);
  const first = await as(acme, ada, numbers);
  expect(await as(acme, ada, numbers)).toBe(first + 1);
  expect(await as(globex, ada, numbers)).toBe(before + 1);
  await as(acme, ada, async () => {
    const { rows: all } = await pool.query('select number from documents order by number');
    expect(new Set(all.map(({ number }) => number)).size).toBe(all.length);
  });
});

test('doctor finds nothing in the schema', async () => {
  const found = await withClient(url, (client) =>
    diagnose(client, { tenancy, schema, features, directory }),
  );
  expect(found.unseen).toEqual([]);
  expect(
    found.findings.filter(({ object }) => /t_acme|barred/.test(object)).map(({ found: f }) => f),
  ).toEqual([]);
});

test('a table whose rows are counted is refused, and says by which functions', async () => {
  await inDatabase('create type tenantry_barred.projects as ()'); // as schemaTables would
  const { code, stderr } = await add('globex_own', 't_globex');
  expect([code, stderr]).toEqual([1, expect.stringContaining('PLACE_UNFIT')]);
  expect(stderr).toContain('projects is named by the function tenantry.limit_');
});
