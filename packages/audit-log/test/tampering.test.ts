import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type VerifyReport, verifyExport, verifyProof } from '../src/verify/index.ts';
import { audit, tenancy } from './fixtures/schema.ts';
import { acme, adaEntry, world } from './support/world.ts';

const { pool, ask, asAda, system } = await world();

const log = (name: string, metadata: Record<string, unknown> = {}) =>
  asAda(async () => {
    const [id] = await pool.batch(() => [
      audit.log(pool, 'thing.happened', { resource: ['thing', name], metadata }),
    ]);
    return id;
  });
/** Waits for transactions of other test files on this server, which hold the horizon back. */
const sealAll = () =>
  system(async () => {
    for (;;) {
      await audit.seal(pool);
      const [left] = await ask(
        "select count(*)::int as n from audit_logs where transaction_id >= (select next_xid from tenantry.audit_jobs where job = 'seal')",
      );
      if (left?.n === 0) return;
    }
  });
const lines = async () => {
  let text = '';
  await system(async () => {
    for await (const chunk of audit.export(pool)) text += chunk;
  });
  return text.split('\n');
};
const offline = async () => verifyExport(await lines());
const online = () => system(() => audit.verify(pool));
const both = async (): Promise<[VerifyReport, VerifyReport]> => [await online(), await offline()];
/** Behind the triggers, as an owner can. */
const behind = async (sql: string, values: unknown[] = []) => {
  await ask('alter table audit_logs disable trigger user');
  await ask(sql, values);
  await ask('alter table audit_logs enable always trigger tenantry_audit_refuse');
  await ask('alter table audit_logs enable trigger "0_tenantry_refuse_column_change"');
};
const first = (report: VerifyReport) => {
  const { kind, entry } = report.findings[0] ?? {};
  return { ok: report.ok, kind, entry };
};

let ids: string[] = [];

beforeEach(async () => {
  ids = [];
  for (let i = 0; i < 5; i++) ids.push(await log(`t${i}`, { i, text: 'é"\\', n: 1.5 }));
  await sealAll();
});

describe('a log that nobody touched', () => {
  test('verifies on the database and offline, with every entry sealed', async () => {
    for (const report of await both()) {
      expect(report.findings).toEqual([]);
      expect(report.ok).toBe(true);
      expect(report.entries).toBeGreaterThanOrEqual(5);
      expect(report.unsealed).toBe(0);
      expect(report.sealed).toBe(report.entries);
    }
  });

  test('verifies while it grows, with a tail that is not sealed yet', async () => {
    await log('later');
    for (const report of await both()) expect(report).toMatchObject({ ok: true, unsealed: 1 });
  });

  test('verifies for the tenant in its own scope', async () => {
    const report = await asAda(() => audit.verify(pool));
    expect(report.ok).toBe(true);
    expect(report.anchors.map(({ tenant }) => tenant)).toEqual([acme]);
  });
});

describe('an owner who goes behind the triggers', () => {
  let restore = '';
  beforeEach(async () => {
    restore = `saved_${Date.now()}`;
    await ask(`create table ${restore} as select * from audit_logs`);
  });
  afterEach(async () => {
    await behind('delete from audit_logs');
    await behind(`insert into audit_logs select * from ${restore}`);
    await ask(`drop table ${restore}`);
    expect((await online()).findings).toEqual([]);
  });

  test('is found when an entry is edited', async () => {
    await behind(`update audit_logs set metadata = '{"i": 99}' where id = $1`, [ids[2]]);
    for (const report of await both())
      expect(first(report)).toEqual({ ok: false, kind: 'changed', entry: ids[2] });
  });

  test('is found when an entry is edited and hashed again', async () => {
    await behind(`update audit_logs set content_hash = sha256('x') where id = $1`, [ids[2]]);
    for (const report of await both())
      expect(first(report)).toEqual({ ok: false, kind: 'changed', entry: ids[2] });
  });

  test('is found when an entry is deleted', async () => {
    await behind('delete from audit_logs where id = $1', [ids[1]]);
    for (const report of await both())
      expect(first(report)).toEqual({ ok: false, kind: 'missing', entry: ids[1] });
  });

  test('is found when two entries change places', async () => {
    await behind(
      'update audit_logs a set created_at = b.created_at from audit_logs b where a.id = any ($1) and b.id = any ($1) and a.id <> b.id',
      [[ids[1], ids[3]]],
    );
    for (const report of await both()) {
      expect(report.ok).toBe(false);
      expect(report.findings.map(({ entry }) => entry)).toEqual(
        expect.arrayContaining([ids[1], ids[3]]),
      );
    }
  });

  test('is found when an entry is put between sealed ones', async () => {
    const [made] = await ask<{ id: string }>(`select gen_random_uuid()::text as id`);
    await behind(
      `insert into audit_logs select (jsonb_populate_record(l, jsonb_build_object('id', $2::text))).* from audit_logs l where id = $1`,
      [ids[2], made?.id],
    );
    for (const report of await both())
      expect(first(report)).toMatchObject({ ok: false, entry: made?.id });
  });

  test('is found when an entry of today is dated back', async () => {
    const [row] = await ask<{ id: string }>(
      `select id::text from audit_logs where organization_id = $1 order by created_at desc limit 1`,
      [acme],
    );
    const late = await log('late');
    expect(row?.id).not.toBe(late);
    await behind(
      `update audit_logs set created_at = created_at - interval '1 hour' where id = $1`,
      [late],
    );
    const report = await online();
    expect(report.ok).toBe(false);
    expect(report.findings.map(({ entry }) => entry)).toContain(late);
  });

  test('is found when the seals are taken away, by whoever kept one', async () => {
    const { anchors } = await online();
    await ask('alter table tenantry.audit_seals disable trigger user');
    await ask('create table kept_seals as select * from tenantry.audit_seals');
    await ask(
      'delete from tenantry.audit_seals where number = (select max(number) from tenantry.audit_seals where tenant = $1) and tenant = $1',
      [acme],
    );
    const report = await system(() => audit.verify(pool, { anchors }));
    expect(report.findings.map(({ kind }) => kind)).toContain('seal-missing');
    await ask('insert into tenantry.audit_seals select * from kept_seals on conflict do nothing');
    await ask(
      'update tenantry.audit_seals set entries = entries + 1 where tenant = $1 and number = 1',
      [acme],
    );
    expect(first(await online())).toMatchObject({ ok: false, kind: 'seal-changed' });
    await ask('delete from tenantry.audit_seals');
    await ask('insert into tenantry.audit_seals select * from kept_seals');
    await ask('drop table kept_seals');
    await ask('alter table tenantry.audit_seals enable always trigger tenantry_audit_refuse');
    await ask(
      'alter table tenantry.audit_seals enable always trigger tenantry_audit_refuse_truncate',
    );
  });
});

