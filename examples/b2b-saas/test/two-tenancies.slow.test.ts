import {
  generate,
  missing,
  readMigrations,
  removeFirst,
  removeLast,
  renderMigration,
} from '@tenantry/rls/generate';
import { runUpkeep } from '@tenantry/rls/upkeep';
import { runAll, withClient } from '@tenantry/testing/schema';
import { describe, expect, test } from 'vitest';
import { type Side, twoTenancies } from './support/two-tenancies.ts';

const own = { roles: { app: 'ws_app', system: 'ws_system' } };

/** As the owner of a tenant, let in by the slug. */
const enter = <R>({ pool, tenants }: Side, slug: 'acme' | 'globex', fn: () => Promise<R>) =>
  pool.enter({ claim: { by: 'slug', value: slug }, user: tenants[slug].owner }, fn);

const read = (side: Side, sql: string, values?: unknown[]) =>
  enter(side, 'acme', async () => (await side.pool.query(sql, values)).rows);

const few = [
  ['roles of its own', 'plain', { tenant: 'workspace', ...own }],
  ['the same roles', 'signed', { tenant: 'workspace' }],
  ['the same word', 'plain', { tenant: 'organization', ...own }],
] as const;
const more = [
  ['roles of its own', 'signed', { tenant: 'workspace', ...own }],
  ['the same roles', 'plain', { tenant: 'workspace' }],
] as const;
const ways = process.env.TENANTRY_LONG === '1' ? [...few, ...more] : few;

