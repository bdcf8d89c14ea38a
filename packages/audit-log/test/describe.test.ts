import { expect, test } from 'vitest';
import { audit } from './fixtures/schema.ts';
import { acme, ada, globex, world } from './support/world.ts';

const { pool, ask, asAda, system } = await world();

test('describes a log to its tenant: its seals, and its last 20 entries', async () => {
  for (let n = 1; n <= 21; n++) {
    await asAda(() =>
      pool.batch(() => [
        audit.log(pool, 'thing.happened', { resource: ['thing'], metadata: { n } }),
      ]),
    );
  }
  await system(() => audit.hold(pool, { organizationId: globex, reason: 'matter 17' }));
  const sealed = () =>
    ask(
      `select from tenantry.audit_jobs where job = 'seal' and next_xid > (select max(transaction_id) from audit_logs)`,
    );
  do await system(() => audit.seal(pool));
  while ((await sealed()).length === 0);
  const described = await asAda(() => audit.describe(pool));
  expect(described).toMatchObject({ feature: 'audit-log', title: 'Audit log', allowances: [] });
  expect(described.changes).toHaveLength(20);
  expect(described.changes[0]).toEqual({
    at: expect.stringMatching(/^20\d\d-.*Z$/),
    what: 'thing.happened',
    actor: ada,
  });
  expect(described.lists).toEqual([
    { id: 'seals', title: 'Seals', more: false, rows: expect.any(Array) },
  ]);
  const seals = await ask(`select from tenantry.audit_seals where tenant = $1`, [acme]);
  expect(described.lists[0]?.rows).toHaveLength(seals.length);
  expect(JSON.stringify(described)).not.toMatch(new RegExp(`${globex}|matter 17|audit.held`));
});

test('describes it to the system: what waits, sinks, holds and retention', async () => {
  const described = await system(async () => {
    await audit.setRetention(pool, { organizationId: acme, months: 84, reason: 'contract 4' });
    await audit.deliver(pool, { name: 'siem', deliver: async () => {} }, { batchSize: 5 });
    return audit.describe(pool);
  });
  const rows = Object.fromEntries(described.lists.map((list) => [list.id, list.rows]));
  expect(Object.keys(rows)).toEqual(['waiting', 'deliveries', 'holds', 'retention']);
  expect(rows.deliveries).toEqual([{ sink: 'siem', delivered: expect.any(Number), failures: 0 }]);
  expect(rows.holds).toEqual([
    { organizationId: globex, reason: 'matter 17', placedAt: expect.stringMatching(/Z$/) },
  ]);
  expect(rows.retention).toEqual([{ organizationId: acme, months: 84 }]);
  expect(described.changes).toEqual([]);
});

test('shows at most 100 rows of a list, and that there are more', async () => {
  await ask(
    `insert into tenantry.audit_holds (tenant, reason) select gen_random_uuid(), 'many' from generate_series(1, 101)`,
  );
  const { lists } = await system(() => audit.describe(pool));
  const holds = lists.find(({ id }) => id === 'holds');
  expect([holds?.rows.length, holds?.more]).toEqual([100, true]);
});
