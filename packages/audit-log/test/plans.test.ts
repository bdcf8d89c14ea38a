import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { audit, linkedAudit } from './fixtures/schema.ts';
import { acme, globex, type World, world } from './support/world.ts';

/** A log of twelve months, with seals, of so many entries a tenant. */
async function logOf(key: string, entries: number): Promise<World> {
  return world(audit, key, async (client) => {
    for (let month = 1; month < 12; month++) {
      await client.query(
        `select tenantry.audit_create_month(now() - make_interval(months => $1::int))`,
        [month],
      );
    }
    await client.query('alter table audit_logs disable trigger user');
    await client.query(
      `insert into audit_logs (organization_id, action, resource_type, resource_id, actor_type, actor_id, metadata, created_at, transaction_id, content_hash, salt)
       select t.id, 'project.created', 'project', i::text, 'user', 'u' || i % 7, '{"text": "word"}',
         now() - i * interval '300 days' / $3::int, $3::int - i, sha256(i::text::bytea), 'x'
       from generate_series(1, $3::int) i, unnest(array[$1, $2]::uuid[]) t (id)`,
      [acme, globex, entries],
    );
    // a seal for each 100 entries, as its statement leaves them
    await client.query('alter table tenantry.audit_seals disable trigger user');
    await client.query(
      `insert into tenantry.audit_seals
       select l.organization_id, row_number() over (partition by l.organization_id order by min(l.transaction_id)), to_char(min(l.created_at), 'YYYY-MM'),
         min(l.transaction_id), max(l.transaction_id) + 1, max(l.transaction_id) + 1, count(*), sha256('x'), null, sha256('x'), now(), array_agg(l.id), string_agg(l.content_hash, ''::bytea)
       from audit_logs l where action = 'project.created' group by l.organization_id, l.transaction_id / 100`,
    );
    await client.query(`update tenantry.audit_jobs set next_xid = $1 where job = 'seal'`, [
      entries,
    ]);
    for (const name of ['tenantry_audit_refuse', 'tenantry_audit_refuse_truncate']) {
      await client.query(`alter table audit_logs enable always trigger ${name}`);
      await client.query(`alter table tenantry.audit_seals enable always trigger ${name}`);
    }
    await client.query('vacuum analyze audit_logs');
    await client.query('vacuum analyze tenantry.audit_seals');
  });
}
const small = await logOf('audit-plans-small', 3_000);
const large = await logOf('audit-plans-large', 30_000);

interface Sent {
  readonly text: string;
  readonly values: readonly unknown[];
}
interface Node {
  readonly 'Shared Hit Blocks'?: number;
  readonly 'Shared Read Blocks'?: number;
}

/** The statements that a piece of work sends; each of them runs. */
async function sentBy(
  { pool }: World,
  scope: <R>(fn: () => R | Promise<R>) => Promise<R>,
  work: (db: {
    query(text: string, values: unknown[]): Promise<{ rows: unknown[] }>;
  }) => Promise<unknown>,
): Promise<Sent[]> {
  const sent: Sent[] = [];
  const recorder = {
    query(text: string, values: unknown[]) {
      sent.push({ text, values });
      return pool.query(text, values) as Promise<{ rows: unknown[] }>;
    },
  };
  await scope(() => work(recorder));
  return sent;
}

/** Blocks that the statements of some work read, once everything is in memory. */
async function blocksOf(
  of: World,
  scope: 'tenant' | 'system',
  work: Parameters<typeof sentBy>[2],
): Promise<number> {
  const inScope = scope === 'tenant' ? of.asAda : of.system;
  const sent = await sentBy(of, inScope, work);
  let blocks = 0;
  for (const { text, values } of sent.slice(0, 3)) {
    const { rows } = await inScope(() =>
      of.pool.query(`explain (analyze, buffers, format json, timing off) ${text}`, [...values]),
    );
    const plan = rows[0]['QUERY PLAN'][0].Plan as Node;
    blocks += (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0);
  }
  return blocks;
}

describe('ten times the log reads as many blocks', () => {
  const days = (ago: number) => new Date(Date.now() - ago * 86_400_000);
  const first = async (chunks: AsyncGenerator<string>) => {
    await chunks.next();
    await chunks.next();
    await chunks.return(undefined);
  };
  const works: Record<string, ['tenant' | 'system', Parameters<typeof sentBy>[2]]> = {
    'a page of a tenant': ['tenant', (db) => audit.query(db)],
    'a later page of a tenant': [
      'tenant',
      async (db) => audit.query(db, { after: (await audit.query(db, { limit: 100 })).next }),
    ],
    'a page across tenants': ['system', (db) => audit.query(db)],
    'a later page across tenants': [
      'system',
      async (db) => audit.query(db, { after: (await audit.query(db, { limit: 100 })).next }),
    ],
    'a page across tenants of a time': [
      'system',
      (db) => audit.query(db, { from: days(60), to: days(50) }),
    ],
    'everything of a transaction': ['system', (db) => audit.query(db, { transactionId: '2000' })],
    'the beginning of an export': ['tenant', (db) => first(audit.export(db, { batchSize: 50 }))],
    'the beginning of an export of all': [
      'system',
      (db) => first(audit.export(db, { batchSize: 50, format: 'csv' })),
    ],
    'a batch for a sink': [
      'system',
      (db) =>
        audit.deliver(
          db,
          { name: 'plans', deliver: async () => {} },
          { batchSize: 50, mostBatches: 1 },
        ),
    ],
    'the proof of an entry': [
      'tenant',
      async (db) =>
        audit.prove(db, (await audit.query(db, { transactionId: '2000' })).entries[0]?.id ?? ''),
    ],
    'what waits': ['system', (db) => audit.lag(db)],
  };
  for (const [what, [scope, work]] of Object.entries(works)) {
    test(what, async () => {
      const [few, many] = [await blocksOf(small, scope, work), await blocksOf(large, scope, work)];
      // the index of ten times the entries may be one level deeper, in each of the partitions
      expect(many, `${few} blocks, then ${many}`).toBeLessThanOrEqual(few * 2 + 40);
    });
  }
});

