import { describe, expect, test } from 'vitest';
import {
  iterates,
  nearest,
  pgvector,
  randomVector,
  tenantId,
  vectorDatabase,
} from './vectors-support.ts';

// Measures the table of `docs/guides/vectors.md`: `pnpm test:long packages/rls/test/search/vectors.long.test.ts`

const version = await pgvector();
const searches = 20;
const first = 10;
const tenants = { large: tenantId(1), middle: tenantId(2), small: tenantId(100) };

describe.skipIf(!iterates(version))(`pgvector 0.8 or newer (${version ?? 'none'})`, () => {
  test('recall and time of each way', async () => {
    const db = await vectorDatabase();
    const { root } = db;
    await root.query(
      `set maintenance_work_mem = '256MB'; set max_parallel_maintenance_workers = 0`,
    );
    await root.query('drop index chunks_embedding_idx');
    await db.fill('chunks', tenants.large, 10_000);
    for (let n = 2; n < 5; n++) await db.fill('chunks', tenantId(n), 500);
    for (let n = 100; n < 130; n++) await db.fill('chunks', tenantId(n), 20);
    const copy = (table: string) =>
      root.query(`insert into ${table} (organization_id, id, embedding)
        select organization_id, id, embedding from chunks; analyze ${table}`);
    const hashes = Array.from({ length: 16 }, (_, n) => n);
    await db.partitioned('hashed', 'hash (organization_id)', false);
    for (const n of hashes) {
      await root.query(
        `create table hashed_${n} partition of hashed for values with (modulus 16, remainder ${n})`,
      );
    }
    await copy('hashed');
    await root.query('create index on hashed using hnsw (embedding vector_l2_ops)');
    await db.partitioned('listed', 'list (organization_id)', false);
    await root.query(
      `create table listed_large partition of listed for values in ('${tenants.large}')`,
    );
    await root.query('create table listed_others partition of listed default');
    await copy('listed');
    await root.query('create index on listed_large using hnsw (embedding vector_l2_ops)');
    await db.partitioned('plain', 'list (organization_id)', false);
    await root.query('create table plain_all partition of plain default');
    await copy('plain');
    await root.query(
      'create index chunks_embedding_idx on chunks using hnsw (embedding vector_l2_ops)',
    );

    const strict = `set local hnsw.iterative_scan = 'strict_order'`;
    const ways: Record<string, { table: string; set?: string }> = {
      'no index on vectors': { table: 'plain' },
      'one index': { table: 'chunks' },
      'one index, iterative': { table: 'chunks', set: strict },
      '16 hash partitions, iterative': { table: 'hashed', set: strict },
      'own partition for the large': { table: 'listed' },
    };
    const rows: Record<string, string | number>[] = [];
    for (const [way, { table, set = 'select 1' }] of Object.entries(ways)) {
      for (const [size, tenant] of Object.entries(tenants)) {
        const times: number[] = [];
        let found = 0;
        let right = 0;
        let plan = '';
        for (let i = -2; i < searches; i++) {
          const target = randomVector(i);
          await db.within(tenant, async () => {
            const expected = await root.query(nearest('plain', first, target));
            await root.query(set);
            const begin = performance.now();
            const got = await root.query(nearest(table, first, target));
            if (i < 0) return;
            times.push(performance.now() - begin);
            found += got.rows.length;
            const ids = new Set(got.rows.map(({ id }) => id));
            right += expected.rows.filter(({ id }) => ids.has(id)).length;
            const explained = await root.query(
              `explain (analyze, costs off, timing off) ${nearest(table, first, target)}`,
            );
            plan = /using \w*embedding\w* on \w+(?: \w+)? \(actual/.test(
              JSON.stringify(explained.rows),
            )
              ? 'hnsw'
              : 'sort';
          });
        }
        times.sort((a, b) => a - b);
        rows.push({
          way,
          size,
          rows: found / searches,
          recall: Number((right / (searches * first)).toFixed(3)),
          ms: Number((times[searches / 2] ?? 0).toFixed(2)),
          plan,
        });
      }
    }
    console.table(rows);
    const of = (way: string, size: string) =>
      rows.find((row) => row.way === way && row.size === size);
    expect(of('no index on vectors', 'large')).toMatchObject({ recall: 1 });
    expect(of('one index, iterative', 'large')?.recall).toBeGreaterThan(0.9);
  });
});
