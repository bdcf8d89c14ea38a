import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { billing, tenancy } from './fixtures/application.ts';
import { organization, testWorld } from './support/world.ts';

// Every query of billing reads as many rows at ten times the data: by the counters of the server.
const world = await testWorld();
const client = new pg.Client({ connectionString: world.url });
await client.connect();
afterAll(() => client.end());

const tenant = organization(1);
const customer = 'cus_1';
const who = { tenant, customer, account: 'default', livemode: false };

/** Organizations from `from` to `to`, each with 20 events, a subscription, items, invoices, a checkout. */
async function fill(from: number, to: number) {
  const id = `('00000000-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid`;
  const each = `from generate_series(${from}, ${to}) i`;
  for (const sql of [
    `insert into organizations (id) select ${id} ${each}`,
    `insert into organization_billing (organization_id, livemode, stripe_customer_id, plan, sync_wanted, sync_done, synced_at)
      select ${id}, false, 'cus_' || i, 'free', 9, 9, now() ${each}`,
    `insert into subscriptions (organization_id, id, livemode, status, started_at)
      select ${id}, 'sub_' || i, false, 'active', now() ${each}`,
    `insert into subscription_items (organization_id, id, livemode, subscription_id, price, product)
      select ${id}, 'si_' || i, false, 'sub_' || i, 'price_1', 'prod_1' ${each}`,
    `insert into invoices (organization_id, id, livemode, status, currency, issued_at)
      select ${id}, 'in_' || i || '_' || j, false, 'paid', 'usd', now() from generate_series(${from}, ${to}) i, generate_series(1, 3) j`,
    `insert into checkout_intents (organization_id, livemode, state, session_id)
      select ${id}, false, 'open', 'cs_' || i ${each}`,
    `insert into webhook_events (event_id, livemode, type, route, object_id, customer_id, state, seq, occurred_at, processed_at)
      select 'evt_' || i || '_' || j, false, 'customer.subscription.updated', 'customer', 'sub_' || i, 'cus_' || i, 'processed', 9, now(), now()
      from generate_series(${from}, ${to}) i, generate_series(1, 20) j`,
    'analyze',
  ]) {
    await client.query(sql);
  }
}

const nothing = {
  subscriptions: [],
  items: [],
  invoices: [],
  goneInvoices: [],
  allInvoices: false,
};
const own = { addons: {}, access: 'none', cancelAtPeriodEnd: false };

/** What each function is asked for, as the package asks. */
const calls: Record<string, readonly [name: string, input: object][]> = {
  'an event of a customer': [
    [
      'receive',
      {
        events: [
          {
            id: 'evt_new',
            type: 'customer.updated',
            created: 1,
            object: customer,
            customer,
            route: 'customer',
          },
        ],
      },
    ],
  ],
  'an event of an object': [
    [
      'receive',
      {
        events: [
          {
            id: 'evt_new',
            type: 'invoice_payment.paid',
            created: 1,
            invoice: 'in_900_1',
            route: 'customer',
          },
        ],
      },
    ],
  ],
  'an event of nobody': [
    [
      'receive',
      {
        events: [
          {
            id: 'evt_new',
            type: 'customer.updated',
            created: 1,
            customer: 'cus_x',
            route: 'customer',
          },
        ],
      },
    ],
  ],
  'a lease, with nothing due': [['lease', { worker: 'w', lease_ms: 1, most: 4 }]],
  'a round': [
    ['want', { tenant, full: true, most: 1 }],
    ['lease', { worker: 'w', lease_ms: 60_000, most: 4 }],
    ['lock', {}],
    [
      'apply',
      { fencingToken: 1_000_000, seq: 10, burst_ms: 0, own, granted: {}, version: 1, ...nothing },
    ],
    ['release', { worker: 'w', seatsAgain: 0 }],
  ],
  'a failure': [
    ['want', { tenant, full: true, most: 1 }],
    ['lease', { worker: 'w', lease_ms: 60_000, most: 4 }],
    ['fail', { worker: 'w', seq: 10, error: 'x', counts: 1, retry_ms: 1, dead: true }],
    ['dead', { most: 10 }],
    ['replay', {}],
  ],
  'what was given up': [['dead', { most: 10 }]],
  'a replay': [
    ['replay', {}],
    ['replay', { event: 'evt_1_1', customer: undefined }],
    ['replay', { customer }],
  ],
  'a page of a sweep': [
    ['linked', { most: 10 }],
    ['linked', { after: organization(500), most: 10 }],
    ['want', { after: organization(500), most: 10, full: true }],
  ],
  'events one by one': [
    ['take', { lease_ms: 1, most: 10 }],
    ['settle', { events: ['evt_1_1'], state: 'ignored' }],
    ['route', { events: ['evt_1_1'] }],
    ['park', {}],
    ['failures', {}],
  ],
  'a customer': [
    ['claim', { params: {}, replace: true }],
    ['customer_gone', {}],
    ['link', {}],
  ],
  'a checkout': [
    ['open_intent', { params: {} }],
    ['set_intent', { id: '00000000-0000-4000-8000-000000000000', state: 'expired' }],
  ],
  'what is stored of one': [['stored', {}]],
  'seats of one': [['seats', {}]],
  upkeep: [
    [
      'prune',
      {
        processedEvents: 30,
        givenUpEvents: 30,
        checkoutIntents: 30,
        most: 100,
        account: undefined,
        livemode: undefined,
      },
    ],
  ],
};

