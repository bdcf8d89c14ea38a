import { expect, it } from 'vitest';
import { testWorld } from './support/world.ts';

const { pool, as, ask } = await testWorld();

/** The tables that a plan reads, by the explain of a statement in the scope of a person. */
const readBy = async (text: string): Promise<string[]> => {
  const { rows } = await as('northwind', 'tom', () =>
    pool.query<{ 'QUERY PLAN': string }>(`explain (analyze, costs off, timing off) ${text}`),
  );
  const lines = rows.map((row) => row['QUERY PLAN']);
  const scans = lines.filter((line) => line.includes('Scan') && !line.includes('never executed'));
  return scans.flatMap((line) => / on (\w+_p\d|\w+_\d{4}_\d{2})\b/.exec(line)?.[1] ?? []);
};

it('reads one of eight partitions for the documents of a tenant, without a WHERE', async () => {
  const partitions = new Set(await readBy('select * from documents'));
  expect(partitions.size).toBe(1);
  const one = new Set(await readBy(`select * from documents where title = 'Sublease'`));
  expect([...one]).toEqual([...partitions]);
});

it('changes rows of one partition', async () => {
  const partitions = new Set(await readBy(`update documents set content = '{"pages": 2}'`));
  expect(partitions.size).toBe(1);
});

it('spreads tenants over the partitions', async () => {
  const [{ spread }] = await ask(`
    select count(distinct p)::int as spread
    from generate_series(1, 200) g, lateral (
      select i as p from generate_series(0, 7) i
      where satisfies_hash_partition('documents'::regclass, 8, i, md5(g::text)::uuid)) x`);
  expect(spread).toBe(8);
});

it('reads one month of the audit log for a time range', async () => {
  const months = new Set(
    await readBy(
      `select * from audit_logs where created_at >= date_trunc('month', now()) and created_at < date_trunc('month', now()) + interval '1 month'`,
    ),
  );
  expect(months.size).toBe(1);
});
