import { seededRandom } from '@tenantry/stripe-billing/fake';
import fc from 'fast-check';
import { expect } from 'vitest';
import { catalogOf, organization, secret, start, type World } from '../support/world.ts';
import { type Action, act, actionNames } from './histories.ts';
import { naiveCopy } from './naive.ts';
import { type Facts, storedFacts, trueFacts } from './truth.ts';

/** One thing that happens to one customer, and how many hours pass before the next. */
interface Happening {
  readonly action: Action;
  readonly n: number;
  readonly hours: number;
  /** Whether what waits is delivered now, while workers are at it. */
  readonly deliver: boolean;
}

const happening: fc.Arbitrary<Happening> = fc.record({
  action: fc.constantFrom(...actionNames),
  n: fc.nat({ max: 1000 }),
  hours: fc.constantFrom(0, 0, 0, 1, 30, 24 * 8, 24 * 32),
  deliver: fc.boolean(),
});

/** How a world is run; every chance in it comes from the seed. */
export interface WorldPlan {
  readonly seed: number;
  /** A history for each customer. */
  readonly histories: readonly (readonly Happening[])[];
}

export const worldPlan = (customers: number): fc.Arbitrary<WorldPlan> =>
  fc.record({
    seed: fc.nat(),
    histories: fc.array(fc.array(happening, { minLength: 3, maxLength: 10 }), {
      minLength: customers,
      maxLength: customers,
    }),
  });

/** What a run has seen. */
export interface RunFigures {
  readonly histories: number;
  readonly deliveries: number;
  readonly kills: number;
  /** Customers that the copy of payloads has wrong at the end. */
  readonly naiveWrong: number;
}

class Killed extends Error {}

/**
 * Lives the histories of many customers side by side, while events arrive shuffled, twice, late, at
 * once, or never, Stripe fails now and then, and three workers are killed between any two steps.
 * Afterwards nothing is killed any more, one reconciliation makes up for the events that were dropped,
 * and the copy must equal the truth.
 */
export async function live(world: World, plan: WorldPlan): Promise<RunFigures> {
  await world.ask(
    `truncate organizations, organization_billing, ${world.claims}, webhook_events, plan_changes, subscriptions, subscription_items, invoices, tenantry.billing_cursors cascade`,
  );
  const random = seededRandom(plan.seed);
  const fake = await world.stripe({ startAt: start, seed: plan.seed, retries: 'mark-unpaid' });
  const prices = catalogOf(fake);
  let kills = 0;
  let chaos = true;
  const options = {
    leaseMs: 15,
    retryMs: 1,
    maxAttempts: 100,
    concurrency: 3,
    onStep() {
      if (!chaos || random() > 0.04) return;
      kills += 1;
      throw new Killed();
    },
  };
  const workers = [1, 2, 3].map(() => world.connect(fake, options));
  const [intake] = workers as [(typeof workers)[0]];
  const naive = naiveCopy();
  fake.sendEvents({ to: (request) => intake.webhook(request), secret });
  fake.sendEvents({ to: naive.webhook, secret });

  const customers: string[] = [];
  for (let i = 0; i < plan.histories.length; i++) {
    customers.push(await world.customer(fake, intake, organization(i + 1)));
  }
  await fake.deliver();
  fake.fail({ on: 'GET /v1', answer: 500, rate: 0.02 });
  fake.fail({ on: 'GET /v1', answer: 'disconnect', rate: 0.01 });

  let deliveries = 0;
  const longest = Math.max(...plan.histories.map((history) => history.length));
  const work = () => Promise.allSettled(workers.map((worker) => worker.runOnce()));
  for (let step = 0; step < longest; step++) {
    let hours = 0;
    let deliver = false;
    plan.histories.forEach((history, i) => {
      const happens = history[step];
      if (happens === undefined) return;
      act(fake, prices, customers[i] as string, happens.action, happens.n);
      hours = Math.max(hours, random() < 0.3 ? happens.hours : 0);
      deliver ||= happens.deliver;
    });
    if (hours > 0) fake.advance(hours * 3600);
    if (!deliver) continue;
    const working = work();
    const how = {
      order: 'shuffled',
      duplicate: 0.2,
      drop: 0.05,
      delay: 0.2,
      concurrency: 4,
    } as const;
    const [report] = await Promise.all([fake.deliver(how), working]);
    deliveries += report.statuses.length;
  }

  chaos = false;
  await fake.deliver({ order: 'shuffled', duplicate: 0.2, concurrency: 4 });
  await new Promise((resolve) => setTimeout(resolve, 20)); // leases of the killed run out
  await workers[1]?.reconcile({ scope: 'events' });
  await settled(world, workers[2] as (typeof workers)[0]);

  await compare(world, (customer) => trueFacts(fake, prices, customer));
  const naiveWrong = customers.filter((customer) => !naive.knows(fake, prices, customer)).length;
  await fake.close();
  return { histories: customers.length, deliveries, kills, naiveWrong };
}

/** Works until nothing is behind: a back-off may still have to pass. */
async function settled(world: World, worker: { runOnce(): Promise<unknown> }): Promise<void> {
  for (let i = 0; i < 500; i++) {
    await worker.runOnce();
    const behind = await world.ask(
      `select error from ${world.claims} where sync_wanted > sync_done`,
    );
    if (behind.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('organizations stay behind');
}

async function compare(world: World, truth: (customer: string) => Facts): Promise<void> {
  const rows = await world.ask<Facts & { customer: string; handed: string | null }>(storedFacts);
  const stored = rows.map(({ customer, handed, ...facts }) => ({ customer, handed, facts }));
  expect(stored).toEqual(
    rows.map(({ customer }) => {
      const facts = truth(customer);
      // who never had a subscription was given nothing, so nothing is handed over
      const handed = facts.subscriptions.length === 0 ? null : facts.plan;
      return { customer, handed, facts };
    }),
  );
  const left = await world.ask(
    `select event_id, type, state, error from webhook_events where state not in ('processed', 'ignored')`,
  );
  expect(left).toEqual([]);
}