calls.fencing_token = [['fencing_token', {}]];
calls.cursor = [['cursor', { created: 1 }]];
calls['a price and a product'] = [
  ['put_product', { id: 'prod_x', fencingToken: 1, name: 'X', active: true }],
  [
    'put_price',
    { id: 'price_x', fencingToken: 1, product: 'prod_x', active: true, currency: 'usd' },
  ],
  ['retire', { id: 'price_x', fencingToken: 2 }],
];

/** What is about all organizations, so that it reads what they have. */
const ofAll = {
  overdue: 'doctor: until 1000 are found',
  account: 'an operator: it counts customers',
  describe: 'a page of at most 101 rows: see describe.test.ts',
};

test('every call of the package is measured here', () => {
  const file = fileURLToPath(new URL('../src/calls.ts', import.meta.url));
  const called = [...readFileSync(file, 'utf8').matchAll(/^ {2}([a-z_]+)\(input/gm)].map(([, a]) =>
    String(a),
  );
  expect(called.length).toBeGreaterThan(25);
  const measured = new Set(Object.values(calls).flatMap((list) => list.map(([name]) => name)));
  const missing = called.filter((name) => !measured.has(name) && !(name in ofAll));
  expect(missing).toEqual([]);
});

/** Rows that a list of calls reads, of all tables; nothing of it stays. */
async function rowsRead(list: readonly [name: string, input: object][]): Promise<number> {
  const run = async () => {
    for (const [name, input] of list) {
      const json = JSON.stringify({ ...who, ...input });
      await client.query(`select tenantry.billing_${name}($1)`, [json]);
    }
  };
  const sum = async () =>
    Number(
      (
        await client.query(
          `select coalesce(sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)), 0) as rows
           from pg_stat_xact_user_tables where schemaname <> 'tenantry'`,
        )
      ).rows[0].rows,
    );
  await client.query('begin');
  // as often as it takes for the server to settle on a plan for all parameters
  for (let i = 0; i < 7; i++) {
    await client.query('savepoint round');
    await run();
    await client.query('rollback to savepoint round');
  }
  const before = await sum();
  await run();
  const after = await sum();
  await client.query('rollback');
  return after - before;
}

test('every query reads as many rows at ten times the data', { timeout: 240_000 }, async () => {
  await fill(1, 1_000);
  const small = new Map<string, number>();
  for (const [name, list] of Object.entries(calls)) small.set(name, await rowsRead(list));
  await fill(1_001, 10_000);
  const grown: string[] = [];
  for (const [name, list] of Object.entries(calls)) {
    const before = small.get(name) as number;
    const after = await rowsRead(list);
    if (after > before * 1.5 + 20) grown.push(`${name}: ${before} rows, then ${after}`);
  }
  expect(grown).toEqual([]);
});

test('upkeep works until it is done, says what it removed, and leaves what is young', async () => {
  await client.query(
    `update webhook_events set processed_at = now() - interval '100 days' where object_id like 'sub_1%'`,
  );
  await client.query(
    `update webhook_events set state = 'dead', processed_at = null, created_at = now() - interval '400 days' where object_id = 'sub_2'`,
  );
  await client.query(
    `update webhook_events set state = 'parked', processed_at = null where object_id = 'sub_3'`,
  );
  await client.query(
    `update checkout_intents set updated_at = now() - interval '100 days' where session_id like 'cs_2%'`,
  );
  const as = <R>(fn: () => Promise<R>) =>
    tenancy.asSystem({ reason: 'upkeep', actor: 'test', write: true }, fn);
  const kept = await as(() =>
    billing.upkeep(world.pool, {
      retention: { processedEvents: false, givenUpEvents: false, checkoutIntents: false },
    }),
  );
  expect(kept).toEqual({
    done: true,
    removed: { processedEvents: 0, givenUpEvents: 0, checkoutIntents: 0 },
    left: 0,
  });
  const aborted = await as(() =>
    billing.upkeep(world.pool, { batchSize: 10, signal: AbortSignal.abort() }),
  );
  expect(aborted).toMatchObject({ done: false, removed: { processedEvents: 10 } });
  expect(aborted.left).toBeGreaterThan(0);
  const all = await as(() => billing.upkeep(world.pool, { batchSize: 700 }));
  expect(all).toEqual({
    done: true,
    removed: { processedEvents: 1112 * 20 - 10, givenUpEvents: 10, checkoutIntents: 1111 - 10 },
    left: 0,
  });
  const left = await client.query(
    `select state, count(*)::int from webhook_events group by 1 order by 1`,
  );
  expect(left.rows).toEqual([
    { state: 'parked', count: 20 },
    { state: 'processed', count: 10_000 * 20 - 1112 * 20 - 40 },
  ]);
  for (const wrong of [
    { processedEvents: 0 },
    { checkoutIntents: Number.NaN },
    { givenUpEvents: '7' },
  ]) {
    await expect(
      as(() => billing.upkeep(world.pool, { retention: wrong as never })),
    ).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  }
});
