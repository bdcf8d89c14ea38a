import { mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineTenancy } from '@tenantry/core';
import { diagnose } from '@tenantry/rls/doctor';
import { generate } from '@tenantry/rls/generate';
import { testDatabase } from '@tenantry/testing/vitest';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import type pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { migrationsFeature } from '../src/commands/doctor/migrations-check.ts';
import { withDatabase } from './support/database.ts';

const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
const journal = { schema: 'drizzle', table: '__drizzle_migrations' };
let folder = '';
let url = '';

/** Migrations by their names and times, each with its SQL. */
function write(...files: readonly (readonly [tag: string, when: number, sql: string])[]): void {
  mkdirSync(join(folder, 'meta'), { recursive: true });
  for (const [tag, , sql] of files) writeFileSync(join(folder, `${tag}.sql`), sql);
  const entries = files.map(([tag, when], idx) => ({
    idx,
    when,
    tag,
    version: '7',
    breakpoints: true,
  }));
  writeFileSync(
    join(folder, 'meta/_journal.json'),
    JSON.stringify({ entries, dialect: 'postgresql' }),
  );
}

const apply = (client: pg.Client) => migrate(drizzle(client), { migrationsFolder: folder });

/** `rule object: found`, of what the checks of the folder find. */
async function found(client: pg.Client) {
  const features = [migrationsFeature({ migrations: folder, journal })];
  const { findings } = await diagnose(client, { tenancy, schema: {}, features });
  return findings.filter(({ rule }) => rule.startsWith('migrations-'));
}
const lines = async (client: pg.Client) =>
  (await found(client)).map(({ rule, object, found: what }) => `${rule} ${object}: ${what}`);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-migrations-'));
  ({ url } = await testDatabase());
});
afterEach(() => rmSync(folder, { recursive: true }));

const a = ['0000_a', 1000, 'create table a (x int);\n'] as const;
const b = ['0001_b', 2000, 'create table b (x int);'] as const;
const c = ['0002_c', 3000, 'create table c (x int);'] as const;

describe('doctor', () => {
  test('looks at the folder in every dialect, and at what generate makes there', async () => {
    const features = [migrationsFeature({ migrations: folder, journal })];
    for (const dialect of ['postgres', 'citus'] as const)
      generate({
        tenancy: defineTenancy({ tenant: 'organization', id: 'uuid', dialect }),
        schema: {},
        features,
      });
  });

  test('says nothing where all ran, nor where Drizzle notes nothing', async () => {
    write(a, b);
    await withDatabase(url, async (client) => {
      expect(await lines(client)).toEqual([]);
      await apply(client);
      expect(await lines(client)).toEqual([]);
      // version control changed the ends of the lines
      write(['0000_a', 1000, a[2].replace('\n', '\r\n')], b);
      expect(await lines(client)).toEqual([]);
    });
  });

  test('says that a database is behind the folder', async () => {
    write(a);
    await withDatabase(url, async (client) => {
      await apply(client);
      write(a, b, c);
      expect(await lines(client)).toEqual([
        'migrations-not-run 0001_b: the migration has not run here: the database is behind the folder.',
        'migrations-not-run 0002_c: the migration has not run here: the database is behind the folder.',
      ]);
      await apply(client);
      expect(await lines(client)).toEqual([]);
    });
  });

  test.each([
    ['a branch without its last migration', () => write(a, b)],
    [
      'a folder whose middle was deleted, with its entry',
      () => {
        write(a, c);
        unlinkSync(join(folder, '0001_b.sql'));
      },
    ],
  ])('says that a database is ahead of %s', async (_, change) => {
    write(a, b, c);
    await withDatabase(url, async (client) => {
      await apply(client);
      change();
      const [first, ...others] = await found(client);
      expect(others).toEqual([]);
      expect(first).toMatchObject({ rule: 'migrations-unknown', object: /./ });
      expect(first?.found).toContain('ahead of the folder');
      expect(first?.fix).toContain('Check out the branch');
    });
  });

  test('says that a migration was edited after it ran', async () => {
    write(a, b);
    await withDatabase(url, async (client) => {
      await apply(client);
      write(a, ['0001_b', 2000, 'create table b (x int, y int);']);
      expect(await lines(client)).toEqual([
        'migrations-edited 0001_b: the migration was changed after it ran here: another database gets what this one has not.',
      ]);
    });
  });

  test('says that Drizzle leaves out a migration of another branch, which is older', async () => {
    write(a, c);
    await withDatabase(url, async (client) => {
      await apply(client);
      write(a, b, c);
      await apply(client);
      const { rows } = await client.query("select to_regclass('b') as b");
      expect(rows).toEqual([{ b: null }]);
      expect(await lines(client)).toEqual([
        expect.stringContaining('leaves it out without a word'),
      ]);
    });
  });

  test.each([
    ['warning', 'create index concurrently broken on a ((1 / x))'],
    ['error', 'create unique index concurrently broken on a (x)'],
  ])(
    'finds the index that a statement outside of a transaction left half-built: %s',
    async (severity, sql) => {
      write(a);
      await withDatabase(url, async (client) => {
        await apply(client);
        await client.query('insert into a values (0), (0)');
        await expect(client.query(sql)).rejects.toThrow();
        // as a runner without transactions does it again
        await client.query(sql.replace('concurrently', 'concurrently if not exists'));
        const [first] = await found(client);
        expect(first).toMatchObject({
          rule: 'migrations-index-invalid',
          object: 'public.broken',
          severity,
        });
        for (const fix of first?.fixSql ?? []) await client.query(fix);
        expect(await found(client)).toEqual([]);
      });
    },
  );
});
