import type { FakeStripe } from '@tenantry/stripe-billing/fake';
import { expect, test } from 'vitest';
import { type CitusWorld, onCitus, secret, subscribe } from './world.ts';

async function linked(w: CitusWorld, of?: FakeStripe) {
  const fake = of ?? (await w.stripe());
  const alerts: string[] = [];
  const runtime = w.connect(fake, { onAlert: ({ kind }) => alerts.push(kind) });
  if (of === undefined) {
    fake.sendEvents({ to: (request) => runtime.webhook(request), secret });
  }
  const tenant = await w.organization();
  const { id: customer } = fake.call('POST /v1/customers');
  await fake.deliver();
  await runtime.link({ organizationId: tenant, customer });
  await runtime.runOnce();
  return { fake, runtime, tenant, customer, alerts };
}

const claimOf = async (w: CitusWorld, customer: string) =>
  (
    await w.ask<{ organization_id: string; behind: boolean; attempts: number }>(
      `select organization_id, sync_wanted > sync_done as behind, attempts::int
       from tenantry.billing_claims where stripe_customer_id = $1`,
      [customer],
    )
  )[0];

const eventsOf = (w: CitusWorld, customer: string) =>
  w.ask<{ state: string; n: number }>(
    'select state, count(*)::int as n from webhook_events where customer_id = $1 group by 1 order by 1',
    [customer],
  );

const logOf = async (w: CitusWorld, tenant: string) =>
  (
    await w.ask<{ action: string }>(
      "select action from audit_logs where organization_id = $1 and action like 'billing.%' order by created_at",
      [tenant],
    )
  ).map(({ action }) => action);

