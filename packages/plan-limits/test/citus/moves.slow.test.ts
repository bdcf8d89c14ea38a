import { expect, test } from 'vitest';
import { limits } from '../fixtures/limits.ts';
import { tenancy } from '../fixtures/tenancy.ts';
import { limitsDatabase } from '../support/database.ts';

const database = await limitsDatabase();

test('the plan of a tenant that has moved is its latest', async () => {
  const { pool, organization, system, ask } = database;
  const acme = await organization();
  const set = (plan: 'free' | 'pro' | 'small') =>
    system(() => limits.setPlan(pool, { organizationId: acme, plan, source: 'test' }));
  const move = () =>
    ask(
      `select citus_move_shard_placement(s.shard, h.nodename, h.nodeport, o.nodename, o.nodeport, 'block_writes')
       from (select get_shard_id_for_distribution_column('organizations', $1::text) as shard) s
       join pg_dist_placement p on p.shardid = s.shard
       join pg_dist_node h on h.groupid = p.groupid
       join pg_dist_node o on o.groupid <> p.groupid and o.shouldhaveshards`,
      [acme],
    );
  for (const plan of ['pro', 'small', 'free'] as const) {
    await set(plan);
    const now = await tenancy.run(acme, () => limits.entitlementsAt(pool, new Date()));
    expect(now[0]).toMatchObject({ plan });
    const [latest] = await tenancy.run(acme, () => limits.history(pool, { limit: 1 }));
    expect(latest).toMatchObject({ subject: 'plan', state: { plan } });
    await move();
  }
  // what is older than its retention goes, and the plan stays
  const aged = await ask<{ success: boolean }>(
    `select success from run_command_on_placements('entitlement_history', $$ update %s set at = at - interval '800 days' $$)`,
  );
  expect(aged.every(({ success }) => success)).toBe(true);
  await system(() => limits.upkeep(pool));
  const left = await ask(
    "select state->>'plan' as plan from entitlement_history where organization_id = $1 and subject = 'plan'",
    [acme],
  );
  expect(left).toEqual([{ plan: 'free' }]);
});
