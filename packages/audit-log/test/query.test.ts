import { drizzle } from 'drizzle-orm/node-postgres';
import { describe, expect, test } from 'vitest';
import type { AuditEntry } from '../src/index.ts';
import { audit, tenancy } from './fixtures/schema.ts';
import { acme, failure, globex, world } from './support/world.ts';

const { pool, asAda, ask } = await world(audit, 'audit-year', async (client) => {
  // a year of entries in 12 partitions
  for (let month = 0; month < 12; month++) {
    await client.query(
      `select tenantry.audit_create_month(now() - make_interval(months => $1::int))`,
      [month],
    );
  }
  await client.query('alter table audit_logs disable trigger user');
  await client.query(
    `insert into audit_logs (organization_id, action, resource_type, resource_id, actor_type, actor_id, metadata, created_at, transaction_id, content_hash)
     select case when i % 2 = 0 then $1::uuid else $2::uuid end, case i % 3 when 0 then 'project.created' when 1 then 'project.viewed' else 'plan.changed' end,
       'project', (i % 50)::text, 'user', 'u' || i % 7, jsonb_build_object('text', 'word' || i % 11), now() - (i * interval '1 hour'), i, sha256('x')
     from generate_series(1, 8000) i`,
    [acme, globex],
  );
  for (const name of ['tenantry_audit_refuse', 'tenantry_audit_refuse_truncate'])
    await client.query(`alter table audit_logs enable always trigger ${name}`);
  await client.query('analyze audit_logs');
});
const db = drizzle({ client: pool });

async function all(
  query: Parameters<typeof audit.query>[1],
): Promise<AuditEntry<'organizationId'>[]> {
  const found: AuditEntry<'organizationId'>[] = [];
  for (let after: string | null | undefined; after !== null; ) {
    const page = await asAda(() =>
      audit.query(db, { ...query, ...(after !== undefined && { after }) }),
    );
    found.push(...page.entries);
    after = page.next;
  }
  return found;
}

