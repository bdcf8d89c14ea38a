import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TenantPool } from '../../src/index.ts';
import { failure } from '../support/wait.ts';
import { acme, as, globex, tenancy, tenants } from './schema.ts';
import { entries, onCitus } from './world.ts';

onCitus('the tenants', (world) => {
  describe.each(entries)('through a %s', (entry) => {
    let pool: TenantPool;
    beforeAll(() => {
      pool = world.pool(entry, { max: 1 });
    });

    /** Runs as the app role, in a transaction without a pool. */
    async function bare<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
      const client = new pg.Client(as('web', world.url(entry)));
      await client.connect();
      try {
        await client.query('begin');
        await client.query('set local role app');
        return await work(client);
      } finally {
        await client.end();
      }
    }

    test('of 400 statements on one connection each sees its own', async () => {
      const wrong: unknown[] = [];
      for (let i = 0; i < 400; i++) {
        const tenant = tenants[i % 5] as string;
        const { rows } = await tenancy.run(tenant, () =>
          pool.query('select organization_id, stars from projects where name = $1', ['Rocket']),
        );
        if (rows.length !== 1 || rows[0].organization_id !== tenant) wrong.push([tenant, rows]);
      }
      expect(wrong).toEqual([]);
      expect(pool.totalCount).toBe(1);
    });

    test('at once on few connections each sees its own, in statements, batches and transactions', async () => {
      const three = world.pool(entry, { max: 3 });
      const own = 'select organization_id from projects';
      const ways = [
        () => three.query(own).then(({ rows }) => rows),
        () => three.batch(() => [three.query(own)]).then(([answer]) => answer?.rows ?? []),
        () => three.transaction(async (client) => (await client.query(own)).rows),
      ];
      const asked = Array.from({ length: 150 }, async (_, i) => {
        const tenant = tenants[i % 5] as string;
        const rows = await tenancy.run(tenant, ways[i % 3] as (typeof ways)[0]);
        return rows.map((row) => row.organization_id === tenant).join();
      });
      expect(new Set(await Promise.all(asked))).toEqual(new Set(['true,true']));
      expect(three.totalCount).toBe(3);
    });

    test('a tenant that nobody knows has no rows', async () => {
      await tenancy.run(randomUUID(), async () => {
        expect((await pool.query('select * from projects')).rows).toEqual([]);
        const error = await failure(pool.query(`insert into projects (name) values ('x')`));
        expect(error).toMatchObject({ code: '23503', constraint: 'projects_organization_fk' });
      });
    });

    test.each([
      ['select', 'select * from projects', []],
      ['select by tenant', 'select * from projects where organization_id = $1', [acme]],
      ['insert', 'insert into projects (organization_id, name) values ($1, $2)', [acme, 'x']],
      ['update', 'update projects set stars = 1', []],
      ['delete', 'delete from projects where organization_id = $1', [acme]],
    ])('without one, %s is refused', async (_, text, values) => {
      const refused = {
        code: '22P02',
        message: expect.stringContaining('no tenant in this transaction'),
      };
      expect(await failure(bare((client) => client.query(text, values)))).toMatchObject(refused);
      const empty = bare(async (client) => {
        await client.query(`select tenantry.set_context('', '')`);
        await client.query(text, values);
      });
      expect(await failure(empty)).toMatchObject(refused);
    });

    test('a second one in a transaction is refused', async () => {
      const enter = (tenant: string) => ({
        text: `select tenantry.set_context($1, '')`,
        values: [tenant],
      });
      const second = bare(async (client) => {
        await client.query(enter(acme));
        await client.query('select * from projects');
        await client.query(enter(globex));
      });
      expect(await failure(second)).toMatchObject({
        code: 'TN001',
        message: 'TENANT_SWITCH_REFUSED: a second tenant in one transaction',
      });
      await tenancy.run(acme, () =>
        pool
          .transaction(async (client) => {
            await client.query('select * from projects');
            expect(await failure(client.query(enter(globex)))).toMatchObject({
              code: 'TENANT_SWITCH_REFUSED',
            });
          })
          .catch(() => {}),
      );
      expect((await tenancy.run(globex, () => pool.query('select from projects'))).rowCount).toBe(
        2,
      );
    });

    test('a setting that SQL changes shows no row', async () => {
      await tenancy.run(acme, async () => {
        const text = `select set_config('app.organization_id', $1, true), (select count(*)::int from projects)`;
        const { rows } = await pool.query(text, [globex]);
        expect(rows).toEqual([{ set_config: globex, count: 0 }]);
        expect((await pool.query('select from projects')).rowCount).toBe(2);
      });
    });

    test('a statement on the workers knows tenant, actor and role', async () => {
      const { rows } = await tenancy.run({ organizationId: acme, user: 'ada' }, () =>
        pool.query(
          `select tenantry.current_tenant() as tenant, tenantry.current_actor() ->> 'user' as actor, current_user::text as role,
             current_setting('port')::int as port from projects where stars >= 0 limit 1`,
        ),
      );
      const ports = await world.askWorkers(`select current_setting('port')::int as port`);
      expect(rows).toEqual([{ tenant: acme, actor: 'ada', role: 'app', port: expect.any(Number) }]);
      expect(ports).toContainEqual({ port: rows[0].port });
    });
  });
});
