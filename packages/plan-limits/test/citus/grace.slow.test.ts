import { describe, expect, test } from 'vitest';
import { limits } from '../fixtures/limits.ts';
import { tenancy } from '../fixtures/tenancy.ts';
import { failure, limitsDatabase } from '../support/database.ts';

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);

const database = await limitsDatabase();
const worker = database.throughWorker();

describe('through a worker', () => {
  const set = (organizationId: string, plan: 'small' | 'pro' | 'enterprise') =>
    worker.system(() => limits.setPlan(worker.pool, { organizationId, plan, source: 'test' }));
  const more = (organizationId: string, endsAt?: Date) =>
    worker.system(() =>
      limits.addOverride(worker.pool, {
        organizationId,
        feature: 'projects',
        set: 8,
        reason: 'r',
        actor: 'a',
        ...(endsAt && { endsAt }),
      }),
    );
  const write = (sql: string, values: unknown[]) => worker.ask(sql, values);

  /** What gives a tenant of the plan small eight projects, and what takes them away. */
  const ways: Readonly<
    Record<string, readonly [(t: string) => Promise<unknown>, (t: string) => Promise<unknown>]>
  > = {
    'the plan, by setPlan': [(t) => set(t, 'pro'), (t) => set(t, 'small')],
    'the plan, by SQL': [
      (t) => set(t, 'enterprise'),
      (t) => write("update organizations set plan = 'small' where id = $1", [t]),
    ],
    'an exception that is ended': [
      (t) => more(t),
      (t) => write('update feature_overrides set ends_at = now() where organization_id = $1', [t]),
    ],
    'an exception that is deleted': [
      (t) => more(t),
      (t) => write('delete from feature_overrides where organization_id = $1', [t]),
    ],
    'a trial that billing ends': [
      (organizationId) =>
        worker.system(() =>
          limits.startTrial(worker.pool, {
            organizationId,
            plan: 'enterprise',
            endsAt: inDays(3),
          }),
        ),
      (t) => set(t, 'small'),
    ],
  };

  test.each(Object.entries(ways))('%s begins a grace, which ends', async (_, [up, down]) => {
    const { pool, organization, ask } = worker;
    const acme = await organization('small');
    const insert = (n: number) =>
      pool.query(`insert into projects (name) values ${Array(n).fill("('p')").join()}`);
    const report = () => tenancy.run(acme, () => limits.explain(pool, 'projects'));
    await up(acme);
    await tenancy.run(acme, () => insert(5));
    await down(acme);
    const within = await report();
    expect(within).toMatchObject({ planLimit: 2, used: 5, graceUntil: expect.any(String) });
    await tenancy.run(acme, () => insert(1));
    if (within.limit !== null) {
      const error = await failure(tenancy.run(acme, () => insert(within.limit ?? 0)));
      expect(error).toMatchObject({ code: 'LIMIT_REACHED', details: { limit: within.limit } });
    }
    // eight days later
    for (const [table, column] of [
      ['tenantry.limit_changed', 'at'],
      ['limit_states', 'grace_until'],
      ['feature_overrides', 'ends_at'],
    ]) {
      await ask(
        `select run_command_on_placements('${table}', $$
          do $run$ begin set local session_replication_role = replica; update %s set ${column} = ${column} - interval '8 days'; end $run$ $$)`,
      );
    }
    expect(await report()).toMatchObject({ limit: 2, used: 6, graceUntil: null });
    await tenancy.run(acme, async () => {
      expect(await failure(insert(1))).toMatchObject({ code: 'LIMIT_REACHED' });
      await pool.query('delete from projects');
      await insert(2);
    });
  });

  test('who is within the smaller limit has none', async () => {
    const { pool, organization } = worker;
    const acme = await organization('pro');
    await tenancy.run(acme, () => pool.query("insert into projects (name) values ('p')"));
    await set(acme, 'small');
    expect(await tenancy.run(acme, () => limits.explain(pool, 'projects'))).toMatchObject({
      limit: 2,
      graceUntil: null,
    });
  });
});
