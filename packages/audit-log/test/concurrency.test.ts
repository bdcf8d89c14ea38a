import fc from 'fast-check';
import pg from 'pg';
import { expect, test } from 'vitest';
import { audit, linkedAudit, tenancy } from './fixtures/schema.ts';
import { acme, adaEntry, globex, type World, world } from './support/world.ts';

const sealed = await world();
const linked = await world(linkedAudit, 'audit-linked');

const write = (
  { pool }: World,
  log: typeof audit | typeof linkedAudit,
  tenant: string,
  n: number,
) =>
  tenancy.run({ ...adaEntry, organizationId: tenant }, () =>
    pool.batch(() => [log.log(pool, 'thing.happened', { resource: ['thing'], metadata: { n } })]),
  );
const settle = async ({ system, pool, ask }: World, log: typeof audit | typeof linkedAudit) => {
  for (;;) {
    await system(() => log.seal(pool));
    const rows = await ask(
      "select from audit_logs where transaction_id >= (select next_xid from tenantry.audit_jobs where job = 'seal') limit 1",
    );
    if (rows.length === 0) return;
  }
};

test('sealers that race with each other and with writers seal every entry once, in one chain', async () => {
  const { system, newPool, ask } = sealed;
  const pools = Array.from({ length: 4 }, () => newPool({ max: 1 }));
  let writing = true;
  const sealers = pools.map(async (pool) => {
    while (writing)
      await tenancy.asSystem({ reason: 'a test', actor: 'tests', write: true }, () =>
        audit.seal(pool),
      );
  });
  // a long transaction commits after seals that are younger than its beginning
  const slow = new pg.Client({ connectionString: sealed.url });
  await slow.connect();
  await slow.query('begin');
  await slow.query(`select tenantry.audit_write_for($1, 'slow', 'x')`, [acme]);
  await Promise.all(
    Array.from({ length: 8 }, async (_, worker) => {
      for (let i = 0; i < 25; i++)
        await write(sealed, audit, i % 3 === 0 ? globex : acme, worker * 100 + i);
    }),
  );
  await slow.query('commit');
  await slow.end();
  writing = false;
  await Promise.all(sealers);
  await settle(sealed, audit);
  const report = await system(() => audit.verify(sealed.pool));
  expect(report.findings).toEqual([]);
  expect(report.unsealed).toBe(0);
  const [counts] = await ask<{ entries: number; sealed: number }>(
    'select (select count(*)::int from audit_logs) as entries, (select sum(entries)::int from tenantry.audit_seals) as sealed',
  );
  expect(counts?.sealed).toBe(counts?.entries);
});

test('an entry is sealed by the order of transactions: the horizon passes none that commits late', async () => {
  const runs = fc.asyncProperty(
    fc.array(
      fc.record({
        hold: fc.boolean(),
        seals: fc.integer({ min: 0, max: 2 }),
        rollback: fc.boolean(),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    async (steps) => {
      const open: { client: pg.Client; rollback: boolean }[] = [];
      for (const { hold, seals, rollback } of steps) {
        const client = new pg.Client({ connectionString: sealed.url });
        await client.connect();
        await client.query('begin');
        await client.query(`select tenantry.audit_write_for($1, 'random', 'x')`, [acme]);
        if (hold) open.push({ client, rollback });
        else {
          await client.query(rollback ? 'rollback' : 'commit');
          await client.end();
        }
        for (let i = 0; i < seals; i++) await sealed.system(() => audit.seal(sealed.pool));
      }
      for (const { client, rollback } of open.reverse()) {
        await client.query(rollback ? 'rollback' : 'commit');
        await client.end();
        await sealed.system(() => audit.seal(sealed.pool));
      }
      await settle(sealed, audit);
      const report = await sealed.system(() => audit.verify(sealed.pool));
      expect(report.findings).toEqual([]);
      expect(report.unsealed).toBe(0);
    },
  );
  await fc.assert(runs, { numRuns: 12 });
});

test('linked entries form one chain a tenant, whatever is at work at once, with no unproven tail', async () => {
  const { system, ask, pool, asAda } = linked;
  await Promise.all(
    Array.from({ length: 16 }, async (_, worker) => {
      for (let i = 0; i < 20; i++)
        await write(linked, linkedAudit, i % 4 === 0 ? globex : acme, worker * 100 + i);
    }),
  );
  await asAda(() =>
    pool.query(`insert into projects (name) select 'x' from generate_series(1, 50)`),
  );
  const chain = await ask<{ tenant: string; links: number; last: number; hashes: number }>(
    'select tenant::text, count(*)::int as links, max(position)::int as last, count(distinct hash)::int as hashes from tenantry.audit_links group by 1 order by 1',
  );
  for (const { links, last, hashes } of chain) expect([last, hashes]).toEqual([links, links]);
  const entries = await ask('select from audit_logs');
  expect(chain.reduce((sum, { links }) => sum + links, 0)).toBe(entries.length);
  expect((await system(() => linkedAudit.verify(pool))).findings).toEqual([]);
});

test('in a linked log an entry that was edited, taken or added before any seal is found', async () => {
  const { system, ask, pool } = linked;
  const behind = async (sql: string) => {
    await ask('alter table audit_logs disable trigger user');
    await ask(sql);
    return (await system(() => linkedAudit.verify(pool))).findings.map(({ kind }) => kind);
  };
  await write(linked, linkedAudit, acme, 1);
  const newest = `(select id from audit_logs where action = 'thing.happened' order by created_at desc limit 1)`;
  expect(
    await behind(
      `update audit_logs set content_hash = sha256('forged'), metadata = '{}' where id = ${newest}`,
    ),
  ).toContain('changed');
  expect(await behind(`delete from audit_logs where id = ${newest}`)).toContain('missing');
  await ask('alter table tenantry.audit_links disable trigger user');
  expect(await behind(`delete from tenantry.audit_links where id = ${newest}`)).toContain(
    'unlinked',
  );
  expect(
    await behind(`update tenantry.audit_links set hash = sha256('forged') where position = 3`),
  ).toContain('link-changed');
});
