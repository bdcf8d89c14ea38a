import { defineTenancy } from '@tenantry/core';
import { pgTable, uuid } from 'drizzle-orm/pg-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { functionNameFor, hashedName, objectName, uniqueName } from '../src/fragments/names.ts';
import { generate } from '../src/generate/index.ts';
import { defineIsolation } from '../src/index.ts';

const long = 'a_prefix_that_is_exactly_forty_signs_long';
// names that lose something on the way: signs, letters, casing, the end
const word = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'a_b',
    'b_c',
    'aB',
    'A_b',
    'a__b',
    'a_b_',
    'a"b',
    'a b',
    'a-b',
    'public',
    'row',
  ),
  fc.constantFrom('größe', 'grösse', '名前', '名称', '🦊', '🐻'),
  fc.constantFrom('_1', '_2', '_12345678', '_é', '_è').map((end) => `${long}${end}`),
  fc.constantFrom('x', 'y', 'ä').map((end) => `${'n'.repeat(62)}${end}`),
  fc.string({
    unit: fc.constantFrom('a', 'b', '_', 'A', '"', 'é', '0'),
    minLength: 1,
    maxLength: 8,
  }),
);
const schema = fc.constantFrom('public', 'public_a', 'crm', 'CRM', 'c rm', 'größe');
const table = fc.record({ schema, name: word, column: word });

/** Two different things never share a name, and no name is truncated. */
function apart<T>(what: fc.Arbitrary<T>, nameOf: (of: T) => string) {
  fc.assert(
    fc.property(
      fc.uniqueArray(what, { minLength: 2, selector: (each) => JSON.stringify(each) }),
      (all) => {
        const names = all.map(nameOf);
        for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
        expect(new Set(names).size).toBe(names.length);
      },
    ),
    { numRuns: 500 },
  );
}

describe('two names never meet', () => {
  test('of functions that are made for a table', () => {
    apart(fc.record({ schema, name: word }), (each) => functionNameFor('audit_capture', each));
  });

  test('of functions that are made for a column', () => {
    apart(table, (each) => functionNameFor('number', each, each.column));
  });

  test('of triggers that are made for a column', () => {
    apart(word, (column) => uniqueName('zz_tenantry_number', column));
  });

  test('of indexes that are made for a definition', () => {
    apart(table, ({ schema: own, name, column }) =>
      hashedName(`${name}_${column}_search`, own, name, column),
    );
  });

  test('of keys and policies, but for their casing and where their words end', () => {
    const distinct = fc
      .tuple(word, word)
      .filter((parts) => parts.every((part) => !/[A-Z]|__|_$|^_/.test(part)));
    const readable = (parts: readonly string[]) => parts.join('_');
    fc.assert(
      fc.property(distinct, distinct, (one, other) => {
        fc.pre(readable(one) !== readable(other));
        expect(objectName(...one, 'idx')).not.toBe(objectName(...other, 'idx'));
      }),
      { numRuns: 2000 },
    );
  });
});

test('references over columns whose names differ in their casing alone are refused', () => {
  const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
  const { isolate, reference } = defineIsolation(tenancy);
  const of = { ...tenancy.columns.scoped(), id: tenancy.columns.id() };
  const users = pgTable('users', of, (t) => [...isolate(t)]);
  const tasks = () =>
    pgTable('tasks', { ...of, owner: uuid('owner_id'), former: uuid('ownerId') }, (t) => [
      ...isolate(t, { key: [t.owner, t.former] }),
      ...reference(t, { column: t.owner, to: () => users }),
      ...reference(t, { column: t.former, to: () => users }),
    ]);
  expect(() => generate({ tenancy, schema: { users, tasks: tasks() } })).toThrow(
    /over \(organization_id, owner_id\) and \(organization_id, ownerId\) are both named tasks_owner_id_fk/,
  );
});

test('ordinary names are readable', () => {
  const projects = { schema: 'public', name: 'projects' };
  expect(functionNameFor('audit_capture', projects)).toBe('audit_capture_public_projects');
  expect(functionNameFor('limit_update', projects, 'seats')).toBe(
    'limit_update_public_projects__seats',
  );
  expect(functionNameFor('audit_capture', { schema: 'crm', name: 'Deals' })).toMatch(
    /^audit_capture_crm_deals_[0-9a-f]{8}$/,
  );
  expect(objectName('projects', 'organizationId', 'id', 'key')).toBe(
    'projects_organization_id_id_key',
  );
});