onCitus('what fails in the middle', (world) => {
  test('a node that is lost before the COMMIT of a sync leaves the sync to be done again', async () => {
    const w = world();
    const { fake, tenant, customer } = await linked(w);
    let left = 1;
    const runtime = w.connect(fake, {
      retryMs: 60_000,
      async onStep(step) {
        if (step === 'applied' && left-- > 0) await w.crashNodeOf(tenant);
      },
    });
    fake.sendEvents({ to: (request) => runtime.webhook(request), secret });
    subscribe(fake, customer);
    await fake.deliver();
    const report = await runtime.runOnce();
    expect(report.failed).toBe(1);
    expect(await claimOf(w, customer)).toMatchObject({ behind: true, attempts: 1 });
    expect((await eventsOf(w, customer)).map(({ state }) => state)).toContain('pending');
    expect(await w.ask('select from subscriptions where organization_id = $1', [tenant])).toEqual(
      [],
    );
    await runtime.refresh({ organizationId: tenant });
    expect(await runtime.runOnce()).toMatchObject({ applied: 1, stale: 0, failed: 0 });
    expect(await claimOf(w, customer)).toMatchObject({ behind: false, attempts: 0 });
    expect((await eventsOf(w, customer)).map(({ state }) => state)).toEqual(['processed']);
    expect(await logOf(w, tenant)).toEqual(['billing.customer_linked', 'billing.plan_changed']);
    const [organization] = await w.ask('select plan from organizations where id = $1', [tenant]);
    expect(organization).toEqual({ plan: 'pro' });
  });

  test('a sync whose COMMIT the coordinator has not noted is done again, and changes nothing', async () => {
    const w = world();
    const { fake, runtime, tenant, customer } = await linked(w);
    subscribe(fake, customer);
    await fake.deliver();
    const before = await w.ask(
      'select * from tenantry.billing_claims where stripe_customer_id = $1',
      [customer],
    );
    const events = await w.ask<{ event_id: string }>(
      'select event_id from webhook_events where customer_id = $1 and state = $2',
      [customer, 'pending'],
    );
    await runtime.runOnce();
    // as a crash of the coordinator leaves it: the shard has committed, and what is here has not
    await w.ask('update webhook_events set state = $1 where event_id = any ($2)', [
      'pending',
      events.map(({ event_id }) => event_id),
    ]);
    await w.ask(
      'update tenantry.billing_claims set sync_done = $1, next_at = now() where stripe_customer_id = $2',
      [before[0]?.sync_done, customer],
    );
    expect(await runtime.runOnce()).toMatchObject({ applied: 1, stale: 0, failed: 0 });
    expect(await claimOf(w, customer)).toMatchObject({ behind: false });
    expect((await eventsOf(w, customer)).map(({ state }) => state)).toEqual(['processed']);
    expect(await logOf(w, tenant)).toEqual(['billing.customer_linked', 'billing.plan_changed']);
  });

  test('a COMMIT that fails on the shard is none here', async () => {
    const w = world();
    await w.ask(`create function public.refuse() returns trigger language plpgsql as $$
      begin raise exception 'refused at the end' using errcode = '23514'; end $$`);
    const refusing = async <R>(fn: () => Promise<R>): Promise<R> => {
      await w.ask(`create constraint trigger refuse after insert or update on organization_billing
        deferrable initially deferred for each row execute function public.refuse()`);
      try {
        return await fn();
      } finally {
        await w.ask('drop trigger refuse on organization_billing');
      }
    };
    const fake = await w.stripe();
    const runtime = w.connect(fake, { retryMs: 60_000 });
    const tenant = await w.organization();
    const { id: customer } = fake.call('POST /v1/customers');
    const link = () => runtime.link({ organizationId: tenant, customer });
    await refusing(() => expect(link()).rejects.toMatchObject({ code: '23514' }));
    expect(await claimOf(w, customer)).toBeUndefined();
    expect(await logOf(w, tenant)).toEqual([]);
    await link();
    subscribe(fake, customer);
    await refusing(async () => expect((await runtime.runOnce()).failed).toBe(1));
    expect(await claimOf(w, customer)).toMatchObject({ behind: true });
    expect(await logOf(w, tenant)).toEqual(['billing.customer_linked']);
    await runtime.refresh({ organizationId: tenant });
    expect(await runtime.runOnce()).toMatchObject({ applied: 1, failed: 0 });
    expect(await logOf(w, tenant)).toEqual(['billing.customer_linked', 'billing.plan_changed']);
  });

  test('a node that is away holds up its own tenants only, and no webhook', async () => {
    const w = world();
    const here = await linked(w);
    let there = await linked(w, here.fake);
    const nodeOf = async (tenant: string) =>
      (
        await w.ask<{ port: number }>(
          `select h.nodeport as port from pg_dist_placement p join pg_dist_node h using (groupid)
           where p.shardid = get_shard_id_for_distribution_column('organizations', $1::text)`,
          [tenant],
        )
      )[0]?.port;
    while ((await nodeOf(there.tenant)) === (await nodeOf(here.tenant)))
      there = await linked(w, here.fake);
    for (const { tenant } of [here, there])
      await w.in(tenant, () =>
        w.pool.query('insert into memberships (user_id) values (gen_random_uuid())'),
      );
    const runtime = w.connect(here.fake, { retryMs: 60_000 });
    const other = there;
    const answers: number[] = [];
    here.fake.sendEvents({
      async to(request) {
        const answer = await runtime.webhook(request);
        answers.push(answer.status);
        return answer;
      },
      secret,
    });
    await w.away((await nodeOf(other.tenant)) as number, async () => {
      subscribe(here.fake, here.customer);
      await here.fake.deliver();
      expect(answers.length).toBeGreaterThan(0);
      expect(new Set(answers)).toEqual(new Set([200]));
      await runtime.refresh({ organizationId: other.tenant });
      expect(await runtime.runOnce()).toMatchObject({ failed: 1 });
      expect(await claimOf(w, here.customer)).toMatchObject({ behind: false });
      expect(await claimOf(w, other.customer)).toMatchObject({ behind: true, attempts: 1 });
    });
  });

  test('a link that fails on the shard claims nothing', async () => {
    const w = world();
    const fake = await w.stripe();
    const runtime = w.connect(fake);
    const { id: customer } = fake.call('POST /v1/customers');
    const nobody = '00000000-0000-4000-8000-00000000dead';
    await expect(runtime.link({ organizationId: nobody, customer })).rejects.toMatchObject({
      code: '23503',
    });
    expect(await claimOf(w, customer)).toBeUndefined();
  });

  test('a link whose COMMIT the coordinator has not noted is finished by the next, whoever it is for', async () => {
    const w = world();
    const { fake, runtime, tenant, customer } = await linked(w);
    const forget = () =>
      w.ask('delete from tenantry.billing_claims where stripe_customer_id = $1', [customer]);
    await forget();
    await runtime.link({ organizationId: tenant, customer });
    expect(await claimOf(w, customer)).toMatchObject({ organization_id: tenant });
    await forget();
    const other = await w.organization();
    await runtime.link({ organizationId: other, customer });
    expect(await claimOf(w, customer)).toMatchObject({ organization_id: other });
    // the row that was left says so still, and is not believed
    const { session } = await w.in(tenant, () =>
      runtime.checkout({ plan: 'pro', interval: 'monthly', successUrl: 'https://acme.test' }),
    );
    const { customer: own } = fake.call<{ customer: string }>(
      `GET /v1/checkout/sessions/${session}`,
    );
    expect(own).not.toBe(customer);
    expect(await claimOf(w, own)).toMatchObject({ organization_id: tenant });
  });

  test('a replaced customer whose COMMIT the coordinator has not noted keeps the one that is claimed', async () => {
    const w = world();
    const { fake, runtime, tenant, customer } = await linked(w);
    await w.ask(
      "update organization_billing set stripe_customer_id = 'cus_lost' where organization_id = $1",
      [tenant],
    );
    subscribe(fake, customer);
    await fake.deliver();
    expect(await runtime.runOnce()).toMatchObject({ applied: 1, stale: 0 });
    expect(
      await w.ask(
        'select stripe_customer_id as id, plan from organization_billing where organization_id = $1',
        [tenant],
      ),
    ).toEqual([{ id: customer, plan: 'pro' }]);
  });

  test('a tenant that is deleted lets its customer go, and its events wait', async () => {
    const w = world();
    const { fake, runtime, tenant, customer, alerts } = await linked(w);
    subscribe(fake, customer);
    await w.ask('delete from organizations where id = $1', [tenant]);
    await fake.deliver();
    expect((await runtime.runOnce()).stale).toBe(1);
    expect(await claimOf(w, customer)).toBeUndefined();
    expect((await eventsOf(w, customer)).map(({ state }) => state)).toContain('parked');
    expect(alerts).toEqual(['parked-customer']);
    const heir = await w.organization();
    const { replayed } = await runtime.link({ organizationId: heir, customer });
    expect(replayed).toBeGreaterThan(0);
    await runtime.runOnce();
    expect(
      await w.ask('select plan from organization_billing where organization_id = $1', [heir]),
    ).toEqual([{ plan: 'pro' }]);
  });

  test('a customer of a deleted tenant is linked to another one at once', async () => {
    const w = world();
    const { runtime, tenant, customer } = await linked(w);
    const heir = await w.organization();
    const link = () => runtime.link({ organizationId: heir, customer });
    await expect(link()).rejects.toMatchObject({ code: 'BILLING_CUSTOMER_TAKEN' });
    await w.ask('delete from organizations where id = $1', [tenant]);
    expect(await link()).toMatchObject({ outcome: 'linked' });
    expect(await claimOf(w, customer)).toMatchObject({ organization_id: heir });
  });
});
