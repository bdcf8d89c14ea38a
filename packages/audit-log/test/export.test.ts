import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { csvField } from '../src/export/csv.ts';
import { type AuditDeliverResult, type AuditEntry, type AuditSink, toOcsf } from '../src/index.ts';
import { verifyExport } from '../src/verify/index.ts';
import { audit, tenancy } from './fixtures/schema.ts';
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
      collect(audit.export(pool, { batchSize: 7, onProgress: (n) => progress.push(n) })),
    );
    const report = await verifyExport(text.split('\n'));
    expect(report).toMatchObject({ ok: true, entries: progress.at(-1) });
    expect(progress.length).toBeGreaterThan(3);
    expect(text).not.toContain(globex);
  });

  test('is read after its scope has ended, as a response is', async () => {
    const stream = await asAda(() => Readable.from(audit.export(pool, { batchSize: 5 })));
    const report = await verifyExport((await collect(stream)).split('\n'));
    expect(report).toMatchObject({ ok: true });
    expect(report.entries).toBeGreaterThanOrEqual(25);
  });

  test('reads no page ahead of a reader that is slow', async () => {
    let pages = 0;
    const chunks = asAda(() => audit.export(pool, { batchSize: 2, onProgress: () => pages++ }));
    const iterator = await chunks;
    await iterator.next();
    await iterator.next();
    // a page that was asked for would have come meanwhile
    for (let i = 0; i < 20; i++) await asAda(() => pool.query('select 1'));
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

  test('that cannot be made says so before a status is sent', async () => {
    for (const options of [
      { from: '2026-02-30' },
      { format: 'xml' as 'csv' },
      { batchSize: 0 },
      { actor: 'a\0' },
    ]) {
      const ready = asAda(() => audit.export(pool, options).ready());
      expect(await failure(ready)).toMatchObject({ code: 'CONFIG_INVALID' });
    }
    const gone = newPool();
    await gone.end();
    await expect(asAda(() => audit.export(gone).ready())).rejects.toThrow();
    const chunks = await asAda(async () => {
      const made = audit.export(pool, { batchSize: 5 });
      await made.ready();
      return made;
    });
    expect((await verifyExport((await collect(chunks)).split('\n'))).ok).toBe(true);
  });

  test('that fails half-way ends with a line that says so, and with the error', async () => {
    for (const format of ['ndjson', 'csv'] as const) {
      let asked = 0;
      // the pages come as they should, and then no more
      const failing = {
        query(text: string, values: unknown[]) {
          if (text.includes('metadata::text') && ++asked === 3)
            return Promise.reject(new Error('no server'));
          return pool.query(text, values);
        },
      };
      let text = '';
      const read = async () => {
        for await (const chunk of audit.export(failing, { batchSize: 3, format })) text += chunk;
      };
      await expect(asAda(read)).rejects.toThrow('no server');
      const last = text.trimEnd().split('\n').at(-1) ?? '';
      if (format === 'csv') {
        expect(last).toBe(
          '"ERROR: this file is incomplete, the export failed with EXPORT_FAILED after 6 entries"',
        );
        continue;
      }
      expect(JSON.parse(last)).toEqual({ type: 'error', code: 'EXPORT_FAILED', entries: 6 });
      const report = await verifyExport(text.split('\n'));
      expect(report.ok).toBe(false);
      expect(report.findings.at(-1)).toMatchObject({
        kind: 'truncated',
        found: '6 entries, and then the export failed with EXPORT_FAILED',
      });
    }
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
    const header =
      '{"type":"header","format":"tenantry-audit/1","horizon":0,"from":null,"to":null,"filtered":false}';
    for (const lines of [
      [],
      [''],
      ['{}'],
      ['{"type":"entry"}'],
      ['not json'],
      ['{"type":"header","format":"other"}'],
      ['{"type":"header","format":"tenantry-audit/1"}'],
      [header, '{"type":"seal","number":1}'],
      [header, '{"type":"seal"}'],
      [header, '{"type":"entry","tenant":1}'],
      [header, 'null'],
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
    const other = newPool({ max: 2 });
    let second: AuditDeliverResult | undefined;
    const slow: AuditSink = {
      name: sink.name,
      async deliver(entries) {
        // the other one comes while this one is at work
        second ??= await system(() => audit.deliver(other, sink, { mostBatches: 1 }));
        await sink.deliver(entries);
      },
    };
    const first = await system(() => audit.deliver(pool, slow, { mostBatches: 1 }));
    expect([first.busy, second?.busy]).toEqual([false, true]);
    expect(new Set(got.map(({ id }) => id)).size).toBe(got.length);
  });

  test('in OCSF has the class and the type of its activity', async () => {
    const { entries } = await asAda(() =>
      audit.query(pool, { action: 'thing.happened', limit: 1 }),
    );
    const [entry] = entries as [AuditEntry<'organizationId'>];
    const event = toOcsf(tenancy, { ...entry, action: 'project.created' }, { name: 'Acme' });
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
      (action) => toOcsf(tenancy, { ...entry, action }, { name: 'Acme' }).activity_id,
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
  while ((await sealed()) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await sealed()).toBe(1);
  await schedule.stop();
  const errors: unknown[] = [];
  const failing = audit.start(
    { tenancy, query: () => Promise.reject(new Error('no server')) } as never,
    { onError: (error) => errors.push(error) },
  );
  while (errors.length < 2) await new Promise((resolve) => setImmediate(resolve));
  await failing.stop();
  expect(errors).toEqual([new Error('no server'), expect.any(AggregateError)]);
});
