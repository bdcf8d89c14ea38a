import { definePlacements } from '@tenantry/placements';
import { generate } from '@tenantry/rls/generate';
import { pgSchema, uuid } from 'drizzle-orm/pg-core';
import { expect, it } from 'vitest';
import { items, schema, tenancy } from './world.ts';

const connect = () => undefined;
const other = pgSchema('other').table('others', { id: uuid('id').primaryKey() });

it.each([
  [{ schemaTables: 'items' }, 'schemaTables is not a list'],
  [{ schemaTables: ['items'] }, 'schemaTables is not a list'],
  [{ searchPath: 'public' }, 'searchPath is not a list'],
  [{ searchPath: ['public', ''] }, 'searchPath is not a list'],
])('refuses %o', (options, found) => {
  expect(() => definePlacements(tenancy, { connect, ...(options as object) })).toThrow(found);
});

it.each([
  [other, 'name this table with its schema'],
  [schema.users, 'not a table of one tenant'],
  [schema.organizations, 'not a table of one tenant'],
  [{}, 'which the schema files do not export'],
])('generate refuses table %# that no schema of a tenant can have', (table, found) => {
  const feature = definePlacements(tenancy, { connect, schemaTables: [items, table] });
  const making = () =>
    generate({
      tenancy,
      schema: { ...schema, other },
      features: [feature],
      exempt: { 'other.*': 'a test' },
    });
  expect(making).toThrow(found);
});
