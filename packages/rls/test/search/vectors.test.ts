import { createTenantPool } from '@tenantry/core';
import { createLogins } from '@tenantry/testing/schema';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  iterates,
  nearest,
  pgvector,
  tenancy,
  tenantId,
  type VectorDatabase,
  vectorDatabase,
} from './vectors-support.ts';

// `docs/guides/vectors.md` says it. Where pgvector is not installed nothing of it can be tried.
const version = await pgvector();
const without = `pgvector is ${version ?? 'not installed'}`;

const [large, small] = [tenantId(1), tenantId(2)];

describe.skipIf(version === undefined)(`vectors under policies (${without})`, () => {
  let db: VectorDatabase;
  const ids = async (sql: string): Promise<string[]> =>
    (await db.root.query<{ id: string }>(sql)).rows.map(({ id }) => id);
  const planOf = async (sql: string): Promise<string> =>
    (await db.root.query<Record<string, string>>(`explain (analyze, costs off) ${sql}`)).rows
      .map((row) => row['QUERY PLAN'])
      .join('\n');
  /** What is nearest, without an index. */
  const exactly = async (sql: string) => {
    await db.root.query('set local enable_indexscan = off');
    const found = await ids(sql);
    await db.root.query('set local enable_indexscan = on');
    return found;
  };
  // with so few rows, sorting them would be cheaper than the index
  const byIndex = () =>
    db.root.query('set local enable_sort = off; set local enable_seqscan = off');

  beforeAll(async () => {
    db = await vectorDatabase();
    await db.fill('chunks', large, 5000);
    await db.fill('chunks', small, 20);
  });

  test('the index is used: a distance in ORDER BY is no condition that has to wait for the policy', async () => {
    await db.within(large, async () => {
      await byIndex();
      const plan = await planOf(nearest('chunks'));
      expect(plan).toMatch(/Index Scan using chunks_embedding_idx/);
      expect(plan).toMatch(/Filter: .*organization_id = /);
    });
  });

  test('a small tenant beside a large one gets fewer rows than there are: the policy comes afterwards', async () => {
    await db.within(small, async () => {
      expect(await exactly(nearest('chunks'))).toHaveLength(10);
      await byIndex();
      expect((await ids(nearest('chunks'))).length).toBeLessThan(10);
    });
  });

  test.skipIf(!iterates(version))(
    `an iterative scan goes on until there are enough (0.8 or newer: ${without})`,
    async () => {
      await db.within(small, async () => {
        const expected = await exactly(nearest('chunks'));
        await byIndex();
        await db.root.query(`set local hnsw.iterative_scan = 'strict_order'`);
        const found = await ids(nearest('chunks'));
        expect(found).toHaveLength(10);
        expect(found.filter((id) => expected.includes(id)).length).toBeGreaterThanOrEqual(9);
      });
    },
  );

  test.skipIf(!iterates(version))(
    'set for the database, an iterative scan holds for every statement of the pool',
    async () => {
      await db.root.query(`do $$ begin
        execute format('alter database %I set hnsw.iterative_scan = strict_order', current_database());
      end $$`);
      const logins = await createLogins(db.url, tenancy);
      const pool = createTenantPool(tenancy, {
        connectionString: logins.app,
        system: { connectionString: logins.system },
        max: 1,
      });
      try {
        await tenancy.run(small, async () => {
          const { rows } = await pool.query(`${nearest('chunks')}`);
          expect(rows).toHaveLength(10);
          const setting = await pool.query(
            `select current_setting('hnsw.iterative_scan') as value`,
          );
          expect(setting.rows).toEqual([{ value: 'strict_order' }]);
        });
      } finally {
        await pool.end();
      }
    },
  );

  test('a partition has an index of its own, and the policy chooses it at run time', async () => {
    await db.partitioned('parts', 'list (organization_id)');
    await db.root.query(`create table parts_large partition of parts for values in ('${large}')`);
    await db.root.query('create table parts_others partition of parts default');
    await db.fill('parts', large, 5000);
    await db.fill('parts', small, 20);
    await db.within(small, async () => {
      const expected = await exactly(nearest('parts'));
      await byIndex();
      const plan = await planOf(nearest('parts'));
      expect(plan).toMatch(/Subplans Removed: 1|never executed/);
      expect(plan).not.toMatch(
        /Index Scan using parts_large_embedding_idx on parts_large .*actual/,
      );
      const found = await ids(nearest('parts'));
      expect(found).toHaveLength(10);
      expect(found.filter((id) => expected.includes(id)).length).toBeGreaterThanOrEqual(9);
    });
  });

  test('an index for one tenant is used when the statement names the tenant, and not by the policy alone', async () => {
    await db.root.query(
      `create index chunks_small_idx on chunks using hnsw (embedding vector_l2_ops) where organization_id = '${small}'`,
    );
    await db.within(small, async () => {
      await byIndex();
      expect(await planOf(nearest('chunks'))).not.toContain('chunks_small_idx');
      const named = nearest('chunks').replace(
        'order by',
        `where organization_id = '${small}' order by`,
      );
      expect(await planOf(named)).toContain('chunks_small_idx');
      expect(await ids(named)).toHaveLength(10);
    });
    // what names another tenant gets nothing of it
    await db.within(large, async () => {
      await byIndex();
      const foreign = nearest('chunks').replace(
        'order by',
        `where organization_id = '${small}' order by`,
      );
      expect(await ids(foreign)).toEqual([]);
    });
    await db.root.query('drop index chunks_small_idx');
  });

  test('a function over vectors waits for the policy: it sees rows of the tenant only', async () => {
    await db.root.query(`
      create table seen (id uuid); grant insert on seen to app;
      create function far(id uuid, v vector) returns boolean language plpgsql volatile as $$
      begin insert into seen values (id); return true; end $$`);
    await db.within(small, async () => {
      await db.root.query('select from chunks where far(id, embedding)');
      await db.root.query('reset role');
      const { rows } = await db.root.query('select count(*)::int as seen from seen');
      expect(rows).toEqual([{ seen: 20 }]);
    });
  });
});
