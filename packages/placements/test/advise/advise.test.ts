import { definePlacements } from '@tenantry/placements';
import { runCommand } from 'tenantry';
import { describe, expect, it } from 'vitest';
import type { ClusterFacts, DatabaseFacts, TableFacts } from '../../src/advise/facts.ts';
import { adviceOf } from '../../src/advise/rules.ts';
import { acme, ask, globex, places, tenancy } from '../support/world.ts';

const GB = 1024 ** 3;

const table = (facts: Partial<TableFacts> = {}): TableFacts => ({
  table: 'public.items',
  partitioned: false,
  bytes: GB,
  rows: 1_000_000,
  deadRows: 0,
  largest: [],
  sampled: 30_000,
  ...facts,
});
const database = (facts: Partial<DatabaseFacts> = {}): DatabaseFacts => ({
  bytes: 2 * GB,
  cacheBytes: 4 * GB,
  cacheHits: 0.99,
  connections: 10,
  maxConnections: 100,
  tables: [table()],
  ...facts,
});
const rulesOf = (facts: DatabaseFacts) =>
  adviceOf(facts).map(({ rule, subject }) => [rule, subject]);

describe('what the numbers advise', () => {
  it('is nothing for a database that is well', () => {
    expect(adviceOf(database())).toEqual([]);
  });

  it('is to split out a tenant that has much of all tables together', () => {
    const largest = [
      { tenant: acme, share: 0.3 },
      { tenant: globex, share: 0.1 },
    ];
    const tables = [table({ bytes: 40 * GB, largest }), table({ bytes: 10 * GB })];
    const [advice] = adviceOf(database({ tables }));
    expect(advice).toMatchObject({
      rule: 'split-out',
      subject: acme,
      found: 'about 12 GB, 24 % of all rows of tenants',
    });
    // a great share of little is no reason
    expect(rulesOf(database({ tables: [table({ largest })] }))).toEqual([]);
  });

  it('is to partition a table that is large in one piece', () => {
    const large = { bytes: 120 * GB, rows: 2e8 };
    expect(rulesOf(database({ tables: [table(large)] }))).toEqual([['partition', 'public.items']]);
    expect(rulesOf(database({ tables: [table({ ...large, partitioned: true })] }))).toEqual([]);
    expect(rulesOf(database({ tables: [table({ bytes: 120 * GB, rows: null })] }))).toEqual([
      ['partition', 'public.items'],
      ['analyze', 'public.items'],
    ]);
  });

  it('is to distribute what no cache holds, and what is large anyhow', () => {
    expect(rulesOf(database({ bytes: 20 * GB, cacheHits: 0.9 }))).toEqual([['distribute', null]]);
    expect(rulesOf(database({ bytes: 20 * GB }))).toEqual([]);
    expect(rulesOf(database({ bytes: 20 * GB, cacheHits: null }))).toEqual([]);
    expect(rulesOf(database({ bytes: 1100 * GB }))).toEqual([['distribute', null]]);
  });

  it('is about dead rows and open connections too', () => {
    const tables = [table({ rows: 4_000_000, deadRows: 2_000_000 })];
    expect(adviceOf(database({ connections: 71, tables }))).toMatchObject([
      { rule: 'connections', found: '71 of 100 connections are open' },
      { rule: 'vacuum', found: '2,000,000 dead rows, 33 % of all' },
    ]);
    expect(rulesOf(database({ connections: 69 }))).toEqual([]);
    expect(rulesOf(database({ tables: [table({ deadRows: 5000, rows: 0 })] }))).toEqual([]);
  });

  it('is to move shards from a full node, and to isolate what makes one shard large', () => {
    const nodes = (...sizes: number[]) =>
      sizes.map((size, i) => ({ node: `w${i}:5432`, bytes: size * GB }));
    const cluster = (facts: Partial<ClusterFacts>) =>
      database({
        bytes: 2000 * GB,
        tables: [table({ rows: null })],
        cluster: { nodes: nodes(100, 100), shards: 20, largestShard: 12 * GB, ...facts },
      });
    expect(rulesOf(cluster({}))).toEqual([]);
    expect(adviceOf(cluster({ nodes: nodes(190, 30, 30) }))).toMatchObject([
      { rule: 'rebalance', subject: 'w0:5432', found: expect.stringContaining('190 GB') },
    ]);
    expect(rulesOf(cluster({ nodes: nodes(190) }))).toEqual([]);
    expect(adviceOf(cluster({ largestShard: 40 * GB }))).toMatchObject([
      {
        rule: 'isolate',
        subject: null,
        found: '40 GB in the largest of 20 shards, 10 GB on average',
      },
    ]);
  });
});

describe('tenantry advise', () => {
  it('reads every place, and says which tenants have how much of each table', async () => {
    const { shared, urls } = await places('eu1', 'eu2');
    const eu1 = urls.get('eu1') as string;
    const insert = `insert into items (organization_id, title)
      select case when n <= 75 then $1::uuid else $2::uuid end, 'x' from generate_series(1, 100) n`;
    await ask(shared, insert, [acme, globex]);
    await ask(eu1, 'insert into items (organization_id, title) values ($1, $2)', [globex, 'x']);
    await ask(eu1, 'analyze');
    const feature = definePlacements(tenancy, {
      connect: (name) => (name === 'eu1' ? eu1 : 'postgres://nobody:secret@127.0.0.1:1/none'),
    });
    const config = { tenancy, features: [feature], database: { url: shared, systemUrl: shared } };
    const { code, stdout } = await runCommand(config, ['advise', '--json']);
    const [first, second, third] = JSON.parse(stdout);
    expect(first).toMatchObject({
      place: null,
      advice: [],
      facts: { maxConnections: expect.any(Number) },
    });
    expect(first.facts.tables.map(({ table }: TableFacts) => table)).toEqual([
      'public.items',
      'public.memberships',
      'public.organizations',
    ]);
    expect(first.facts.tables[0]).toMatchObject({
      sampled: 100,
      largest: [
        { tenant: acme, share: 0.75 },
        { tenant: globex, share: 0.25 },
      ],
    });
    expect(second.facts.tables[0]).toMatchObject({
      rows: 1,
      largest: [{ tenant: globex, share: 1 }],
    });
    // the place that is down is said, and the others are read
    expect(code).toBe(1);
    expect(third).toMatchObject({
      place: 'eu2',
      advice: [],
      error: expect.stringContaining('POOL_UNAVAILABLE'),
    });
    expect(stdout).not.toContain('secret');
    const { stdout: words } = await runCommand(config, ['advise']);
    expect(words).toMatch(/^the shared tables: .* 3 tables of tenants, \d+ of \d+ connections/);
    expect(words).toContain('✓ nothing to do');
    expect(words).toContain('✗ eu2: ');
  });
});
