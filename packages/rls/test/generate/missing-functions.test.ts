import { defineIsolation } from '@tenantry/rls';
import { generate } from '@tenantry/rls/generate';
import { sql } from 'drizzle-orm';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { tenancy } from '../fixtures/schema.ts';

const { isolate } = defineIsolation(tenancy);
const table = (called: string, read?: ReturnType<typeof sql>) =>
  pgTable(called, { ...tenancy.columns.scoped(), id: tenancy.columns.id(), name: text() }, (t) => [
    ...isolate(t, read === undefined ? {} : { read }),
  ]);

test('policies that call a function of a feature that is not listed are refused', () => {
  const schema = {
    plain: table('plain'),
    guarded: table('guarded', sql`(select tenantry.can('notes:read'))`),
    other: table('other', sql`(select tenantry."can"('notes:read'))`),
  };
  const refused = () => generate({ tenancy, schema });
  expect(refused).toThrow(/tenantry\.can\(\) in policies of .*"guarded", .*"other"/);
  expect(refused).toThrow(/List the feature in `features`/);
});

test('functions of the kit, of listed features and of the application are fine', () => {
  const schema = {
    plain: table('plain'),
    tenant: table('tenant', sql`(select tenantry.current_tenant()) is not null`),
    own: table('own', sql`(select app_private.may_read())`),
  };
  expect(generate({ tenancy, schema }).warnings).toBeDefined();
});
