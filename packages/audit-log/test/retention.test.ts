import pg from 'pg';
import { expect, test } from 'vitest';
import { verifyExport } from '../src/verify/index.ts';
import { audit } from './fixtures/schema.ts';
import { acme, ada, globex, world } from './support/world.ts';

const { pool, url, ask, asAda, system } = await world();

/** Entries of years ago, in partitions of their own, as they would be there by now. */
async function ages(tenant: string, months: readonly number[], perMonth = 20): Promise<void> {
  await ask('alter table audit_logs disable trigger user');
  for (const month of months) {
    await ask(`select tenantry.audit_create_month(now() - make_interval(months => $1::int))`, [
      month,
    ]);
    await ask(
      `insert into audit_logs (organization_id, action, resource_type, created_at, transaction_id, salt, content_hash)
       select $1, 'old', 'thing', date_trunc('month', now() at time zone 'UTC') at time zone 'UTC' - make_interval(months => $2::int) + make_interval(hours => i), pg_current_xact_id()::text::bigint, 'x', sha256(i::text::bytea) from generate_series(1, $3::int) i`,
      [tenant, month, perMonth],
    );
  }
  for (const name of ['tenantry_audit_refuse', 'tenantry_audit_refuse_truncate'])
    await ask(`alter table audit_logs enable always trigger ${name}`);
  await ask('alter table audit_logs enable trigger "0_tenantry_refuse_column_change"');
}
const months = async (tenant: string) =>
  (
    await ask<{ n: number }>(
      `select count(distinct date_trunc('month', created_at))::int as n from audit_logs where organization_id = $1 and action = 'old'`,
      [tenant],
    )
  )[0]?.n;
const sealed = () =>
  system(async () => {
    for (;;) {
      await audit.seal(pool);
      const rows = await ask(
        `select from audit_logs where transaction_id >= (select next_xid from tenantry.audit_jobs where job = 'seal') limit 1`,
      );
      if (rows.length === 0) return;
    }
  });

test('expired entries are archived, then deleted with their partition; holds and retention of a tenant take precedence', async () => {
  await ages(acme, [30, 29, 2]);
  await ages(globex, [30, 28, 2]);
  await sealed();
  await system(async () => {
    await audit.hold(pool, { organizationId: globex, reason: 'matter 17' });
    // an archive that fails keeps everything
    const failing = audit.maintain(pool, {
      keepMonths: 24,
      archive: async () => {
        throw new Error('the archive is full');
      },
    });
    await expect(failing).rejects.toThrow('the archive is full');
    expect(await months(acme)).toBe(3);

    const archived: string[] = [];
    const first = await audit.maintain(pool, {
      keepMonths: 24,
      archive: async ({ organizationId, entries, lines }) => {
        let text = '';
        for await (const chunk of lines) text += chunk;
        const report = await verifyExport(text.split('\n'));
        expect(report.findings.filter(({ kind }) => kind !== 'changed')).toEqual([]);
        expect(report.entries).toBe(entries);
        archived.push(organizationId);
      },
    });
    expect(archived).toEqual([acme, acme]);
    expect(first.retired.map(({ entries, dropped }) => [entries, dropped])).toEqual([
      [20, false], // globex has entries in that month, which are held
      [20, true],
    ]);
    expect([await months(acme), await months(globex)]).toEqual([1, 3]);

    await expect(audit.erase(pool, { user: 'nobody', reason: 'x' })).resolves.toEqual([]);
    expect(await audit.release(pool, { organizationId: globex, reason: 'settled' })).toBe(1);
    await audit.setRetention(pool, { organizationId: globex, months: 28, reason: 'contract 4' });
    const second = await audit.maintain(pool, { keepMonths: 24 });
    expect(second.retired).toEqual([
      { month: expect.any(String), tenants: 1, entries: 20, dropped: true },
    ]);
    expect([await months(acme), await months(globex)]).toEqual([1, 2]);

    const report = await audit.verify(pool);
    expect(report.retired).toBe(3);
    // the rows of this test have no true hashes; what matters is that none is missed
    expect(report.findings.filter(({ kind }) => kind === 'missing')).toEqual([]);
    const { entries } = await audit.query(pool, {
      action: ['audit.retired', 'audit.held', 'audit.released', 'audit.retention_set'],
    });
    expect(entries.map(({ action }) => action)).toEqual([
      'audit.retired',
      'audit.retention_set',
      'audit.released',
      'audit.retired',
      'audit.retired',
      'audit.held',
    ]);
    expect(entries.at(-1)?.metadata).toEqual({ reason: 'matter 17' });
  });
});

test('unsealed entries are not deleted', async () => {
  await ages(acme, [40]);
  await sealed(); // transactions of other test files on this server hold the horizon back
  const monthOf = async (ago: number) =>
    (
      await ask(
        `select from audit_logs where organization_id = $2 and created_at < now() - make_interval(months => $1::int)`,
        [ago, acme],
      )
    ).length;
  // a transaction that still runs may be about to write below any later one
  const running = new pg.Client({ connectionString: url });
  await running.connect();
  await running.query('begin');
  await running.query('select pg_current_xact_id()');
  await ages(acme, [41]);
  await system(() => audit.maintain(pool, { keepMonths: 24 }));
  expect(await monthOf(40)).toBe(20);
  await running.query('rollback');
  await running.end();
  await sealed();
  await system(() => audit.maintain(pool, { keepMonths: 24 }));
  expect(await monthOf(24)).toBe(0);
});

test('a hold refuses an erasure, and nothing of it happens', async () => {
  await asAda(() =>
    pool.batch(() => [audit.log(pool, 'project.viewed', { resource: ['project'] })]),
  );
  const ofAda = () => ask('select from audit_logs where actor_id = $1', [ada]);
  const before = (await ofAda()).length;
  await system(async () => {
    await audit.hold(pool, { organizationId: acme, reason: 'matter 18' });
    await expect(audit.erase(pool, { user: ada, reason: 'letter' })).rejects.toMatchObject({
      code: 'AUDIT_ON_HOLD',
      status: 409,
    });
    expect(await ofAda()).toHaveLength(before);
    await audit.release(pool, { organizationId: acme, reason: 'settled' });
    await audit.erase(pool, { user: ada, reason: 'letter' });
    expect(await ofAda()).toHaveLength(0);
  });
});