describe('an export', () => {
  test('that was cut off, or lost a line, is found', async () => {
    const all = await lines();
    expect((await verifyExport(all.slice(0, -3))).findings.at(-1)?.kind).toBe('truncated');
    const without = all.filter((line) => !line.includes(ids[3] ?? ''));
    expect((await verifyExport(without)).findings[0]).toMatchObject({
      kind: 'missing',
      entry: ids[3],
    });
  });

  test('that another program wrote again, with its own spaces and order of keys, verifies', async () => {
    const again = (await lines()).map((line) => {
      if (line === '') return line;
      return JSON.stringify(
        Object.fromEntries(Object.entries(JSON.parse(line)).reverse()),
        null,
        1,
      ).replaceAll('\n', ' ');
    });
    expect((await verifyExport(again)).findings).toEqual([]);
  });
});

describe('a proof of inclusion', () => {
  test('is checked without a database, and fails for anything else', async () => {
    const proof = await asAda(() => audit.prove(pool, ids[2] ?? ''));
    const { anchors } = await online();
    expect(verifyProof(proof)).toEqual({ ok: true });
    const own = [{ tenant: acme, number: proof.seal.number, hash: proof.seal.hash }];
    expect(verifyProof(JSON.parse(JSON.stringify(proof)), { anchors: own })).toEqual({ ok: true });
    expect(anchors.length).toBeGreaterThan(0);
    expect(verifyProof({ ...proof, entry: { ...proof.entry, action: 'thing.forged' } }).ok).toBe(
      false,
    );
    expect(verifyProof({ ...proof, index: proof.index + 1 }).ok).toBe(false);
    expect(verifyProof({ ...proof, path: proof.path.slice(1) }).ok).toBe(false);
    expect(
      verifyProof({ ...proof, seal: { ...proof.seal, sealedAt: '2020-01-01T00:00:00.000000Z' } })
        .ok,
    ).toBe(false);
    expect(
      verifyProof(proof, { anchors: [{ tenant: acme, number: proof.seal.number, hash: '00' }] }).ok,
    ).toBe(false);
  });

  test('is not given for what another tenant wrote', async () => {
    const other = { ...adaEntry, organizationId: '00000000-0000-4000-8000-0000000910be' };
    const asked = tenancy.run(other, () => audit.prove(pool, ids[0] ?? ''));
    await expect(asked).rejects.toMatchObject({ code: 'AUDIT_ENTRY_NOT_FOUND' });
  });
});

describe('an erasure', () => {
  test('takes a person out and leaves hashes, seals and proofs valid', async () => {
    await asAda(() =>
      pool.batch(() => [
        audit.log(pool, 'member.invited', {
          resource: ['member', 'm1'],
          metadata: { email: 'eve@example.com', role: 'viewer' },
        }),
      ]),
    );
    await sealAll();
    const proof = await asAda(() => audit.prove(pool, ids[4] ?? ''));
    const erased = await system(() =>
      audit.erase(pool, { user: adaEntry.user, reason: 'letter of May 2' }),
    );
    expect(erased).toEqual([{ organizationId: acme, entries: expect.any(Number) }]);
    const left = await ask<{ text: string }>('select to_jsonb(l)::text as text from audit_logs l');
    const text = left.map((row) => row.text).join();
    for (const gone of [adaEntry.user, adaEntry.ip, 'eve@example.com'])
      expect(text).not.toContain(gone);
    for (const report of await both()) {
      expect(report.findings).toEqual([]);
      expect(report.erased).toBeGreaterThanOrEqual(6);
    }
    expect(verifyProof(proof)).toEqual({ ok: true }); // the proof that somebody holds
    const now = await asAda(() => audit.prove(pool, ids[4] ?? ''));
    expect(now.seal).toEqual(proof.seal);
    expect(verifyProof(now)).toEqual({ ok: true }); // and one of what is left
    const { entries } = await asAda(() => audit.query(pool, { action: 'member.invited' }));
    expect(entries[0]?.erased).toEqual(['actor', 'personal']);
    expect(entries[0]?.metadata).toEqual({ role: 'viewer' });
    const [own] = (await asAda(() => audit.query(pool, { action: 'audit.erased' }))).entries;
    expect(own).toMatchObject({ reason: 'a test', actor: { type: 'system', id: 'tests' } });
  });
});
