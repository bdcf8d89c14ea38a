import { expect, test, vi } from 'vitest';
import * as first from '../../src/index.ts';
import { acme, coreDatabase, globex } from '../support/database.ts';
import { failure } from '../support/wait.ts';

// An application often has this package twice: as ESM and as CommonJS, or in two versions. With a
// context store in each, a scope opened through one would not exist for a pool of the other.

const database = await coreDatabase();
vi.resetModules();
const second = await import('../../src/index.ts');

test('these are two copies', () => {
  expect(second.TenantryError).not.toBe(first.TenantryError);
});

test.each([
  ['the first', 'the second', first, second],
  ['the second', 'the first', second, first],
] as const)('a scope of %s copy holds in a pool of %s', async (_, __, one, other) => {
  const word = { tenant: 'organization', id: 'uuid' } as const;
  const tenancy = one.defineTenancy(word);
  const pool = other.createTenantPool(other.defineTenancy(word), {
    connectionString: database.web,
    max: 1,
  });
  const ids = async () =>
    (await pool.query('select distinct organization_id as id from projects')).rows;
  try {
    for (const id of [acme, globex]) expect(await tenancy.run(id, ids)).toEqual([{ id }]);

    const unfinished = tenancy.run(acme, async () => {
      const client = await pool.connect();
      await client.query('begin');
      await client.query('select 1');
    });
    expect(await failure(unfinished)).toMatchObject({ code: 'SCOPE_WORK_UNFINISHED' });
    expect(pool.totalCount).toBe(0);

    const error = await failure(ids());
    expect(first.TenantryError.is(error, 'TENANT_CONTEXT_MISSING')).toBe(true);
    expect(second.TenantryError.is(error, 'TENANT_CONTEXT_MISSING')).toBe(true);
  } finally {
    await pool.end();
  }
});