describe('a query', () => {
  test('pages through everything once, the newest first, whatever the size of a page', async () => {
    for (const limit of [499, 500]) {
      const entries = await all({ limit });
      expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
      expect(entries.length).toBeGreaterThanOrEqual(4000);
      const order = entries.map(({ createdAt }) => createdAt);
      expect(order).toEqual([...order].sort().reverse());
      expect(new Set(entries.map(({ organizationId }) => organizationId))).toEqual(new Set([acme]));
    }
  });

  test('narrows by every filter', async () => {
    const check = async (
      query: Parameters<typeof audit.query>[1],
      fits: (entry: AuditEntry) => boolean,
    ) => {
      const { entries } = await asAda(() => audit.query(db, query));
      expect(entries.length).toBeGreaterThan(0);
      expect(entries.every(fits)).toBe(true);
    };
    await check({ action: 'project.created' }, ({ action }) => action === 'project.created');
    await check(
      { action: ['plan.*', 'project.viewed'] },
      ({ action }) => action !== 'project.created',
    );
    await check({ actor: 'u3' }, ({ actor }) => actor.id === 'u3');
    await check({ resource: ['project', '4'] }, ({ resource }) => resource.id === '4');
    await check({ search: 'word5' }, ({ metadata }) => metadata.text === 'word5');
    await check({ transactionId: '4000' }, ({ transactionId }) => transactionId === '4000');
    const from = new Date(Date.now() - 40 * 86_400_000);
    const to = new Date(Date.now() - 35 * 86_400_000).toISOString();
    await check({ from, to }, ({ createdAt }) => createdAt >= from.toISOString() && createdAt < to);
  });

  test('refuses a cursor, a limit and a time that are none', async () => {
    for (const after of [
      'x',
      '',
      Buffer.from("2026-01-01T00:00:00.000000Z|' or true").toString('base64url'),
    ]) {
      expect(await failure(asAda(() => audit.query(db, { after })))).toMatchObject({
        code: 'AUDIT_CURSOR_INVALID',
        status: 400,
      });
    }
    expect(await failure(asAda(() => audit.query(db, { limit: 501 })))).toMatchObject({
      status: 400,
    });
    expect(await failure(asAda(() => audit.query(db, { from: 'yesterday' })))).toMatchObject({
      status: 400,
    });
  });

  test('what a client may send gets a code, and none of the database', async () => {
    const halves = ['a\0b', '\ud800', 'x\udc00y'];
    const times = [
      '2026-02-30',
      '2026-13-01',
      '0000-01-01',
      '2026-01-01T25:00:00Z',
      '2026-01-01T00:00:00+16:00',
      '999999-01-01',
      'infinity',
      'now',
      '2026-01-01T00:00',
    ];
    const cursors = [
      '',
      'x',
      'null',
      '__proto__',
      'a'.repeat(5000),
      Buffer.from('2026-02-30T00:00:00.000000Z|00000000-0000-4000-8000-000000000000').toString(
        'base64url',
      ),
      7,
      {},
      [],
      true,
    ];
    const queries: unknown[] = [
      ...halves.flatMap((half) => [
        { actor: half },
        { onBehalfOf: half },
        { requestId: half },
        { search: half },
        { action: half },
        { action: ['ok.*', half] },
        { source: half },
        { resource: [half] },
        { resource: ['x', half] },
      ]),
      ...times.flatMap((time) => [{ from: time }, { to: time }]),
      { from: new Date(Number.NaN) },
      { from: 5 },
      { from: {} },
      ...['x', '-1', '1e3', '99999999999999999999', '9223372036854775808', 7, null].map(
        (transactionId) => ({ transactionId }),
      ),
      { actor: 7 },
      { actor: {} },
      { actor: ['x'] },
      { resource: 'x' },
      { resource: [null] },
      { search: [] },
      { limit: 0 },
      { limit: '5' },
      { limit: Number.NaN },
      { limit: 501 },
    ];
    for (const query of queries) {
      const found = await failure(asAda(() => audit.query(db, query as never)));
      expect(found, JSON.stringify(query)).toMatchObject({ code: 'CONFIG_INVALID', status: 400 });
    }
    for (const after of cursors) {
      const found = await failure(asAda(() => audit.query(db, { after: after as never })));
      expect(found, String(after)).toMatchObject({ code: 'AUDIT_CURSOR_INVALID', status: 400 });
    }
    for (const id of ['x', '', 'a\0', '00000000-0000-4000-8000-00000000000g']) {
      expect(await failure(asAda(() => audit.prove(pool, id)))).toMatchObject({
        code: 'AUDIT_ENTRY_NOT_FOUND',
      });
    }
    for (const months of [0, 1201, 1.5, Number.NaN, '3']) {
      const set = tenancy.asSystem({ reason: 'r', actor: 'a', write: true }, () =>
        audit.setRetention(pool, { organizationId: acme, months: months as number, reason: 'x' }),
      );
      expect(await failure(set)).toMatchObject({ code: 'CONFIG_INVALID' });
    }
  });

  test('a cursor that a page gave is taken, whatever its last entry holds', async () => {
    await ask('alter table audit_logs disable trigger user');
    const odd = [
      '9999-12-31T23:59:59.999999Z',
      '10000-01-01T00:00:00Z',
      '294275-12-31T00:00:00Z',
      '0001-01-01T00:00:00Z',
    ];
    for (const [i, at] of odd.entries()) {
      await ask(
        `insert into audit_logs (organization_id, action, resource_type, resource_id, actor_id, request_id, metadata, created_at, transaction_id, content_hash)
         select $1, 'odd.time', 'x', repeat('ü', 300), repeat('a', 5000), repeat('r', 5000), jsonb_build_object('address', repeat('x', 5000)), $2::timestamptz + make_interval(secs => n * 1e-6), $3, sha256('x') from generate_series(0, 1) n`,
        [acme, i === 1 || i === 2 ? at.replace(/^(\d+)/, '$1') : at, i + 1],
      );
    }
    const seen: string[] = [];
    for (let after: string | null = null; ; ) {
      const page = await asAda(() => audit.query(db, { action: 'odd.time', limit: 1, after }));
      seen.push(...page.entries.map(({ createdAt }) => createdAt));
      after = page.next;
      if (after === null) break;
    }
    expect(seen).toHaveLength(8);
    await ask(`delete from audit_logs where action = 'odd.time'`);
    for (const name of ['tenantry_audit_refuse', 'tenantry_audit_refuse_truncate'])
      await ask(`alter table audit_logs enable always trigger ${name}`);
  });

  test('a tenant sees nothing of another', async () => {
    const { entries } = await tenancy.run(globex, () => audit.query(db, { limit: 500 }));
    expect(new Set(entries.map(({ organizationId }) => organizationId))).toEqual(new Set([globex]));
  });
});

