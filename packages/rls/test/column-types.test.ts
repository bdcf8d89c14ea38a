import { columnTypes as c } from '@tenantry/rls/feature';
import { getTableConfig, pgTable } from 'drizzle-orm/pg-core';
import { expect, expectTypeOf, test } from 'vitest';

const jobs = pgTable('jobs', {
  id: c.key(c.text('id')),
  state: c.defaulted(c.text('state'), 'open'),
  isUrgent: c.required(c.bool('is_urgent')),
  bytes: c.big('bytes'),
  attempts: c.required(c.int('attempts')),
  payload: c.json('payload'),
  doneAt: c.time('done_at'),
  token: c.uuid('token'),
});

test('columns of a feature have the types of their values', () => {
  type Row = typeof jobs.$inferSelect;
  expectTypeOf<Row['id']>().toEqualTypeOf<string>();
  expectTypeOf<Row['state']>().toEqualTypeOf<string>();
  expectTypeOf<Row['isUrgent']>().toEqualTypeOf<boolean>();
  expectTypeOf<Row['bytes']>().toEqualTypeOf<number | null>();
  expectTypeOf<Row['attempts']>().toEqualTypeOf<number>();
  expectTypeOf<Row['doneAt']>().toEqualTypeOf<Date | null>();
  expectTypeOf<Row['token']>().toEqualTypeOf<string | null>();
  type Insert = typeof jobs.$inferInsert;
  expectTypeOf<Insert['state']>().toEqualTypeOf<string | undefined>();
  expectTypeOf<Insert['attempts']>().toEqualTypeOf<number>();
});

test('columns of a feature are what they say in the database', () => {
  const made = getTableConfig(jobs).columns.map((each) => [
    each.name,
    each.getSQLType(),
    each.notNull,
    each.hasDefault,
  ]);
  expect(made).toEqual([
    ['id', 'text', true, false],
    ['state', 'text', true, true],
    ['is_urgent', 'boolean', true, false],
    ['bytes', 'bigint', false, false],
    ['attempts', 'integer', true, false],
    ['payload', 'jsonb', false, false],
    ['done_at', 'timestamp with time zone', false, false],
    ['token', 'uuid', false, false],
  ]);
});
