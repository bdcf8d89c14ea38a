import { expect, test } from 'vitest';
import { gated } from '../support/gated.ts';
import { onCitus, secret, subscribe } from './world.ts';

const twenty = Array.from({ length: 20 }, (_, i) => i);

onCitus('many at once', (world) => {
  test('a webhook that comes twenty times at once by twenty processes is stored once, and synced', async () => {
    const w = world();
    const fake = await w.stripe();
    const runtimes = twenty.map(() => w.connect(fake));
    const tenant = await w.organization();
    const { id: customer } = fake.call('POST /v1/customers');
    await runtimes[0]?.link({ organizationId: tenant, customer });
    const answers: { readonly outcome?: string }[] = [];
    fake.sendEvents({
      async to(request) {
        const each = await Promise.all(runtimes.map((runtime) => runtime.webhook(request.clone())));
        for (const answer of each) {
          expect(answer.status).toBe(200);
          answers.push((await answer.json()) as { outcome: string });
        }
        return new Response();
      },
      secret,
    });
    subscribe(fake, customer);
    const { statuses } = await fake.deliver({ order: 'shuffled', duplicate: 1 });
    expect(answers.length).toBe(20 * statuses.length);
    const stored = await w.ask<{ event_id: string }>(
      'select event_id from webhook_events where account = $1',
      [w.accountOf(fake)],
    );
    const fresh = answers.filter(({ outcome }) => outcome !== 'duplicate');
    expect(fresh.length).toBe(stored.length);
    expect(stored.length).toBe(statuses.length / 2);

    const reports = await Promise.all(runtimes.map((runtime) => runtime.runOnce()));
    const sum = (of: 'applied' | 'stale' | 'failed') =>
      reports.reduce((all, report) => all + report[of], 0);
    // an event may ask for one more, after a look at what it names
    expect(sum('applied')).toBeLessThanOrEqual(2);
    expect([sum('stale'), sum('failed')]).toEqual([0, 0]);
    expect(
      await w.ask('select plan from organization_billing where organization_id = $1', [tenant]),
    ).toEqual([{ plan: 'pro' }]);
    expect(
      await w.ask(
        "select from webhook_events where account = $1 and state not in ('processed', 'ignored')",
        [w.accountOf(fake)],
      ),
    ).toEqual([]);
  });

  test('events of the catalog are taken by one of twenty workers', async () => {
    const w = world();
    const fake = await w.stripe();
    const runtimes = twenty.map(() => w.connect(fake));
    fake.sendEvents({
      to: (request) => runtimes[0]?.webhook(request) as Promise<Response>,
      secret,
    });
    const pending = () =>
      w.ask("select from webhook_events where account = $1 and state = 'pending'", [
        w.accountOf(fake),
      ]);
    for (const i of twenty) fake.call('POST /v1/products', { name: `product ${i}` });
    await fake.deliver();
    const waiting = await pending();
    const reports = await Promise.all(runtimes.map((runtime) => runtime.runOnce()));
    expect(reports.reduce((all, { events }) => all + events, 0)).toBe(waiting.length);
    expect((await w.ask("select from products where name like 'product %'")).length).toBe(20);
    expect(await pending()).toEqual([]);
  });

  test('a customer that twenty tenants are linked to at once belongs to one', async () => {
    const w = world();
    const fake = await w.stripe();
    const tenants = await Promise.all(twenty.map(() => w.organization()));
    for (let round = 0; round < 5; round++) {
      const { id: customer } = fake.call('POST /v1/customers');
      const outcomes = await Promise.allSettled(
        tenants.map((organizationId) =>
          w.connect(fake).link({ organizationId, customer, replace: true }),
        ),
      );
      const won = outcomes.flatMap(({ status }, i) => (status === 'fulfilled' ? [tenants[i]] : []));
      expect(won.length).toBe(1);
      for (const each of outcomes)
        if (each.status === 'rejected')
          expect(each.reason).toMatchObject({ code: 'BILLING_CUSTOMER_TAKEN' });
      for (const table of ['tenantry.billing_claims', 'organization_billing'])
        expect(
          await w.ask(`select organization_id from ${table} where stripe_customer_id = $1`, [
            customer,
          ]),
          table,
        ).toEqual([{ organization_id: won[0] }]);
      const linked = await w.ask(
        "select from audit_logs where action = 'billing.customer_linked' and resource_id = $1",
        [customer],
      );
      expect(linked.length).toBe(1);
      const other = tenants.find((tenant) => tenant !== won[0]);
      const again = `insert into tenantry.billing_claims (organization_id, livemode, account, stripe_customer_id)
        values ($1, false, '${w.accountOf(fake)}', $2)
        on conflict (organization_id, account, livemode) do update set stripe_customer_id = excluded.stripe_customer_id`;
      await expect(w.ask(again, [other, customer])).rejects.toMatchObject({ code: '23505' });
    }
  });

  test('twenty processes that open the first checkout of a tenant make one customer and one session', async () => {
    const w = world();
    const fake = await w.stripe();
    const pools = [w.pool, w.openPool({ app: 'worker' })];
    for (let round = 0; round < 5; round++) {
      const tenant = await w.organization();
      const pages = await Promise.all(
        twenty.map((i) => {
          const runtime = w.connect(fake, {}, pools[i % 2]);
          return w.in(tenant, () =>
            runtime.checkout({ plan: 'pro', interval: 'monthly', successUrl: 'https://acme.test' }),
          );
        }),
      );
      expect(new Set(pages.map(({ session }) => session)).size).toBe(1);
      const customers = fake
        .call<{ data: { metadata: { organizationId?: string } }[] }>('GET /v1/customers', {
          limit: 100,
        })
        .data.filter(({ metadata }) => metadata.organizationId === tenant);
      expect(customers.length).toBe(1);
      expect(
        await w.ask("select from checkout_intents where organization_id = $1 and state = 'open'", [
          tenant,
        ]),
      ).toHaveLength(1);
    }
  });

  test('a customer that is replaced while its sync is under way waits for it, and is synced', async () => {
    const w = world();
    const fake = await w.stripe();
    for (const step of ['fetched', 'locked'] as const) {
      const tenant = await w.organization();
      const [before, after] = [1, 2].map(() => fake.call('POST /v1/customers').id);
      await w.connect(fake).link({ organizationId: tenant, customer: before as string });
      subscribe(fake, before as string);
      const gate = gated(step);
      const running = w.connect(fake, { onStep: gate.onStep }).runOnce();
      await gate.reached;
      const replace = { organizationId: tenant, customer: after as string, replace: true };
      const replaced = w.connect(fake).link(replace);
      if (step === 'fetched') await replaced;
      else
        await expect
          .poll(() =>
            w.ask(
              "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
            ),
          )
          .not.toEqual([]);
      gate.open();
      const report = await running;
      expect(report.failed, step).toBe(0);
      expect(report.stale, step).toBe(step === 'fetched' ? 1 : 0);
      await replaced;
      await w.connect(fake).runOnce();
      const rows = await w.ask(
        'select stripe_customer_id as id, plan from organization_billing where organization_id = $1',
        [tenant],
      );
      expect(rows, step).toEqual([{ id: after, plan: 'free' }]);
      expect(await w.ask('select from subscriptions where organization_id = $1', [tenant])).toEqual(
        [],
      );
    }
  });

  test('a number of seats that an older round has told Stripe is corrected', async () => {
    const w = world();
    const fake = await w.stripe();
    const tenant = await w.organization();
    const { id: customer } = fake.call('POST /v1/customers');
    await w.connect(fake).link({ organizationId: tenant, customer });
    subscribe(fake, customer, 'pro_monthly', 'seat_monthly');
    const seat = () => {
      const [subscription] = fake.truth(customer).subscriptions as {
        items: { data: { id: string; quantity: number; price: { lookup_key: string } }[] };
      }[];
      return subscription?.items.data.find(({ price }) => price.lookup_key === 'seat_monthly');
    };
    const join = () =>
      w.in(tenant, () =>
        w.pool.query('insert into memberships (user_id) values (gen_random_uuid())'),
      );
    for (let i = 0; i < 3; i++) await join();
    const gate = gated('fetched');
    const slow = w.connect(fake, { onStep: gate.onStep, leaseMs: 1 }).runOnce();
    await gate.reached;
    await join();
    await w.connect(fake).runOnce();
    expect(seat()?.quantity).toBe(4);
    // as if the older request had been on its way for long
    fake.call(`POST /v1/subscription_items/${seat()?.id}`, { quantity: 3 });
    gate.open();
    expect(await slow).toMatchObject({ stale: 1, applied: 1, failed: 0 });
    expect(seat()?.quantity).toBe(4);
  });

  test('what is bought while the shards of its tenant move is there', async () => {
    const w = world();
    const fake = await w.stripe();
    const runtime = w.connect(fake, { maxAttempts: 100 });
    fake.sendEvents({ to: (request) => runtime.webhook(request), secret });
    const tenant = await w.organization();
    const { id: customer } = fake.call('POST /v1/customers');
    await runtime.link({ organizationId: tenant, customer });
    const subscription = subscribe(fake, customer);
    let moving = true;
    const moves = (async () => {
      for (const mode of ['block_writes', 'auto', 'block_writes']) {
        await w.ask(
          `select citus_move_shard_placement(s.shard, h.nodename, h.nodeport, o.nodename, o.nodeport, '${mode}')
           from (select get_shard_id_for_distribution_column('organizations', $1::text) as shard) s
           join pg_dist_placement p on p.shardid = s.shard
           join pg_dist_node h on h.groupid = p.groupid
           join pg_dist_node o on o.groupid <> p.groupid and o.shouldhaveshards`,
          [tenant],
        );
      }
      moving = false;
    })();
    let rounds = 0;
    while (moving) {
      rounds += 1;
      fake.call(`POST /v1/subscriptions/${subscription}`, { metadata: { round: String(rounds) } });
      await fake.deliver();
      await runtime.runOnce();
    }
    await moves;
    await fake.deliver();
    await runtime.runOnce();
    const stored = await w.ask(
      'select status, metadata from subscriptions where organization_id = $1',
      [tenant],
    );
    expect(stored).toEqual([{ status: 'active', metadata: { round: String(rounds) } }]);
    const behind = await w.ask(
      'select from tenantry.billing_claims where sync_wanted > sync_done and organization_id = $1',
      [tenant],
    );
    expect(behind).toEqual([]);
  });
});
