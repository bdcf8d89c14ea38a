import { audited } from '@tenantry/audit-log';
import { createTenantPool } from '@tenantry/core';
import { definePlacements } from '@tenantry/placements';
import { diagnose } from '@tenantry/rls/doctor';
import { generate } from '@tenantry/rls/generate';
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
  schemaTables: [documents, pages, flagship.projects],
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

const [connections, attempts] = process.env.TENANTRY_LONG === '1' ? [30, 120] : [8, 32];
const addProject = (name: string) =>
  rows('insert into projects (name) values ($1) returning id', [name]);

test('rows in the schema count against the limit of the plan, also of raw SQL at once', async () => {
  const entry = { reason: 'a test', actor: 'tests', write: true };
  const used = async () => {
    const [projects] = (await limits.usage(pool)).filter(({ feature }) => feature === 'projects');
    return [projects?.used, projects?.limit];
  };
  await tenancy.asSystem(entry, () =>
    limits.addOverride(pool, {
      organizationId: acme,
      feature: 'projects',
      set: 10,
      reason: 'a race',
      actor: 'tests',
    }),
  );
  // rows that a move has left in the shared tables do not count
  await inDatabase(
    `set session_replication_role = replica; insert into public.projects (organization_id, name) values ('${acme}', 'left')`,
  );
  const wide = createTenantPool(tenancy, {
    connectionString: logins.app,
    max: connections,
    placements,
  });
  try {
    const tried = await Promise.allSettled(
      Array.from({ length: attempts }, (_, i) =>
        wide.enter({ claim: { by: 'id', value: acme }, user: ada }, () =>
          wide.query(`insert into ${i % 2 === 0 ? '' : 't_acme.'}projects (name) values ($1)`, [
            `race ${i}`,
          ]),
        ),
      ),
    );
    const refused = tried.flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : []));
    expect([tried.length - refused.length, new Set(refused)]).toEqual([
      10,
      new Set(['LIMIT_REACHED']),
    ]);
  } finally {
    await wide.end();
  }
  expect(await as(acme, ada, used)).toEqual([10, 10]);
  await as(acme, ada, async () => {
    await expect(addProject('one more')).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
    await rows(`delete from projects where name like 'race%'`);
    expect(await used()).toEqual([0, 10]);
    await addProject('again');
    expect(await used()).toEqual([1, 10]);
  });
  // system work asks for a tenant, wherever it lives
  const [seen] = await tenancy.asSystem(entry, () =>
    limits
      .usage(pool, { organizationId: acme })
      .then((all) => all.filter(({ feature }) => feature === 'projects')),
  );
  expect(seen?.used).toBe(1);
  await as(globex, ada, async () => {
    for (const name of ['one', 'two', 'three']) await addProject(name);
    await expect(addProject('four')).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
    expect(await used()).toEqual([3, 3]);
  });
  await inDatabase(`delete from public.projects where name = 'left'`);
});

test('a role for one row of the schema shows that row, and ends with it', async () => {
  const [made] = await as(acme, ada, () => addProject('of one'));
  const assign = (organizationId: string, resource: string) =>
    as(organizationId, ada, () =>
      rbac.members.assign(pool, {
        user: vera,
        role: 'admin',
        on: { type: 'projects', id: resource },
      }),
    );
  await assign(acme, made.id);
  await as(acme, vera, async () => {
    expect((await pool.query(`update projects set name = 'by vera'`)).rowCount).toBe(1);
    expect(await rows(`select name from projects where name = 'by vera'`)).toHaveLength(1);
  });
  // a row elsewhere, and none at all
  const [shared] = await as(globex, ada, () => rows('select id from projects limit 1'));
  await expect(assign(acme, shared.id)).rejects.toMatchObject({ code: 'RESOURCE_UNKNOWN' });
  await assign(globex, shared.id);
  await as(acme, ada, () => rows('delete from projects where id = $1', [made.id]));
  const left = await inDatabase(
    `select organization_id as tenant from member_roles where resource_id is not null`,
  );
  expect(left).toEqual([{ tenant: globex }]);
});

test('numbers go on where they were, wherever the tenant lives', async () => {
  await as(acme, ada, async () => {
    const [{ number }] = await rows(
      `insert into documents (name) values ('last') returning number`,
    );
    await rows(`delete from documents where name = 'last'`);
    expect(await rows(`insert into documents (name) values ('next') returning number`)).toEqual([
      { number: number + 1 },
    ]);
  });
  const series = await inDatabase(`select distinct series from tenantry.number_marks`);
  expect(series.every((each) => String(each.series).startsWith('"public".'))).toBe(true);
  expect(series.length).toBeGreaterThan(0);
});

test('a move takes the rows along, and limits, numbers, roles and the log go on', async () => {
  const [made] = await as(acme, ada, () => addProject('moving'));
  await as(acme, ada, () =>
    rbac.members.assign(pool, {
      user: vera,
      role: 'admin',
      on: { type: 'projects', id: made.id },
    }),
  );
  const state = async () => ({
    seen: await as(acme, vera, async () => [
      (await pool.query(`update projects set description = 'by vera'`)).rowCount,
      await rows('select id, name, number from projects order by number'),
    ]),
    used: (await as(acme, ada, () => limits.usage(pool))).map(({ feature, used }) => [
      feature,
      used,
    ]),
    numbered: await as(acme, ada, async () => {
      const [{ number }] = await rows(`insert into projects (name) values ('n') returning number`);
      await rows(`delete from projects where name = 'n'`);
      return number as number;
    }),
  });
  const move = (to: string) =>
    runCommand({ tenancy, features: [placements], database }, [
      'tenants',
      'move',
      acme,
      '--to',
      to,
      '--url',
      url,
    ]);
  let before = await state();
  for (const to of ['shared', 'acme_own']) {
    const { code, stderr } = await move(to);
    expect([code, stderr]).toEqual([0, expect.anything()]);
    const after = await state();
    expect(after).toEqual({ ...before, numbered: before.numbered + 1 });
    before = after;
  }
  const { entries } = await as(acme, ada, () => audit.query(pool));
  expect(entries.filter(({ action }) => action === 'projects.inserted').length).toBeGreaterThan(1);
});

test('a migration of the shared tables leaves the triggers of the schema alone', async () => {
  const triggers = () =>
    inDatabase(
      `select tgname::text from pg_trigger where tgrelid = 't_acme.projects'::regclass and not tgisinternal order by 1`,
    );
  const before = await triggers();
  expect(before.map(({ tgname }) => tgname)).toContain('tenantry_limit_update_projects');
  const { sections } = generate({ tenancy, schema, features, directory });
  const counts = sections.find(({ id }) => id === 'plan-limits:counts');
  await inDatabase(counts?.statements.join(';') ?? '');
  expect(await triggers()).toEqual(before);
  const again = await add('acme_own', 't_acme');
  expect([again.code, again.stdout + again.stderr]).toEqual([
    0,
    expect.stringContaining('0 statements'),
  ]);
});
