import { bulkInsert } from '@tenantry/rls';
import { sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { application } from './schemas.ts';

const textOf = (dialect: 'postgres' | 'citus', more = sql``) => {
  const insert = bulkInsert(application(dialect).schema.projects, [{ name: 'a' }]);
  return new PgDialect().sqlToQuery(more.queryChunks.length > 1 ? sql`${insert}${more}` : insert)
    .sql;
};

test('a bulk insert returns something on Citus, where it is the whole statement', () => {
  expect(textOf('postgres')).toMatch(/ r \("c0"\)$/);
  expect(textOf('citus')).toBe(`${textOf('postgres')} returning 1`);
  const more = sql` returning ${sql.identifier('id')}`;
  expect(textOf('citus', more)).toBe(`${textOf('postgres')} returning "id"`);
});
