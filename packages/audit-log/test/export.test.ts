import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { csvField } from '../src/export/csv.ts';
import { type AuditEntry, type AuditSink, toOcsf } from '../src/index.ts';
import { verifyExport } from '../src/verify/index.ts';
import { audit } from './fixtures/schema.ts';
import { acme, adaEntry, failure, globex, world } from './support/world.ts';

const { pool, ask, asAda, system, newPool } = await world();
const happened = (text: string) =>
  asAda(() =>
    pool.batch(() => [
      audit.log(pool, 'thing.happened', { resource: ['thing', text], metadata: { text } }),
    ]),
  );
const collect = async (chunks: AsyncIterable<string>) => {
  let text = '';
  for await (const chunk of chunks) text += chunk;
  return text;
};

describe('an export', () => {
  test('of a tenant is its own, in pages, and verifies', async () => {
    for (let i = 0; i < 25; i++) await happened(`n${i}`);
    const progress: number[] = [];
    const text = await asAda(() =>
      collect(audit.export(pool, { pageSize: 7, onProgress: (n) => progress.push(n) })),
    );
    const report = await verifyExport(text.split('\n'));
    expect(report).toMatchObject({ ok: true, entries: progress.at(-1) });
    expect(progress.length).toBeGreaterThan(3);
    expect(text).not.toContain(globex);
  });

  test('is read after its scope has ended, as a response is', async () => {
    const stream = await asAda(() => Readable.from(audit.export(pool, { pageSize: 5 })));
    const report = await verifyExport((await collect(stream)).split('\n'));
    expect(report).toMatchObject({ ok: true });
    expect(report.entries).toBeGreaterThanOrEqual(25);
  });

  test('reads no page ahead of a reader that is slow', async () => {
    let pages = 0;
    const chunks = asAda(() => audit.export(pool, { pageSize: 2, onProgress: () => pages++ }));
    const iterator = await chunks;
    await iterator.next();
    await iterator.next();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(pages).toBeLessThanOrEqual(1);
    await iterator.return(undefined);
  });

  test('with a filter says so, and verifies what is in it', async () => {
    const text = await asAda(() => collect(audit.export(pool, { action: 'thing.*' })));
    expect(JSON.parse(text.split('\n')[0] ?? '').filtered).toBe(true);
    expect(await verifyExport(text.split('\n'))).toMatchObject({ ok: true, seals: 0 });
    const forged = text.replace('"text": "n3"', '"text": "n4"');
    expect((await verifyExport(forged.split('\n'))).findings[0]?.kind).toBe('changed');
  });

  test('as CSV is one that no spreadsheet runs', async () => {
    await happened('=HYPERLINK("http://evil","x")');
    await happened('a,"b"\nc');
    const text = await asAda(() =>
      collect(audit.export(pool, { format: 'csv', action: 'thing.happened' })),
    );
    const lines = text.split('\r\n');
    expect(lines[0]).toMatch(/^created_at,id,tenant,/);
    expect(lines.find((line) => line.includes('HYPERLINK'))).toContain(
      `"'=HYPERLINK(""http://evil"",""x"")"`,
    );
    for (const [value, field] of [
      ['=1', `"'=1"`],
      ['+1', `"'+1"`],
      ['-1', `"'-1"`],
      ['@x', `"'@x"`],
      ['\tx', `"'\tx"`],
      ['\rx', `"'\rx"`],
      ['plain', 'plain'],
      ['a,b', '"a,b"'],
      ['a"b', '"a""b"'],
      [null, ''],
    ] as const) {
      expect(csvField(value)).toBe(field);
    }
  });

  test('of something else is refused', async () => {
    for (const lines of [
      [],
      [''],
      ['{}'],
      ['{"type":"entry"}'],
      ['not json'],
      ['{"type":"header","format":"other"}'],
    ]) {
      expect(await failure(verifyExport(lines))).toMatchObject({ code: 'AUDIT_EXPORT_MALFORMED' });
    }
  });
});

