import { defineIsolation } from '@tenantry/rls';
import {
  generate,
  missing,
  readMigrations,
  removeFirst,
  removeLast,
  renderMigration,
} from '@tenantry/rls/generate';
import { runAll, tablesSql, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { describe, expect, test } from 'vitest';
import * as schema from '../fixtures/search-schema.ts';
import { catalogSnapshot } from '../support/catalog.ts';
import { extensions, tenancy } from './support.ts';

const { isolate, searchable, shared } = defineIsolation(tenancy);

const columns = {
  ...tenancy.columns.scoped(),
  id: tenancy.columns.id(),
  title: text(),
  tags: text().array(),
  size: integer(),
};
const written = (table: object) => generate({ tenancy, schema: { table } });

describe('what cannot be searched is said when SQL is generated', () => {
  test.each([
    ['a substring of a number', { size: 'substring' }, 'size is of type integer'],
    ['a substring of a list', { tags: 'substring' }, 'tags is of type text[]'],
    ['JSON of a text', { title: 'contains' }, 'needs jsonb'],
    ['citext of a text', { title: 'equals' }, 'needs citext'],
    [
      'a configuration that is SQL',
      { title: { fullText: "a'; drop" } },
      'text search configuration',
    ],
    ['a kind that there is not', { title: 'fuzzy' }, 'text search configuration'],
  ])('%s', (_, searched, found) => {
    const table = pgTable('t', columns, (t) => [
      ...isolate(t),
      ...searchable(t, searched as object),
    ]);
    expect(() => written(table)).toThrow(found);
  });

  test('a property that there is not is one for the compiler, too', () => {
    const table = pgTable('t', columns, (t) => [
      ...isolate(t),
      // @ts-expect-error there is no property named titel
      ...searchable(t, { titel: 'substring' }),
    ]);
    expect(() => written(table)).toThrow('names titel');
  });

  test('a table without the tenant, without isolate, with shared rows', () => {
    const none = pgTable('t', { id: uuid().primaryKey(), title: text() }, (t) => [
      ...shared(t),
      // @ts-expect-error This table has no organizationId
      ...searchable(t, { title: 'substring' }),
    ]);
    expect(() => written(none)).toThrow('without the property organizationId');
    const bare = pgTable('t', columns, (t) => [
      ...shared(t),
      ...searchable(t, { title: 'substring' }),
    ]);
    expect(() => written(bare)).toThrow('which has no ...isolate(t)');
    const common = pgTable(
      't',
      { ...columns, id: uuid().primaryKey(), organizationId: uuid('organization_id') },
      (t) => [...isolate(t, { withoutTenant: 'shared' }), ...searchable(t, { title: 'substring' })],
    );
    expect(() => written(common)).toThrow('shared by all tenants');
  });
});

test('drizzle-kit sees nothing of a search, and the SQL is the same each time, and run twice', async () => {
  expect((await tablesSql(schema)).join('\n')).not.toMatch(/search|gin/);
  const { foundation, sections } = generate({ tenancy, schema });
  expect(generate({ tenancy, schema })).toMatchObject({ foundation, sections, warnings: [] });
  const { url } = await testDatabase();
  await withClient(url, async (client) => {
    await client.query(extensions);
    const after = sections.flatMap(({ statements }) => statements);
    await runAll(client, [...foundation.statements, ...(await tablesSql(schema)), ...after]);
    const before = await catalogSnapshot(client);
    await runAll(client, after);
    expect(await catalogSnapshot(client)).toEqual(before);
  });
});

test('a search that is no longer declared goes, with its index', async () => {
  const searched = pgTable('t', columns, (t) => [
    ...isolate(t),
    ...searchable(t, { title: { fullText: 'english' } }),
  ]);
  const plain = pgTable('t', columns, (t) => [...isolate(t)]);
  const { url } = await testDatabase();
  await withClient(url, async (client) => {
    const run = (table: object) => {
      const { foundation, sections } = written(table);
      return { foundation, sections, after: sections.flatMap(({ statements }) => statements) };
    };
    const first = run(searched);
    await runAll(client, [
      ...first.foundation.statements,
      ...(await tablesSql({ searched })),
      ...first.after,
    ]);
    const count = async () => {
      const { rows } = await client.query(
        `select (select count(*)::int from pg_proc where proname like 'search\\_t%') as functions,
          (select count(*)::int from pg_indexes where indexname like 't\\_title\\_search%') as indexes`,
      );
      return rows[0];
    };
    expect(await count()).toEqual({ functions: 1, indexes: 1 });
    const { foundation, sections } = run(plain);
    const texts = [renderMigration([first.foundation]), renderMigration(first.sections)];
    const migrated = readMigrations(texts.map((text) => ({ name: 'x', text })));
    const { gone } = missing([foundation, ...sections], migrated);
    await runAll(client, [...removeFirst(gone), ...removeLast(gone)]);
    expect(await count()).toEqual({ functions: 0, indexes: 0 });
  });
});

test('the migration refuses a partitioned table that does not say so', async () => {
  const table = pgTable('t', columns, (t) => [
    ...isolate(t),
    ...searchable(t, { title: { fullText: 'english' } }),
  ]);
  const { url } = await testDatabase();
  const { foundation, sections } = written(table);
  await withClient(url, async (client) => {
    const after = sections.flatMap(({ statements }) => statements);
    await runAll(client, [
      ...foundation.statements,
      'create table t (organization_id uuid not null, id uuid not null, title text, tags text[], size int, primary key (organization_id, id)) partition by hash (organization_id)',
    ]);
    await expect(runAll(client, after)).rejects.toThrow('t is partitioned or has children');
  });
});
