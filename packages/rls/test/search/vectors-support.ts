import { defineTenancy } from '@tenantry/core';
import { applySchema, withClient } from '@tenantry/testing/schema';
import { testDatabase } from '@tenantry/testing/vitest';
import { index, pgTable, vector } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import { defineIsolation } from '../../src/index.ts';
import { connect } from '../support/fixture.ts';

export const dimensions = process.env.TENANTRY_LONG === '1' ? 32 : 16;
export const tenancy = defineTenancy({ tenant: 'organization', id: 'uuid' });
const { isolate } = defineIsolation(tenancy);

/** As the guide has it: an index over the rows of all tenants. */
const chunks = pgTable(
  'chunks',
  {
    ...tenancy.columns.scoped(),
    id: tenancy.columns.id(),
    embedding: vector({ dimensions }).notNull(),
  },
  (t) => [
    ...isolate(t),
    index('chunks_embedding_idx').using('hnsw', t.embedding.op('vector_l2_ops')),
  ],
);

/** The version of pgvector on the server of the tests; undefined where it is not installed. */
export async function pgvector(): Promise<string | undefined> {
  const { url } = await testDatabase();
  const client = await connect(url);
  const { rows } = await client.query(
    `select default_version from pg_available_extensions where name = 'vector'`,
  );
  return rows[0]?.default_version;
}

/** Whether a version has `hnsw.iterative_scan`. */
export const iterates = (version = '0') => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 0 || minor >= 8;
};

/** The id of a tenant, readable in a failed expectation. */
export const tenantId = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

export interface VectorDatabase {
  readonly url: string;
  readonly root: pg.Client;
  /** Puts random vectors into a table for a tenant. */
  fill(table: string, tenant: string, rows: number): Promise<void>;
  /** Makes a partitioned table like `chunks`: the same policies, and an index over each partition. */
  partitioned(table: string, by: string, indexed?: boolean): Promise<void>;
  /** Runs `fn` as the application in the scope of a tenant, and takes back what it has set. */
  within<R>(tenant: string, fn: () => Promise<R>): Promise<R>;
}

export async function vectorDatabase(): Promise<VectorDatabase> {
  const { url } = await testDatabase({
    key: `rls-vectors-${dimensions}`,
    migrate: async (to) => {
      await withClient(to, (client) => client.query('create extension vector'));
      await applySchema(to, { tenancy, schema: { chunks } });
    },
  });
  const root = await connect(url);
  await root.query('select setseed(0.5)');
  return {
    url,
    root,
    async fill(table, tenant, rows) {
      await root.query(
        `insert into ${table} (organization_id, embedding)
         select $1, (select array_agg(random()) from generate_series(1, ${dimensions} + 0 * n))::vector
         from generate_series(1, $2) n`,
        [tenant, rows],
      );
      await root.query(`analyze ${table}`);
    },
    async partitioned(table, by, indexed = true) {
      await root.query(`
        create table ${table} (like chunks including defaults) partition by ${by};
        ${indexed ? `create index on ${table} using hnsw (embedding vector_l2_ops);` : ''}
        create index on ${table} (organization_id);
        alter table ${table} enable row level security;
        alter table ${table} force row level security;
        grant select on ${table} to app`);
      const { rows } = await root.query<{ ddl: string }>(
        `select format('create policy %I on ${table} as %s for %s to %s using (%s)', policyname, permissive, cmd,
           array_to_string(roles, ','), qual) as ddl
         from pg_policies where tablename = 'chunks' and cmd in ('SELECT', 'ALL')`,
      );
      for (const { ddl } of rows) await root.query(ddl);
    },
    async within(tenant, fn) {
      await root.query('begin; set local role app');
      try {
        await root.query('select set_config($1, $2, true)', [tenancy.setting, tenant]);
        return await fn();
      } finally {
        await root.query('rollback');
      }
    },
  };
}

/** A vector to search for: another one for each seed, the same in each run. */
export const randomVector = (seed: number) =>
  `[${Array.from({ length: dimensions }, (_, i) => (Math.sin(seed * 97 + i * 13) + 1) / 2).join()}]`;

export const nearest = (table: string, first = 10, target = randomVector(1)) =>
  `select id from ${table} order by embedding <-> '${target}' limit ${first}`;