describe('a delivery', () => {
  const sinkOf = (name: string, failOn: (batch: number) => boolean = () => false) => {
    const got: AuditEntry[] = [];
    let batches = 0;
    const sink: AuditSink = {
      name,
      async deliver(entries) {
        got.push(...entries);
        if (failOn(++batches)) throw new Error('503');
      },
    };
    return { sink, got };
  };
  const rest = async (sink: AuditSink) => {
    for (;;) {
      await system(() => audit.deliver(pool, sink, { batchSize: 10 }));
      const [left] = await ask(
        'select from audit_logs l, tenantry.audit_deliveries d where d.sink = $1 and (l.transaction_id, l.created_at, l.id) > (d.transaction_id, d.created_at, d.id) limit 1',
        [sink.name],
      );
      if (left === undefined) return;
    }
  };

  test('brings everything once where nothing fails, in the order of transactions, and then nothing', async () => {
    const { sink, got } = sinkOf('siem');
    await rest(sink);
    const all = await ask<{ id: string }>(
      'select id::text from audit_logs order by transaction_id, created_at, id',
    );
    expect(got.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
    expect(await system(() => audit.deliver(pool, sink))).toEqual({ delivered: 0, busy: false });
    await happened('one more');
    await rest(sink);
    expect(got).toHaveLength(all.length + 1);
  });

  test('brings a batch again that failed, and goes on from there', async () => {
    const { sink, got } = sinkOf('failing', (batch) => batch === 2);
    await expect(system(() => audit.deliver(pool, sink, { batchSize: 10 }))).rejects.toThrow('503');
    const [state] = await ask(
      'select failures, last_error, delivered::int from tenantry.audit_deliveries where sink = $1',
      [sink.name],
    );
    expect(state).toEqual({ failures: 1, last_error: '503', delivered: 10 });
    await rest(sink);
    const ids = got.map(({ id }) => id);
    const all = await ask('select from audit_logs');
    expect(new Set(ids).size).toBe(all.length);
    expect(ids.length).toBe(all.length + 10);
  });

  test('by two processes at once is done by one', async () => {
    const { sink, got } = sinkOf('shared');
    const slow: AuditSink = {
      name: sink.name,
      async deliver(entries) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        await sink.deliver(entries);
      },
    };
    const other = newPool({ max: 2 });
    const [one, two] = await Promise.all([
      system(() => audit.deliver(pool, slow, { mostBatches: 1 })),
      system(() => audit.deliver(other, slow, { mostBatches: 1 })),
    ]);
    expect([one.busy, two.busy].sort()).toEqual([false, true]);
    expect(new Set(got.map(({ id }) => id)).size).toBe(got.length);
  });

  test('in OCSF has the class and the type of its activity', async () => {
    const { entries } = await asAda(() =>
      audit.query(pool, { action: 'thing.happened', limit: 1 }),
    );
    const event = toOcsf(
      { ...(entries[0] as AuditEntry), action: 'project.created' },
      { name: 'Acme' },
    );
    expect(event).toMatchObject({
      category_uid: 6,
      class_uid: 6003,
      activity_id: 1,
      type_uid: 600301,
      severity_id: 1,
      actor: { user: { uid: adaEntry.user } },
      api: { operation: 'project.created', request: { uid: 'req-1' } },
      src_endpoint: { ip: '203.0.113.7' },
      metadata: {
        version: '1.3.0',
        tenant_uid: acme,
        product: { name: 'Acme', vendor_name: 'Acme' },
      },
    });
    const activities = ['x.viewed', 'x.updated', 'member.removed', 'x.other'].map(
      (action) => toOcsf({ ...(entries[0] as AuditEntry), action }, { name: 'Acme' }).activity_id,
    );
    expect(activities).toEqual([2, 3, 4, 99]);
  });
});

test('a schedule seals and maintains until it is stopped', async () => {
  const schedule = audit.start(pool, { sealEveryMs: 100, maintainEveryMs: 1000 });
  await happened('sealed by timer');
  const sealed = async () =>
    (
      await ask(
        `select from audit_logs where resource_id = 'sealed by timer' and transaction_id < (select next_xid from tenantry.audit_jobs where job = 'seal')`,
      )
    ).length;
  for (let i = 0; i < 100 && (await sealed()) === 0; i++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await sealed()).toBe(1);
  await schedule.stop();
  const errors: unknown[] = [];
  const failing = audit.start(
    { query: () => Promise.reject(new Error('no server')) },
    { onError: (error) => errors.push(error) },
  );
  await failing.stop();
});
