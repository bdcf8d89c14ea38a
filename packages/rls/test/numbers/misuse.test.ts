import { defineTenancy } from '@tenantry/core';
import { date, integer, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { generate } from '../../src/generate/index.ts';
import { defineIsolation, type NumberedOptions, numberColumns } from '../../src/index.ts';

const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
const { isolate, numbered, shared } = defineIsolation(tenancy);

type Columns = Parameters<typeof numbered>[0];

/** What `generate` says of a table that is numbered like this. */
function found(
  options: (t: Columns) => NumberedOptions,
  isolation: 'isolate' | 'shared' = 'isolate',
) {
  const table = pgTable(
    'invoices',
    {
      ...tenancy.columns.scoped(),
      id: tenancy.columns.id(),
      ...numberColumns(),
      count: integer().notNull().default(0),
      project: uuid(),
      day: date().notNull().defaultNow(),
      at: timestamp({ withTimezone: true }),
      name: text().notNull().default(''),
    },
    (t) => [...(isolation === 'isolate' ? isolate(t) : shared(t)), ...numbered(t, options(t))],
  );
  try {
    generate({ tenancy, schema: { table } });
    return 'nothing';
  } catch (error) {
    const { code, found: text } = error as { code: string; found: string };
    expect(code).toBe('CONFIG_INVALID');
    return text;
  }
}

const year = { pattern: '{year}-{0}', timeZone: 'UTC' };

test.each([
  '',
  '{year}',
  '{0}{0}',
  '{month}-{0}',
  '{year}{year}{0}',
  '{week}-{0}',
  '{0',
  '{0000000000}',
  '{Year}-{0}',
])('no pattern: %j', (pattern) => {
  expect(found(() => ({ pattern, timeZone: 'UTC' }))).toContain('with the pattern');
});

test.each<[string, (t: Columns) => NumberedOptions]>([
  ['is not known', () => ({ ...year, timeZone: 'Europe/Nowhere' })],
  ['in which time zone', () => ({ pattern: '{year}-{0}' })],
  ['may be null', (t) => ({ ...year, by: t.project as never })],
  ['may be null', (t) => ({ ...year, at: t.at as never })],
  ['says no year', (t) => ({ ...year, at: t.name as never })],
  ['number is of type text', () => ({})],
  ['count is of type integer', (t) => ({ ...year, column: t.count as never })],
  ['name is of type text', (t) => ({ ...year, sequence: t.name as never })],
])('%s', (text, options) => {
  expect(found(options)).toContain(text);
});

test('what is right is taken', () => {
  expect(found(() => year)).toBe('nothing');
  expect(found((t) => ({ pattern: '{year}/{0}', at: t.day as never }))).toBe('nothing');
  expect(found((t) => ({ column: t.count as never, by: [t.day as never, t.name as never] }))).toBe(
    'nothing',
  );
  expect(found(() => year, 'shared')).toContain('have not each a tenant');
});
