import { expect, test } from 'vitest';
import { audit, tenancy } from './fixtures/schema.ts';
import { acme, ada, world } from './support/world.ts';

const { pool, ask, asAda, system, newPool } = await world();

const log = (db: Parameters<typeof audit.log>[0], what: string) =>
  audit.log(db, 'thing.happened', { resource: ['thing', what], metadata: { text: what } });
const findings = async () => (await system(() => audit.verify(pool))).findings;
const seals = () => ask('select number from tenantry.audit_seals where tenant = $1', [acme]);

test('entries that have come with their seals are not sealed again', async () => {
  await asAda(() => pool.batch(() => [log(pool, 'sealed elsewhere')]));
  // transactions of other databases of the server may be open
  await expect
    .poll(async () => {
      await system(() => audit.seal(pool));
      return seals();
    })
    .not.toEqual([]);
  const before = await seals();
  // what a log looks like that is behind the one they came from
  await ask(`update tenantry.audit_jobs set next_xid = 0 where job = 'seal'`);
  await system(() => audit.seal(pool));
  expect(await seals()).toEqual(before);
  expect(await findings()).toEqual([]);
});

test('new entries go on above those that have come, and no open transaction is passed', async () => {
  const above = 9_000_000_000;
  let [wrote, release] = [() => {}, () => {}];
  const written = new Promise<void>((resolve) => {
    wrote = resolve;
  });
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const open = asAda(() =>
    pool.transaction(async (tx) => {
      await log(tx, 'open');
      wrote();
      await held;
    }),
  );
  await written;
  const raised = ask('select tenantry.audit_go_on_above($1)', [above]);
  await expect
    .poll(() =>
      ask(
        "select 1 from pg_locks where locktype = 'relation' and not granted and database = (select oid from pg_database where datname = current_database())",
      ),
    )
    .toHaveLength(1);
  release();
  await Promise.all([open, raised]);
  const fresh = newPool({ max: 1 });
  await tenancy.run({ organizationId: acme, user: ada }, () =>
    fresh.batch(() => [log(fresh, 'after')]),
  );
  const rows = await ask<{ what: string; xid: string }>(
    `select resource_id as what, transaction_id::text as xid from audit_logs where resource_id in ('open', 'after')`,
  );
  const xidOf = (what: string) => Number(rows.find((row) => row.what === what)?.xid);
  expect(xidOf('open')).toBeLessThan(above);
  expect(xidOf('after')).toBeGreaterThan(above);
  // transactions of other databases of the server may be open
  const unsealed = async () => {
    await system(() => audit.seal(pool));
    return ask('select tenantry.audit_unsealed_of($1)::int as entries', [acme]);
  };
  await expect.poll(unsealed).toEqual([{ entries: 0 }]);
  expect(await findings()).toEqual([]);
  // a server that is ahead has nothing to raise
  expect(await ask('select tenantry.audit_go_on_above(5)::text as by')).toEqual([{ by: '0' }]);
});
