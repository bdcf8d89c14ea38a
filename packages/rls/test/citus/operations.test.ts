import { createTenantPool } from '@tenantry/core';
import { type CitusDatabase, citusUrl, createCitusDatabase } from '@tenantry/testing';
import { applySchema, createLogins, withClient } from '@tenantry/testing/schema';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { application } from '../distribution/schemas.ts';

const app = application('citus');
const { tenancy } = app;
const tenants = Array.from(
  { length: 12 },
  (_, i) => `00000000-0000-4000-8000-0000000000${String(i).padStart(2, '0')}`,
);

describe.skipIf(citusUrl() === undefined)('operations of a cluster under traffic', () => {
  let database: CitusDatabase;
  let pool: ReturnType<typeof createTenantPool>;
  let second: { nodename: string; nodeport: number };
  beforeAll(async () => {
    database = await createCitusDatabase({
      // two databases at once would change the same roles
      migrate: async (url) => {
        await withClient(url, async (client) => {
          // the second worker gets no shards before the test gives it some
          const { rows } = await client.query(
            'select nodename, nodeport from pg_dist_node where shouldhaveshards order by nodeid desc limit 1',
          );
          second = rows[0];
          await client.query(`select citus_set_node_property($1, $2, 'shouldhaveshards', false)`, [
            second.nodename,
            second.nodeport,
          ]);
        });
        await applySchema(url, app);
      },
    });
    const logins = await createLogins(database.url, tenancy);
    pool = createTenantPool(tenancy, {
      connectionString: logins.app,
      system: { connectionString: logins.system },
      max: 8,
    });
    await on((client) =>
      client.query('insert into organizations (id, name) select unnest($1::uuid[]), $2', [
        tenants,
        'A tenant',
      ]),
    );
  });
  afterAll(async () => {
    await pool?.end();
    await database?.drop();
  });
  const on = <R>(fn: (client: pg.Client) => Promise<R>) => withClient(database.url, fn);

  /** Writes for all tenants until `work` is done. @returns what was acknowledged, by tenant */
  async function during(
    work: (client: pg.Client) => Promise<unknown>,
  ): Promise<Map<string, number>> {
    const written = new Map<string, number>();
    const refused: unknown[] = [];
    let over = false;
    const writers = tenants.slice(0, 6).map(async (tenant, at) => {
      for (let i = 0; !over || i === 0; i++) {
        const name = `${tenant} ${at} ${i} ${Math.random()}`;
        try {
          await tenancy.run(tenant, () =>
            pool.transaction(async (tx) => {
              const { rows } = await tx.query(
                'insert into projects (name) values ($1) returning id',
                [name],
              );
              await tx.query('insert into tasks (project_id, title) values ($1, $2)', [
                rows[0].id,
                name,
              ]);
            }),
          );
          written.set(tenant, (written.get(tenant) ?? 0) + 1);
        } catch (error) {
          refused.push(error);
        }
      }
    });
    try {
      await on(work);
    } finally {
      over = true;
      await Promise.all(writers);
    }
    // a statement that met the switch may be refused; it is never half done
    for (const error of refused)
      expect(error).toMatchObject({ code: expect.stringMatching(/^(40|55|57|0A|XX)/) });
    return written;
  }

  async function expectKept(before: Map<string, number>, written: Map<string, number>) {
    for (const tenant of tenants.slice(0, 6)) {
      const { rows } = await tenancy.run(tenant, () =>
        pool.query(`select (select count(*)::int from projects) as projects,
          (select count(*)::int from tasks) as tasks, (select count(distinct organization_id)::int from projects) as tenants`),
      );
      const n = (before.get(tenant) ?? 0) + (written.get(tenant) ?? 0);
      expect([tenant, rows[0]]).toEqual([
        tenant,
        { projects: n, tasks: n, tenants: n === 0 ? 0 : 1 },
      ]);
      before.set(tenant, n);
    }
  }
  const kept = new Map<string, number>();

  test('a node is added, and takes shards', async () => {
    const written = await during(async (client) => {
      await client.query(`select citus_set_node_property($1, $2, 'shouldhaveshards', true)`, [
        second.nodename,
        second.nodeport,
      ]);
      await client.query('select rebalance_table_shards()');
    });
    await expectKept(kept, written);
    const { rows } = await on((client) =>
      client.query(
        `select count(distinct nodeport)::int as nodes from citus_shards where table_name = 'projects'::regclass`,
      ),
    );
    expect(rows).toEqual([{ nodes: 2 }]);
  });

  test('a shard is moved', async () => {
    const written = await during(async (client) => {
      const { rows } = await client.query(`
        select shardid, nodename, nodeport from citus_shards
        where table_name = 'projects'::regclass and shardid = get_shard_id_for_distribution_column('projects', '${tenants[0]}')`);
      const [{ shardid, nodename, nodeport }] = rows;
      const { rows: others } = await client.query(
        'select nodename, nodeport from pg_dist_node where shouldhaveshards and (nodename, nodeport) <> ($1, $2)',
        [nodename, nodeport],
      );
      await client.query(`select citus_move_shard_placement($1, $2, $3, $4, $5)`, [
        shardid,
        nodename,
        nodeport,
        others[0].nodename,
        others[0].nodeport,
      ]);
    });
    expect(written.get(tenants[0] as string)).toBeGreaterThan(0);
    await expectKept(kept, written);
  });

  test('a tenant gets a shard of its own', async () => {
    const written = await during((client) =>
      client.query(
        `select isolate_tenant_to_new_shard('organizations', '${tenants[1]}', 'CASCADE', 'auto')`,
      ),
    );
    await expectKept(kept, written);
  });
});
