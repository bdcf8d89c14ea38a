import { citusUrl, createCitusDatabase } from '@tenantry/testing';
import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createTenantPool, defineTenancy } from '../../src/index.ts';
import { foundationSql, tenantOfTransaction } from '../../src/sql/index.ts';
import { failure } from '../support/wait.ts';
import { as, loginsSql } from './schema.ts';

const kinds = [
  ['text', 'acme', 'globex', { code: '28000', message: 'no tenant in this transaction' }],
  ['bigint', '7', '8', { code: '22P02' }],
  ['integer', '7', '8', { code: '22P02' }],
] as const;

describe.skipIf(citusUrl() === undefined)('on Citus, tenants by their id', () => {
  test.each(kinds)(
    'of %s have their rows, each from one shard',
    async (id, acme, globex, empty) => {
      const tenancy = defineTenancy({ tenant: 'workspace', id, dialect: 'citus' });
      const own = `workspace_id = ${tenantOfTransaction(tenancy).sql} and workspace_id = tenantry.routed_tenant()`;
      const { url, drop } = await createCitusDatabase({
        async migrate(url) {
          const client = new pg.Client(url);
          await client.connect();
          for (const text of [
            foundationSql(tenancy).sql,
            loginsSql,
            `create table notes (workspace_id ${id} not null default (${tenantOfTransaction(tenancy).sql}), n int, primary key (workspace_id, n))`,
            `select create_distributed_table('notes', 'workspace_id')`,
            'alter table notes enable row level security',
            `create policy notes_tenant_isolation on notes to app using (${own}) with check (${own})`,
            'grant select, insert on notes to app',
          ]) {
            await client.query(text);
          }
          await client.end();
        },
      });
      onTestFinished(drop);
      const pool = createTenantPool(tenancy, { connectionString: as('web', url), max: 1 });
      for (const [tenant, n] of [
        [acme, 1],
        [globex, 2],
        [acme, 3],
      ] as const) {
        await tenancy.run(tenant as never, async () => {
          await pool.query('insert into notes (n) values ($1)', [n]);
          const { rows } = await pool.query('select n from notes order by n');
          expect(rows).toEqual(
            tenant === acme ? (n === 1 ? [{ n: 1 }] : [{ n: 1 }, { n: 3 }]) : [{ n: 2 }],
          );
          const plan = await pool.query('explain select * from notes');
          expect(JSON.stringify(plan.rows)).toContain('Task Count: 1');
        });
      }
      await pool.end();
      const client = new pg.Client(as('web', url));
      await client.connect();
      await client.query('begin');
      await client.query('set local role app');
      expect(await failure(client.query('select * from notes'))).toMatchObject(empty);
      await client.end();
    },
  );
});
