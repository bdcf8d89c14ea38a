import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TenantryError } from '@tenantry/core';
import { describe, expect, test } from 'vitest';
import { createTestDatabase } from '../src/index.ts';
import { withClient } from '../src/sql/client.ts';
import { testDatabase, testServer } from '../src/vitest.ts';
import { withFolder } from './support.ts';

const database = await testDatabase({ sql: 'create table note (id int primary key)' });
const server = await testServer();

function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  return withClient(url, async (client) => (await client.query(sql)).rows);
}

test('a test file has a database with its schema', async () => {
  expect(await query(database.url, 'select id from note')).toEqual([]);
});

test('an empty database is empty', async () => {
  const empty = await createTestDatabase({ server });
  expect(await query(empty.url, "select from pg_tables where schemaname = 'public'")).toEqual([]);
  await empty.drop();
});

describe('migrations', () => {
  const files: Record<string, string> = {
    '0000_first.sql':
      'create table a (id int primary key);\n--> statement-breakpoint\ncreate table b ();',
    '0001_second/migration.sql': 'insert into a values (1)',
    '0002_third.sql': 'insert into a select id + 1 from a',
    'meta/_journal.json': '{}',
  };

  async function withMigrations<T>(
    extra: Record<string, string>,
    work: (folder: string) => Promise<T>,
  ): Promise<T> {
    return withFolder(async (folder) => {
      for (const [name, text] of Object.entries({ ...files, ...extra })) {
        await mkdir(join(folder, name, '..'), { recursive: true });
        await writeFile(join(folder, name), text);
      }
      return work(folder);
    });
  }

  test('of a folder are applied in order, then sql, then migrate', async () => {
    await withMigrations({}, async (folder) => {
      for (const migrations of [folder, pathToFileURL(folder)]) {
        const migrated = await createTestDatabase({
          server,
          migrations,
          sql: 'insert into a select id + 10 from a',
          migrate: (url) => query(url, 'insert into a select id + 100 from a'),
        });
        const rows = await query(migrated.url, 'select array_agg(id order by id) as ids from a');
        expect(rows).toEqual([{ ids: [1, 2, 11, 12, 101, 102, 111, 112] }]);
        await migrated.drop();
      }
    });
  });

  test('that fail tell the file', async () => {
    await withMigrations({ '0003_wrong.sql': 'create tabel c ()' }, async (migrations) => {
      const failure = createTestDatabase({ server, migrations });
      await expect(failure).rejects.toThrow(/0003_wrong\.sql: syntax error at or near "tabel"/);
    });
  });

  test('of a folder that is missing or empty are an error', async () => {
    const missing = createTestDatabase({ server, migrations: '/nonexistent' });
    await expect(missing).rejects.toSatisfy((e) => TenantryError.is(e, 'TEST_TEMPLATE_FAILED'));
    await withFolder(async (migrations) => {
      await expect(createTestDatabase({ server, migrations })).rejects.toThrow(/no \.sql file/);
    });
  });
});

describe('a template is shared', () => {
  async function buildsOf(contents: { key?: string }[]): Promise<number> {
    let builds = 0;
    for (const content of contents) {
      const made = await createTestDatabase({
        server,
        ...content,
        migrate: () => {
          builds += 1;
        },
      });
      await made.drop();
    }
    return builds;
  }

  test('by equal keys', async () => {
    const key = `shared ${Math.random()}`;
    expect(await buildsOf([{ key }, { key }])).toBe(1);
  });

  test('never by functions that merely look the same', async () => {
    expect(await buildsOf([{}, {}])).toBe(2);
  });
});
