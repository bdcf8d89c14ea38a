import { bulkInsert } from '@tenantry/rls';
import { testDatabase } from '@tenantry/testing/vitest';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { expect, expectTypeOf, test } from 'vitest';
import { projects } from './fixtures/schema.ts';
import { bulkTests } from './support/bulk-tests.ts';

const database = await testDatabase();
await bulkTests(database.url);

test('the rows have the type of Drizzle’s own insert', () => {
  expectTypeOf(bulkInsert<typeof projects>)
    .parameter(1)
    .toEqualTypeOf<readonly (typeof projects.$inferInsert)[]>();
  // @ts-expect-error name is missing
  bulkInsert(projects, [{ budget: 1 }]);
});

test('rows without any value are refused', () => {
  const table = pgTable('t', { name: text() });
  expect(() => bulkInsert(table, [{}])).toThrow('no row has a value');
});