test('an erasure looks at each entry of its tenant once', async () => {
  const erase = (db: Parameters<typeof audit.erase>[0]) =>
    audit.erase(db, { organizationId: acme, user: 'nobody', reason: 'asked for' });
  const few = await blocksOf(small, 'system', erase);
  const many = await blocksOf(large, 'system', erase);
  expect(many, `${few} blocks, then ${many}`).toBeLessThan(14 * few);
});

test('the check of the links looks at each entry once', async () => {
  const check = `explain (analyze, buffers, format json, timing off)
    select * from tenantry.audit_broken_links(null) union all select * from tenantry.audit_unlinked(null)`;
  const blocks = async (entries: number) => {
    const { ask } = await world(linkedAudit, `audit-plans-links-${entries}`, async (client) => {
      await client.query(
        `insert into audit_logs (organization_id, action, resource_type, resource_id, actor_type, actor_id, metadata, transaction_id, content_hash, salt)
         select t.id, 'x', 'x', i::text, 'user', 'u', '{}', i, sha256(i::text::bytea), 'x' from generate_series(1, $3::int) i, unnest(array[$1, $2]::uuid[]) t (id)`,
        [acme, globex, entries],
      );
      await client.query('vacuum analyze');
    });
    await ask(check); // plans and the catalogue
    const [row] = await ask<{ 'QUERY PLAN': { Plan: Node }[] }>(check);
    const plan = row?.['QUERY PLAN'][0]?.Plan;
    return (plan?.['Shared Hit Blocks'] ?? 0) + (plan?.['Shared Read Blocks'] ?? 0);
  };
  expect(await blocks(3000)).toBeLessThan(14 * (await blocks(300)));
});

/** What is not measured above, and why. */
const known: Readonly<Record<string, string>> = {
  audit_write: 'one entry, by its key',
  audit_write_for: 'one entry, by its key',
  audit_xid_offset: 'a constant',
  audit_restored: 'one row, after a restore',
  audit_hold: 'one row of a tenant',
  audit_release: 'one row of a tenant',
  audit_set_retention: 'one row of a tenant',
  audit_try_captures: 'each capture once, on a row of its own',
  audit_maintain: 'partitions, which are months',
  audit_partitions: 'partitions, which are months',
  audit_retirements: 'months that are gone',
  audit_retire: 'a month: retention',
  audit_deliveries: 'one row a sink',
  audit_failures: 'notes, which upkeep forgets',
  audit_holds: 'at most 101 rows of a page',
  audit_retention: 'at most 101 rows of a page',
  audit_delete_failures: 'notes, which upkeep forgets',
  audit_epoch: 'one row, on Citus alone',
};

test('every statement of the package is measured here', () => {
  const folder = fileURLToPath(new URL('../src/', import.meta.url));
  const called = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/^(sql|tables)/.test(file))
    .flatMap((file) => [
      ...readFileSync(folder + file, 'utf8')
        .replaceAll(/^ *(?:\*|\/\/).*$/gm, '')
        .matchAll(/(?:tenantry\.|\(')(audit_[a-z_]+)|^ *'(audit_[a-z_]+)',$/gm),
    ])
    .map(([, inText, alone]) => inText ?? alone ?? '');
  expect(called.length).toBeGreaterThan(20);
  const measured = [
    ...['audit_seals', 'audit_lag', 'audit_jobs', 'audit_seal', 'audit_expired', 'audit_erase'],
    ...['audit_broken_links', 'audit_unlinked', 'audit_links'],
  ];
  const missing = called.filter((name) => !measured.includes(name) && !(name in known));
  expect([...new Set(missing)]).toEqual([]);
});

test('retention of a month reads that month and no other', async () => {
  const blocks = async ({ ask }: World, month: string | null) => {
    const rows = await ask<{ 'QUERY PLAN': { Plan: Node }[] }>(
      `explain (analyze, buffers, format json, timing off) select * from tenantry.audit_expired(1, ${month === null ? 'null' : `'${month}'`})`,
    );
    const plan = rows[0]?.['QUERY PLAN'][0]?.Plan;
    return (plan?.['Shared Hit Blocks'] ?? 0) + (plan?.['Shared Read Blocks'] ?? 0);
  };
  const [row] = await large.ask<{ month: string }>(
    `select to_char(now() - interval '5 months', 'YYYY-MM') as month`,
  );
  const month = row?.month ?? '';
  await blocks(large, month); // plans and the catalogue
  await blocks(large, null);
  expect((await blocks(large, month)) * 4).toBeLessThan(await blocks(large, null));
});

test('verify has the entries of one seal at a time in its hands, and lists them when it meets the first', async () => {
  const lists: number[] = [];
  let entries = 0;
  const counting = {
    async query(text: string, values: unknown[]) {
      const result = await small.pool.query(text, values);
      if (text.includes('array_to_string')) {
        expect(result.rows).toHaveLength(1);
        lists.push(entries);
      } else if (text.includes('content_hash')) entries += result.rows.length;
      return result;
    },
  };
  const report = await small.asAda(() => audit.verify(counting));
  expect(report.seals).toBeGreaterThanOrEqual(30);
  // none before the first page of entries, and none twice
  expect(lists.length).toBeLessThanOrEqual(report.seals);
  expect(lists.length).toBeGreaterThan(0);
  expect(lists.every((seen) => seen > 0)).toBe(true);
});
