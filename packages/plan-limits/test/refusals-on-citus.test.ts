import { TenantryError } from '@tenantry/core';
import type { Feature } from '@tenantry/rls/feature';
import { type GenerateInput, generate } from '@tenantry/rls/generate';
import { expect, test } from 'vitest';
import { files } from './citus/files.ts';

const { tenancy, limits, others, schema } = files();

function refusal(given: Pick<GenerateInput, 'schema' | 'features'>) {
  try {
    generate({ tenancy, ...given });
  } catch (error) {
    if (TenantryError.is(error)) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'none';
}

test('generate takes limits on tables of tenants, on Citus', () => {
  expect(refusal({ schema, features: [limits] })).toBe('none');
});

test('generate refuses limits without a table of tenants, on Citus', () => {
  expect(refusal({ schema: others, features: [limits] })).toMatch(
    /^CONFIG_INVALID.*no table of tenants in the schema/s,
  );
});

test('generate refuses tables that a tenant may have in a schema of its own, on Citus', () => {
  const placed: Feature = {
    name: 'placed',
    dialects: ['citus'],
    schemaTables: [others.files],
    sql: () => ({ sections: [] }),
  };
  expect(refusal({ schema, features: [limits, placed] })).toMatch(
    /^CONFIG_INVALID.*a tenant may have in a schema of its own/s,
  );
});
