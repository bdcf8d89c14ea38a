import { randomUUID } from 'node:crypto';
import { createTenantPool, type TenantPool } from '@tenantry/core';
import type { Feature } from '@tenantry/rls/feature';
import { createCitusDatabase } from '@tenantry/testing';
import { applySchema } from '@tenantry/testing/schema';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { audit, schema, tenancy } from './schema.ts';

export const ada = '00000000-0000-4000-8000-000000000ada';

export interface CitusWorld {
  readonly url: string;
  readonly workers: readonly string[];
  readonly pool: TenantPool;
  readonly db: ReturnType<typeof drizzle<typeof schema>>;
  /** Asks as the owner, past all policies. */
  ask<R extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<R[]>;
  /** A new tenant. */
  tenant(): Promise<string>;
  as<R>(organizationId: string, fn: () => R | Promise<R>): Promise<R>;
  system<R>(fn: () => R | Promise<R>): Promise<R>;
  /** Seals until nothing waits: transactions of other databases of the cluster hold it back. */
  settle(): Promise<void>;
  /** Moves the shards of a tenant to another worker. */
  move(organizationId: string, mode?: 'block_writes' | 'auto'): Promise<void>;
  close(): Promise<void>;
}

export async function citusWorld(feature: Feature = audit): Promise<CitusWorld> {
  const database = await createCitusDatabase({
    migrate: async (url) => {
      await applySchema(url, { tenancy, schema, features: [feature] });
    },
  });
  const admin = new pg.Pool({ connectionString: database.url, max: 4 });
  await admin.query(`do $$ begin
    if not exists (select from pg_roles where rolname = 'tenantry_test_citus') then
      create role tenantry_test_citus login noinherit;
    end if;
    grant app, system to tenantry_test_citus;
  end $$`);
  const login = Object.assign(new URL(database.url), { username: 'tenantry_test_citus' });
  const pool = createTenantPool(tenancy, { connectionString: login.href });
  const ask = async <R extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<R[]> =>
    (await admin.query<R>(sql, values)).rows;
  return {
    ...database,
    pool,
    db: drizzle(pool as never, { schema }),
    ask,
    async tenant() {
      const id = randomUUID();
      await ask('insert into organizations values ($1, $2)', [id, 'a tenant']);
      return id;
    },
    as: (organizationId, fn) => tenancy.run({ organizationId, user: ada, requestId: 'req-1' }, fn),
    system: (fn) => tenancy.asSystem({ reason: 'a test', actor: 'tests', write: true }, fn),
    settle: () =>
      tenancy.asSystem({ reason: 'a test', actor: 'tests', write: true }, async () => {
        while ((await audit.seal(pool)).lag !== undefined)
          await new Promise((resolve) => setTimeout(resolve, 20));
      }),
    async move(organizationId, mode = 'auto') {
      await ask(
        `select citus_move_shard_placement(s.shard, p.nodename, p.nodeport, t.nodename, t.nodeport, '${mode}')
         from (select get_shard_id_for_distribution_column('organizations', $1::uuid) as shard) s
         join pg_dist_shard_placement p on p.shardid = s.shard
         cross join lateral (select n.nodename, n.nodeport from pg_dist_node n
           where n.groupid <> 0 and n.nodeport <> p.nodeport order by n.nodeid limit 1) t`,
        [organizationId],
      );
    },
    async close() {
      await Promise.all([pool.end(), admin.end()]);
      await database.drop();
    },
  };
}