describe.each(ways)('a second tenancy with %s (%s)', async (title, context, given) => {
  const { url, admin, sides } = await twoTenancies(context, given);
  const [first, second] = sides;
  const both: [string, Side, Side][] = [
    ['the first', first, second],
    ['the second', second, first],
  ];

  test.each(both)(
    '%s lets its members in by their slug, and nobody else',
    async (_, side, other) => {
      for (const slug of ['acme', 'globex'] as const) {
        const found = await enter(side, slug, async () => side.tenancy.current());
        expect(found).toMatchObject({ [side.tenancy.property]: side.tenants[slug].id });
      }
      const stranger = { claim: { by: 'slug', value: 'acme' }, user: other.tenants.acme.owner };
      await expect(side.pool.enter(stranger, async () => 1)).rejects.toMatchObject({
        code: 'TENANT_NOT_FOUND',
      });
      const byId = {
        claim: { by: 'id', value: other.tenants.acme.id },
        user: other.tenants.acme.owner,
      };
      await expect(side.pool.enter(byId, async () => 1)).rejects.toMatchObject({
        code: 'TENANT_NOT_FOUND',
      });
    },
  );

  test.each(both)('%s has its own rows, permissions, limits and log', async (_, side) => {
    const { pool, rbac, limits, audit, tables } = side;
    const projects = tables('projects');
    await enter(side, 'acme', async () => {
      expect(rbac.can('projects:write')).toBe(true);
      await pool.query(`insert into ${projects} (name) values ('Roadmap'), ('Launch'), ('Moon')`);
      await expect(
        pool.query(`insert into ${projects} (name) values ('One too many')`),
      ).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
      const usage = await limits.usage(pool);
      expect(usage.find(({ feature }) => feature === 'projects')).toMatchObject({
        used: 3,
        limit: 3,
      });
      const { entries } = await audit.query(pool, { action: 'tenantry.project.inserted' });
      expect(entries).toHaveLength(3);
    });
    expect(
      await enter(
        side,
        'globex',
        async () => (await pool.query(`select from ${projects}`)).rowCount,
      ),
    ).toBe(0);
  });

  test.each(both)('a scope of %s is none of the other', async (_, side, other) => {
    await enter(side, 'acme', async () => {
      expect(() => other.tenancy.current()).toThrow(/scope of another tenancy/);
      await expect(other.pool.query('select 1')).rejects.toMatchObject({
        code: 'TENANT_CONTEXT_MISSING',
      });
      await expect(other.tenancy.run(other.tenants.acme.id, async () => 1)).rejects.toMatchObject({
        code: 'TENANT_SWITCH_REFUSED',
      });
      // through the right pool, at the tables of the other
      await expect(side.pool.query(`select from ${other.tables('notes')}`)).rejects.toThrow(
        title === 'the same roles' ? /no tenant/ : /permission denied/,
      );
      await expect(
        side.pool.query(`select ${other.tenancy.schema}.can('projects:read')`),
      ).rejects.toThrow(title === 'the same roles' ? /no tenant|not signed/ : /permission denied/);
    });
    const asked = await enter(side, 'acme', async () => other.tenancy.capture()).catch(
      (error) => error,
    );
    expect(asked).toMatchObject({ code: 'TENANT_CONTEXT_MISSING' });
  });

  test.each(both)('%s is clean to doctor', async (_, side) => {
    expect(
      (await side.findings()).map(({ rule, object, found }) => [rule, object, found].join(' | ')),
    ).toEqual([]);
  });

  test.each(both)(
    'doctor of %s sees what is wrong with it, and not with the other',
    async (_, side, other) => {
      const { schema } = side.tenancy;
      await withClient(url, (client) =>
        runAll(client, [
          `create or replace function ${schema}.can(text) returns boolean language sql return true`,
          `alter table ${side.tables('projects')} disable trigger tenantry_audit_insert`,
          `create function ${schema}.stranger() returns int language sql return 1`,
        ]),
      );
      const found = (await side.findings()).map(({ object }) => object);
      expect(found).toContain(`${schema}.can(text)`);
      expect(found).toContain(`${side.tables('projects')}.tenantry_audit_insert`);
      expect(found).toContain(`${schema}.stranger()`);
      expect(await other.findings()).toEqual([]);
      const generated = generate(side);
      await withClient(url, (client) =>
        runAll(client, [
          `drop function ${schema}.stranger()`,
          `alter table ${side.tables('projects')} enable trigger tenantry_audit_insert`,
          ...generated.sections.flatMap(({ statements }) => statements),
        ]),
      );
      expect(await side.findings()).toEqual([]);
    },
  );

  test.each(both)('upkeep of %s does its work', async (_, side) => {
    const turns = await runUpkeep(side.pool, { features: side.features });
    expect(turns.filter(({ error, report }) => error !== undefined || !report?.done)).toEqual([]);
    const { schema } = side.tenancy;
    const partitions = await admin.query(
      `select count(*)::int as many from ${schema}.audit_partitions`,
    );
    expect(partitions.rows[0].many).toBeGreaterThan(0);
    await side.tenancy.asSystem({ reason: 'test', actor: 'test', write: true }, async () => {
      expect(await side.rbac.drift(side.pool)).toEqual([]);
      expect(await side.limits.drift(side.pool)).toEqual([]);
      const { intact } = (await side.audit.verify(side.pool)) as { intact?: boolean };
      expect(intact ?? true).toBe(true);
      expect(await side.audit.examine(side.pool)).toEqual([]);
      await admin.query(
        `insert into ${schema}.audit_failures (table_name, operation, sqlstate) values ('x', 'INSERT', 'XX000')`,
      );
      const [failure] = await side.audit.examine(side.pool);
      expect(failure?.fix).toContain(`${schema}.audit_failures`);
      await admin.query(`delete from ${schema}.audit_failures`);
    });
  });

  // the last: it takes features away
  test.each(both)('features that leave %s leave the other as it is', async (_, side, other) => {
    const { foundation, sections } = generate(side);
    const migrated = readMigrations([
      { name: 'all', text: renderMigration({ sections: [foundation, ...sections] } as never) },
    ]);
    const now = generate({
      ...side,
      features: side.features.filter(({ name }) => name === 'rbac'),
    });
    const lacks = missing([now.foundation, ...now.sections], migrated);
    await withClient(url, (client) =>
      runAll(client, [
        ...removeFirst(lacks.gone),
        ...lacks.sections.flatMap(({ statements }) => statements),
        ...removeLast(lacks.gone),
      ]),
    );
    const { rows } = await admin.query(
      `select t.tgname from pg_trigger t join pg_proc p on p.oid = t.tgfoid
       where not t.tgisinternal and p.pronamespace = to_regnamespace($1) and t.tgname ~ '^tenantry_(audit|limit|billing)'`,
      [side.tenancy.schema],
    );
    expect(rows).toEqual([]);
    if (other === second) expect(await other.findings()).toEqual([]);
    await read(side, `select from ${side.tables('projects')}`);
  });
});
