import { describe, expect, test } from 'vitest';
import { createTenantPool, defineTenancy } from '../../src/index.ts';
import { coreDatabase } from '../support/database.ts';
import { failure } from '../support/wait.ts';
import { acme, as, tenancy } from './schema.ts';
import { entries, onCitus } from './world.ts';

test('a tenancy of dialect citus refuses a database without the extension', async () => {
  const database = await coreDatabase();
  const pool = createTenantPool(tenancy, { connectionString: database.web });
  const error = await failure(tenancy.run(acme, () => pool.query('select 1')));
  expect(error).toMatchObject({
    code: 'DATABASE_NOT_PREPARED',
    found: 'a database without the extension citus, for a tenancy of dialect citus',
  });
  await pool.end();
});

onCitus('the start check', (world) => {
  describe.each(entries)('through a %s', (entry) => {
    test('lets a prepared database pass', async () => {
      const { rows } = await tenancy.run(acme, () => world.pool(entry).query('select 1 as one'));
      expect(rows).toEqual([{ one: 1 }]);
    });

    test('refuses distributed tables for a tenancy of dialect postgres', async () => {
      const other = defineTenancy({ tenant: 'organization', id: 'uuid' });
      const pool = createTenantPool(other, { connectionString: as('web', world.url(entry)) });
      const error = await failure(other.run(acme, () => pool.query('select 1')));
      expect(error).toMatchObject({
        code: 'DATABASE_NOT_PREPARED',
        found: expect.stringContaining('public.projects, public.tasks on the workers of Citus'),
        fix: expect.stringContaining("dialect: 'citus'"),
      });
      await pool.end();
    });

    test('refuses a table without row-level security', async () => {
      await world.ask('alter table tasks disable row level security');
      try {
        const error = await failure(tenancy.run(acme, () => world.pool(entry).query('select 1')));
        expect(error).toMatchObject({ code: 'TABLE_NOT_ISOLATED', found: 'public.tasks' });
      } finally {
        await world.ask('alter table tasks enable row level security');
      }
    });
  });
});
