import { count, eq } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { createClient, updateClient } from '../src/actions/clients.ts';
import { createInvoice, deleteInvoice } from '../src/actions/invoices.ts';
import { createProject } from '../src/actions/projects.ts';
import { limits } from '../src/limits.ts';
import { planAndUsage } from '../src/queries/plan.ts';
import { clients } from '../src/schema/index.ts';
import { createVaultItem } from '../src/vault/items.ts';
import { codeOf, testWorld } from './support/world.ts';

const { db, pool, keys, as, asOperator, ask, seeded } = await testWorld();
const asTomas = <T>(work: () => Promise<T>) => as('oliveira', 'tomas', work);
const asJonas = <T>(work: () => Promise<T>) => as('weber', 'jonas', work);
const lines = [{ description: 'Work', quantity: 1, rate: 1000 }];
const activeOf = async (businessId: string): Promise<number> =>
  (
    await ask(
      `select count(*)::int as n from clients where business_id = $1 and status = 'active'`,
      [businessId],
    )
  )[0].n;

it('are those of the article', async () => {
  const { plan, features } = await asTomas(() => planAndUsage(db));
  expect(plan).toBe('free');
  expect(Object.fromEntries(features.map((each) => [each.feature, each.byPlan]))).toEqual({
    activeClients: { free: 3, solo: 15, pro: null },
    projects: { free: 5, solo: 50, pro: null },
    invoices: { free: 5, solo: 30, pro: null },
    vaultItems: { free: 10, solo: 100, pro: null },
  });
  expect(features.find(({ feature }) => feature === 'activeClients')).toMatchObject({
    used: 3,
    limit: 3,
  });
});

it('count active clients only, whichever way one becomes active', async () => {
  await asTomas(async () => {
    const refusal = createClient(db, { name: 'One more' });
    await expect(refusal).rejects.toMatchObject({
      cause: {
        code: 'LIMIT_REACHED',
        status: 403,
        details: { feature: 'activeClients', limit: 3 },
      },
    });
    const lead = await createClient(db, { name: 'A lead', status: 'lead' });
    expect(await codeOf(updateClient(db, lead, { status: 'active' }))).toBe('LIMIT_REACHED');
    expect(await codeOf(pool.query(`update clients set status = 'active'`))).toBe('LIMIT_REACHED');
    const [active] = await db.select().from(clients).where(eq(clients.status, 'active'));
    await updateClient(db, String(active?.id), { status: 'inactive' });
    await updateClient(db, lead, { status: 'active' });
    expect(await codeOf(updateClient(db, String(active?.id), { status: 'active' }))).toBe(
      'LIMIT_REACHED',
    );
  });
});

it('cannot be passed by a status that counts for nothing', async () => {
  await asTomas(async () => {
    for (const [status, code] of [
      ["'Active'", '23514'],
      ["'active '", '23514'],
      ["''", '23514'],
      ['null', '23502'],
    ]) {
      const sql = `insert into clients (name, status) values ('x', ${status})`;
      expect([status, await codeOf(pool.query(sql))]).toEqual([status, code]);
    }
  });
});

it('hold where the check of the article never fires, and where it is mended', async () => {
  const { weber } = seeded.businesses;
  const limit = 3;
  /** The article's: what a query gives is a list of rows, and a list is never `>=` a number. */
  const asWritten = async () => {
    const active = await db.select({ count: count() }).from(clients);
    if ((active as unknown as number) >= limit) throw new Error('refused by the check');
  };
  /** With the number in place of the list, it is a question that many may ask before anybody writes. */
  const mended = async () => {
    const [active] = await db.select({ count: count() }).from(clients);
    if (Number(active?.count) >= limit) throw new Error('refused by the check');
  };
  const attempt = (check: () => Promise<void>) =>
    asJonas(async () => {
      await check();
      await db.insert(clients).values({ name: 'Somebody' });
    });
  const reset = () =>
    ask(`delete from clients where business_id = $1 and name = 'Somebody'`, [weber]);

  // without the limit of the database: on a plan that has none
  await asOperator(() =>
    limits.setPlan(db, { businessId: weber, plan: 'pro', source: 'test', version: 2 }),
  );
  for (let i = 0; i < 12; i++) await attempt(asWritten);
  expect(await activeOf(weber)).toBe(13);
  await reset();
  await Promise.allSettled(Array.from({ length: 30 }, () => attempt(mended)));
  expect(await activeOf(weber)).toBeGreaterThan(limit);
  await reset();

  await asOperator(() =>
    limits.setPlan(db, { businessId: weber, plan: 'free', source: 'test', version: 3 }),
  );
  const answers = await Promise.all(
    Array.from({ length: 30 }, () => codeOf(attempt(async () => {}))),
  );
  expect(answers.filter((code) => code === 'none')).toHaveLength(2);
  expect(new Set(answers)).toEqual(new Set(['none', 'LIMIT_REACHED']));
  expect(await activeOf(weber)).toBe(limit);
});

it('count invoices in the month in which they are made, at once and by raw SQL', async () => {
  const used = async () =>
    (await limits.usage(db)).find(({ feature }) => feature === 'invoices')?.used;
  await asTomas(async () => {
    // the invoices of the seed are imported: they count for nothing
    expect(await used()).toBe(0);
    const write = () => createInvoice(db, { billTo: 'Somebody', lines });
    const answers = await Promise.all(Array.from({ length: 12 }, () => codeOf(write())));
    expect(answers.filter((code) => code === 'none')).toHaveLength(5);
    expect(await used()).toBe(5);
    await expect(write()).rejects.toMatchObject({
      cause: { code: 'LIMIT_REACHED', status: 429, details: { feature: 'invoices', limit: 5 } },
    });
    const columns =
      'bill_to, issue_date, due_date, currency, line_items, subtotal, tax_rate, tax_amount, total';
    const copy = `insert into invoices (${columns}) select ${columns} from invoices`;
    expect(await codeOf(pool.query(copy))).toBe('LIMIT_REACHED');
    // a draft that is deleted was made all the same
    const { rows } = await pool.query<{ id: string }>(
      `select id from invoices where status = 'draft' limit 1`,
    );
    expect(await deleteInvoice(db, String(rows[0]?.id))).toBe(true);
    expect(await codeOf(write())).toBe('LIMIT_REACHED');
  });
  // the period is part of the key: the next month begins by itself
  await ask(
    `update usage_counters set period_start = period_start - interval '1 month', period_end = period_end - interval '1 month'
     where business_id = $1`,
    [seeded.businesses.oliveira],
  );
  await asTomas(async () => {
    await createInvoice(db, { billTo: 'Somebody', lines });
    expect(await used()).toBe(1);
  });
});

it('count projects and vault items, and a larger plan has room at once', async () => {
  await asTomas(async () => {
    const project = (i: number) => createProject(db, { name: `Site ${i}` });
    for (let i = 3; i <= 5; i++) await project(i);
    expect(await codeOf(project(6))).toBe('LIMIT_REACHED');
    const secret = (i: number) =>
      createVaultItem(db, keys, { name: `Secret ${i}`, category: 'other', secret: 'x' });
    for (let i = 2; i <= 10; i++) await secret(i);
    expect(await codeOf(secret(11))).toBe('LIMIT_REACHED');
  });
  await asOperator(() =>
    limits.setPlan(db, {
      businessId: seeded.businesses.oliveira,
      plan: 'solo',
      source: 'test',
      version: 2,
    }),
  );
  await asTomas(async () => {
    await createProject(db, { name: 'Site 6' });
    await createClient(db, { name: 'A fourth client' });
  });
});
