import { beforeAll, describe, expect, test } from 'vitest';
import type { TenantPool } from '../../src/index.ts';
import { failure } from '../support/wait.ts';
import { acme, globex, tenancy, tenants } from './schema.ts';
import { entries, onCitus } from './world.ts';

onCitus('the rows of others', (world) => {
  describe.each(entries)('through a %s', (entry) => {
    let pool: TenantPool;
    beforeAll(() => {
      pool = world.pool(entry, { max: 1 });
    });

    test('a row for another one is refused, by the name of the table', async () => {
      const text = 'insert into projects (organization_id, name) values ($1, $2)';
      const error = await failure(tenancy.run(acme, () => pool.query(text, [globex, 'x'])));
      expect(error).toMatchObject({
        code: '42501',
        message: 'new row violates row-level security policy for table "projects"',
      });
    });

    test.each([
      ['select', `select $1::uuid, 'stolen'`],
      ['select from a table', `select $1::uuid, name || ' stolen' from projects`],
      ['select unnest', `select unnest(array[$1::uuid]), 'stolen'`],
      ['select with RETURNING', `select $1::uuid, 'stolen' returning name`],
      ['select with ON CONFLICT', `select $1::uuid, 'stolen' on conflict do nothing`],
    ])('no row for another one is written by INSERT … %s, on any node', async (_, select) => {
      const codes = new Set<unknown>();
      for (const tenant of tenants.filter((each) => each !== acme)) {
        const text = `insert into projects (organization_id, name) ${select}`;
        const error = await failure(tenancy.run(acme, () => pool.query(text, [tenant])));
        codes.add(error.code);
      }
      expect([['0A000'], ['42501']]).toContainEqual([...codes]);
      expect(await world.ask(`select * from projects where name like '%stolen'`)).toEqual([]);
    });
  });
});
