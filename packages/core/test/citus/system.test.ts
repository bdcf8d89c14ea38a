import { beforeAll, describe, expect, test } from 'vitest';
import { createTenantPool, type TenantPool } from '../../src/index.ts';
import { failure } from '../support/wait.ts';
import { acme, tenancy } from './schema.ts';
import { entries, onCitus } from './world.ts';

onCitus('system work', (world) => {
  describe.each(entries)('through a %s', (entry) => {
    let pool: TenantPool;
    beforeAll(() => {
      pool = world.pool(entry, { max: 1 });
    });
    const entryOf = (write: boolean) => ({ reason: 'a test', actor: 'tests', write });
    const reading = <T>(fn: () => Promise<T>) => tenancy.asSystem(entryOf(false), fn);
    const writing = <T>(fn: () => Promise<T>) => tenancy.asSystem(entryOf(true), fn);

    test('reads the rows of all tenants', async () => {
      const joined = `select count(distinct p.organization_id)::int as tenants, count(*)::int as tasks
        from projects p join tasks t on t.organization_id = p.organization_id and t.project_id = p.id`;
      await reading(async () => {
        expect((await pool.query(joined)).rows).toEqual([{ tenants: 5, tasks: 10 }]);
        expect((await pool.query('select * from projects')).rowCount).toBe(10);
      });
    });

    test.each([
      ['update', 'update projects set stars = 0', []],
      ['insert', `insert into projects (organization_id, name) values ($1, 'x')`, [acme]],
      ['delete', 'delete from tasks', []],
      ['a reference table', `insert into plans values ('x', 1)`, []],
    ])('writes only when it says so: %s', async (_, text, values) => {
      expect(await failure(reading(() => pool.query(text, values)))).toMatchObject({
        code: '25006',
      });
      const undone = writing(() =>
        pool.transaction(async (client) => {
          expect((await client.query(text, values)).rowCount).toBeGreaterThan(0);
          throw new Error('undone');
        }),
      );
      await expect(undone).rejects.toThrow('undone');
    });

    test('that reads is read-only on the workers', async () => {
      const text = `select distinct current_setting('transaction_read_only') as read_only from projects where stars >= 0`;
      const { rows } = await reading(() => pool.query(text));
      expect(rows).toEqual([{ read_only: 'on' }]);
      expect((await writing(() => pool.query(text))).rows).toEqual([{ read_only: 'off' }]);
      await reading(() =>
        pool.transaction(async (client) => {
          expect((await client.query(text)).rows).toEqual([{ read_only: 'on' }]);
        }),
      );
    });

    test('leaves the connection to a tenant as it was', async () => {
      const one = createTenantPool(tenancy, {
        connectionString: world.url(entry),
        max: 1,
        accept: ['login-bypasses-rls'],
        logger: { warn() {} },
      });
      for (const _ of [1, 2, 3]) {
        expect((await reading(() => one.query('select from projects'))).rowCount).toBe(10);
        await tenancy.run(acme, async () => {
          expect((await one.query('select from projects')).rowCount).toBe(2);
          await one.query('update projects set stars = stars');
        });
      }
      expect(one.totalCount).toBe(1);
      await one.end();
    });
  });
});