describe('the plan', () => {
  interface Node {
    readonly 'Node Type': string;
    readonly 'Index Name'?: string;
    readonly 'Relation Name'?: string;
    readonly 'Subplans Removed'?: number;
    readonly 'Actual Rows'?: number;
    readonly Plans?: readonly Node[];
  }
  const nodes = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodes)];
  /** The statement that a query sends, explained in the tenant's scope. */
  const explain = async (query: Parameters<typeof audit.query>[1]) => {
    let sent: { text: string; values: unknown[] } | undefined;
    const recorder = {
      async query(text: string, values: unknown[]) {
        sent = { text, values };
        return { rows: [] };
      },
    };
    await asAda(() => audit.query(recorder, query));
    const { rows } = await asAda(() =>
      pool.query(
        `explain (analyze, format json, costs off, timing off) ${sent?.text}`,
        sent?.values,
      ),
    );
    return nodes(rows[0]['QUERY PLAN'][0].Plan);
  };

  test('of the last 50 reads the key of each partition from its end, and sorts nothing', async () => {
    const plan = await explain({});
    expect(plan.some((node) => node['Node Type'].includes('Sort'))).toBe(false);
    const scans = plan.filter((node) => node['Relation Name'] !== undefined);
    expect(scans.length).toBeGreaterThanOrEqual(13);
    for (const scan of scans) {
      expect(scan['Node Type']).toMatch(/^Index (Only )?Scan$/);
      expect(scan['Index Name']).toMatch(/pkey$/);
      expect(scan['Actual Rows'] ?? 0).toBeLessThanOrEqual(51);
    }
  });

  test('of a time looks at its partitions only', async () => {
    const from = new Date(Date.now() - 40 * 86_400_000);
    const to = new Date(Date.now() - 38 * 86_400_000);
    const plan = await explain({ from, to });
    const scans = plan.filter((node) => node['Relation Name'] !== undefined);
    expect(scans.length).toBeLessThanOrEqual(3); // one or two months, and the default partition
    const months = scans.filter((node) => !node['Relation Name']?.endsWith('_default'));
    for (const { 'Node Type': type } of months) expect(type).toMatch(/^(Index|Bitmap)/);
  });

  test('of a later page leaves out what is newer', async () => {
    const page = await asAda(() =>
      audit.query(db, { to: new Date(Date.now() - 200 * 86_400_000) }),
    );
    const scans = (await explain({ after: page.next })).filter(
      (node) => node['Relation Name'] !== undefined,
    );
    expect(scans.length).toBeLessThanOrEqual(9);
  });
});

test('the year is there', async () => {
  const [partitions] = await ask<{ n: number }>(
    `select count(distinct tableoid)::int as n from audit_logs`,
  );
  expect(partitions?.n).toBeGreaterThanOrEqual(11);
});
