import type { TenantryError } from '@tenantry/core';
import { type ExpectIsolatedOptions, expectIsolated, type RowRequest } from '@tenantry/testing';
import { withClient } from '@tenantry/testing/schema';
import { drizzle } from 'drizzle-orm/node-postgres';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { Kysely, PostgresDialect } from 'kysely';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { fixture } from './fixtures/schema.ts';
import { fixtureDatabase, withPool } from './support.ts';

const parts = fixture();
const { tenancy, schema } = parts;
const { url } = await fixtureDatabase(parts);
afterEach(() => vi.unstubAllEnvs());

const prove = (options: Partial<ExpectIsolatedOptions<'organizationId'>> = {}, on = url) =>
  withPool(on, parts, (pool) => expectIsolated({ pool, tenancy, schema, ...options }));

/** The rows of every table of the fixture, past all policies. */
const rowCounts = (on = url) =>
  withClient(on, async (client) => {
    const { rows } = await client.query(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'crm')`,
    );
    const counts: { name: string; n: number }[] = [];
    for (const { name } of rows) {
      counts.push(
        (await client.query(`select '${name}' as name, count(*)::int as n from ${name}`)).rows[0],
      );
    }
    return counts;
  });

const attempt = (promise: Promise<unknown>): Promise<TenantryError> =>
  promise.then(
    () => expect.fail('it was accepted'),
    (error: TenantryError) => error,
  );

describe('expectIsolated on a schema that isolates', () => {
  test('tries every attack on every table, and leaves no row behind', async () => {
    const report = await prove();
    expect(report.leaks).toEqual([]);
    expect(report.unproven).toEqual([]);
    expect(report.results.filter(({ couldReach }) => couldReach === 0)).toEqual([]);
    const attacks = (target: string) =>
      report.results.filter((r) => r.target === target).map((r) => r.attack);
    expect(attacks('tasks')).toEqual(
      expect.arrayContaining([
        'read',
        'read by key',
        'count',
        'insert for the other',
        'update',
        'delete',
        'move',
        'upsert',
        'foreign reference',
        'cascade',
        'COPY',
        'cursor',
        'prepared statement',
        'stacked SQL',
        'lost context',
        'pool churn',
        'truncate',
        'afterwards',
      ]),
    );
    for (const attack of [
      'late await',
      'escaped handle',
      'nested scope',
      'outside of every scope',
      'view',
    ]) {
      expect(report.results.map((r) => r.attack)).toContain(attack);
    }
    expect(attacks('webhook_events')).toContain('read');
    expect(attacks('crm.Kontakte & Größen')).toContain('upsert');
    expect(await rowCounts()).toEqual((await rowCounts()).map(({ name }) => ({ name, n: 0 })));
    expect(`${report}`).toMatch(/^11 tables, \d+ attacks, \d+ rows in reach with isolation off/);
  });

  test.each(['Drizzle', 'Kysely'])('through %s', async (library) => {
    const report = await withPool(url, parts, async (pool) =>
      expectIsolated({
        pool,
        tenancy,
        schema,
        through:
          library === 'Drizzle'
            ? drizzle(pool)
            : new Kysely({ dialect: new PostgresDialect({ pool }) }),
      }),
    );
    expect(report.leaks).toEqual([]);
  });

  test('with rows of a stranger in it, which stay as they are', async () => {
    await withClient(url, (client) =>
      client.query(
        "insert into organizations (id, name, slug) values ('00000000-0000-4000-8000-000000000001', 'Acme', 'acme')",
      ),
    );
    const before = await rowCounts();
    await prove();
    expect(await rowCounts()).toEqual(before);
  });
});

describe('expectIsolated refuses', () => {
  test('a database that looks like production, unless it is named', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    const error = await attempt(prove());
    expect(error).toMatchObject({
      code: 'ISOLATION_DATABASE_REFUSED',
      found: expect.stringContaining('NODE_ENV is production'),
    });
    await prove({ acceptDatabase: new URL(url).pathname.slice(1) });
  });

  test('a schema that the database does not have, table by table', async () => {
    const missing = pgTable('missing', { ...tenancy.columns.scoped(), id: text() });
    const { defineIsolation } = await import('@tenantry/rls');
    const isolated = pgTable(
      'missing',
      { ...tenancy.columns.scoped(), id: text().notNull() },
      (t) => [...defineIsolation(tenancy).isolate(t)],
    );
    expect(await attempt(prove({ schema: { ...schema, missing, isolated } }))).toMatchObject({
      code: 'ISOLATION_SCHEMA_DIFFERS',
      found: expect.stringContaining('missing'),
    });
  });

  test('a table that takes no row, unless a trigger of another table has left one', async () => {
    const { url: strict } = await fixtureDatabase(
      parts,
      `create function refuse() returns trigger language plpgsql as
         $$ begin if pg_trigger_depth() = 1 then raise 'by triggers only'; end if; return null; end $$;
       create trigger refuse before insert on invoices for each statement execute function refuse();`,
    );
    expect(await attempt(prove({}, strict))).toMatchObject({
      code: 'ISOLATION_ROW_REFUSED',
      found: expect.stringContaining('by triggers only'),
    });
    await withClient(strict, (client) =>
      client.query(`
        create function bill() returns trigger language plpgsql as
          $$ begin insert into invoices (organization_id, total) values (new.organization_id, 1); return new; end $$;
        create trigger bill after insert on projects for each row execute function bill();`),
    );
    const report = await prove({}, strict);
    expect(report.leaks).toEqual([]);
    expect(report.unproven).toEqual([]);
    expect((await rowCounts(strict)).every(({ n }) => n === 0)).toBe(true);
  });

  test('a deadlock with what it does elsewhere, by trying again', async () => {
    const { url: busy } = await fixtureDatabase(
      parts,
      `create sequence tries;
       grant usage on sequence tries to public;
       create function collide() returns trigger language plpgsql as
         $$ begin
           if current_setting('app.actor', true) not like '%rows for an isolation test%' and nextval('tries') % 7 = 1 then
             raise 'deadlock detected' using errcode = '40P01';
           end if;
           return coalesce(new, old);
         end $$;
       create trigger collide before insert or update or delete on plans for each row execute function collide();`,
    );
    const report = await prove({}, busy);
    expect(report.leaks).toEqual([]);
    expect(report.unproven).toEqual([]);
    expect(JSON.stringify(report.results)).not.toContain('40P01');
  });

  test('a check that it cannot guess, and takes the row of a hook', async () => {
    const { url: strict } = await fixtureDatabase(
      parts,
      'alter table invoices add constraint odd check (total % 97 = 5 and total % 89 = 13)',
    );
    const error = await attempt(prove({}, strict));
    expect(error).toMatchObject({
      code: 'ISOLATION_ROW_REFUSED',
      found: expect.stringContaining('odd'),
    });
    expect(error.fix).toContain('rows: { "invoices"');
    expect((await rowCounts(strict)).every(({ n }) => n === 0)).toBe(true);
    const asked = new Set<string>();
    const invoices = ({ organizationId }: RowRequest<'organizationId'>) => {
      asked.add(organizationId);
      return { total: 102 };
    };
    const report = await prove({ rows: { invoices } }, strict);
    expect(report.leaks).toEqual([]);
    expect([...asked]).toEqual([expect.stringMatching(/-/), expect.stringMatching(/-/)]);
  });

  test('to call a table proven whose rows it could not delete again', async () => {
    const { url: append } = await fixtureDatabase(
      parts,
      `create function keep() returns trigger language plpgsql as $$ begin raise exception 'kept'; end $$;
       create trigger keep before delete on crm."Kontakte & Größen" for each row execute function keep()`,
    );
    expect(await attempt(prove({}, append))).toMatchObject({
      code: 'ISOLATION_NOT_PROVEN',
      found: expect.stringMatching(
        /Kontakte & Größen: its rows could not be deleted again .*disposable: true/,
      ),
    });
    expect((await rowCounts(append)).every(({ n }) => n === 0)).toBe(true);
    expect((await prove({ disposable: true }, append)).leaks).toEqual([]);
  });
});
