import { eq, sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import {
  createInvoice,
  deleteInvoice,
  setInvoiceStatus,
  updateInvoice,
} from '../src/actions/invoices.ts';
import {
  createTransaction,
  deleteTransaction,
  payInvoice,
  updateTransaction,
} from '../src/actions/transactions.ts';
import { audit } from '../src/audit.ts';
import { getInvoice, listInvoices } from '../src/queries/invoices.ts';
import { listTransactions, monthlyTotals } from '../src/queries/transactions.ts';
import { invoices } from '../src/schema/index.ts';
import { codeOf, testWorld } from './support/world.ts';

const { db, pool, as, asOperator, seeded } = await testWorld();
const asPriya = <T>(work: () => Promise<T>) => as('nair', 'priya', work);
const clientId = seeded.ids.nair.clients['Ananya Rao'] as string;
interface Changes {
  readonly new?: { readonly status: string };
}

const lines = [
  { description: 'Frontend Development - Dashboard Module', quantity: 40, rate: 2500 },
  { description: 'API Integration - Payment Gateway', quantity: 16, rate: 3000 },
];

it('writes an invoice with the defaults of the business, and numbers it', async () => {
  await asPriya(async () => {
    const first = await createInvoice(db, { clientId, lines, issueDate: '2026-11-02' });
    const second = await createInvoice(db, { clientId, lines, issueDate: '2026-11-02' });
    expect(await getInvoice(db, first)).toMatchObject({
      number: '2026-0006',
      status: 'draft',
      billTo: 'Saffron Kitchens',
      currency: 'INR',
      dueDate: '2026-11-16',
      subtotal: 148_000,
      taxRate: 1800,
      taxAmount: 26_640,
      total: 174_640,
    });
    expect(await getInvoice(db, second)).toMatchObject({ number: '2026-0007' });
    const next = await createInvoice(db, { clientId, lines, issueDate: '2027-01-04' });
    expect(await getInvoice(db, next)).toMatchObject({ number: '2027-0001' });
  });
});

it('begins with 0001 in each business, whatever the others write', async () => {
  await as('weber', 'jonas', async () => {
    const id = await createInvoice(db, {
      billTo: 'Radio Lindenhof',
      lines,
      issueDate: '2026-11-02',
    });
    expect(await getInvoice(db, id)).toMatchObject({ number: '2026-0001', currency: 'EUR' });
    await setInvoiceStatus(db, id, 'sent');
  });
});

it('refuses lines that zod refuses', async () => {
  const refused = (input: object) =>
    codeOf(asPriya(() => createInvoice(db, { clientId, lines, ...input })));
  for (const input of [
    { lines: [] },
    { lines: [{ description: '', quantity: 1, rate: 1 }] },
    { lines: [{ description: 'x', quantity: 1.005, rate: 1 }] },
    { lines: [{ description: 'x', quantity: 1, rate: 0.5 }] },
    { lines: [{ description: 'x', quantity: 1, rate: -1 }] },
    { lines: [{ description: 'x', quantity: 1, rate: 1, amount: 7 }] },
    { lines: [{ description: 'x\0', quantity: 1, rate: 1 }] },
    { total: 5 },
    { currency: 'EURO' },
    { taxRate: 10_001 },
    { dueDate: '2000-01-01' },
    { issueDate: '2026-02-30' },
    { clientId: seeded.ids.oliveira.clients['Henrik Dahl'] },
    { clientId: null },
  ]) {
    expect([input, await refused(input)]).toEqual([input, 'REQUEST_INVALID']);
  }
});

it('refuses sums that disagree with the lines, from raw SQL and from the system role too', async () => {
  const good = {
    lineItems: [{ description: 'Work', quantity: 2, rate: 150, amount: 300 }],
    subtotal: 300,
    taxRate: 1000,
    taxAmount: 30,
    total: 330,
  };
  const line = good.lineItems[0] as (typeof good.lineItems)[0];
  const insert = (changes: object) => {
    const row = { ...good, ...changes };
    return pool.query(
      `insert into invoices (bill_to, issue_date, due_date, currency, line_items, subtotal, tax_rate, tax_amount, total)
       values ('Somebody', '2026-11-03', '2026-11-17', 'INR', $1, $2, $3, $4, $5)`,
      [JSON.stringify(row.lineItems), row.subtotal, row.taxRate, row.taxAmount, row.total],
    );
  };
  const tried = (changes: object) => codeOf(asPriya(() => insert(changes)));
  expect(await tried({})).toBe('none');
  for (const changes of [
    { total: 331 },
    { subtotal: 299, taxAmount: 30, total: 329 },
    { taxAmount: 29, total: 329 },
    { lineItems: [{ ...line, amount: 301 }] },
    { lineItems: [{ ...line, quantity: 2.005 }] },
    { lineItems: [{ ...line, quantity: '2' }] },
    { lineItems: [{ ...line, note: 'x' }] },
    { lineItems: [{ quantity: 2, rate: 150, amount: 300 }] },
    { lineItems: [300] },
    { lineItems: { ...line } },
    { lineItems: [], subtotal: 0, taxAmount: 0, total: 0 },
    { lineItems: null },
    {
      lineItems: [{ ...line, rate: -150, amount: -300 }],
      subtotal: -300,
      taxAmount: -30,
      total: -330,
    },
  ]) {
    expect([changes, await tried(changes)]).toEqual([changes, '23514']);
  }
  const wrong = db.update(invoices).set({ total: 1 }).where(eq(invoices.subtotal, 300));
  expect(await codeOf(asPriya(() => wrong.execute()))).toBe('23514');
  expect(
    await codeOf(asOperator(() => db.execute(sql`update invoices set total = total + 1`))),
  ).not.toBe('none');
});

it('keeps an invoice that was sent', async () => {
  await asPriya(async () => {
    const id = await createInvoice(db, { clientId, lines });
    expect(await updateInvoice(db, id, { taxRate: 0 })).toBe(true);
    expect(await getInvoice(db, id)).toMatchObject({ taxAmount: 0, total: 148_000 });
    expect(await setInvoiceStatus(db, id, 'sent')).toBe(true);
    expect(await codeOf(updateInvoice(db, id, { taxRate: 1800 }))).toBe('INVOICE_CLOSED');
    expect(await codeOf(setInvoiceStatus(db, id, 'draft'))).toBe('INVOICE_CLOSED');
    expect(await codeOf(deleteInvoice(db, id))).toBe('INVOICE_CLOSED');
    expect(await deleteInvoice(db, 'nothing')).toBe(false);
    // its client may leave it
    expect(await updateInvoice(db, id, { clientId: null })).toBe(true);
    const draft = await createInvoice(db, { clientId, lines });
    expect(await deleteInvoice(db, draft)).toBe(true);
  });
});

it('is paid when nothing is open any more, and never more', async () => {
  await asPriya(async () => {
    const id = await createInvoice(db, { clientId, lines, taxRate: 0 });
    expect(await codeOf(payInvoice(db, id))).toBe('PAYMENT_REFUSED');
    await setInvoiceStatus(db, id, 'sent');
    await payInvoice(db, id, { amount: 100_000 });
    expect(await getInvoice(db, id)).toMatchObject({ status: 'sent' });
    expect(await codeOf(payInvoice(db, id, { amount: 48_001 }))).toBe('PAYMENT_REFUSED');
    // two at once: one pays the rest, the other finds nothing open
    const both = await Promise.all([codeOf(payInvoice(db, id)), codeOf(payInvoice(db, id))]);
    expect(both.sort()).toEqual(['PAYMENT_REFUSED', 'none']);
    expect(await getInvoice(db, id)).toMatchObject({ status: 'paid' });
    const payments = (await listTransactions(db)).filter(({ invoiceId }) => invoiceId === id);
    expect(payments.reduce((sum, { amount }) => sum + amount, 0)).toBe(148_000);
    const totals = await monthlyTotals(db);
    expect(totals.find(({ month, kind }) => month === '2026-09' && kind === 'income')).toEqual({
      month: '2026-09',
      currency: 'JPY',
      kind: 'income',
      amount: 250_000,
    });
    expect(await payInvoice(db, 'nothing')).toBeUndefined();
  });
});

it('stands beside money that has no invoice', async () => {
  await asPriya(async () => {
    const input = { kind: 'expense', amount: 4_900, currency: 'EUR', description: 'Train to Lyon' };
    const id = await createTransaction(db, input);
    const found = async () => (await listTransactions(db)).find((each) => each.id === id);
    expect(await updateTransaction(db, id, { amount: 5_200, category: 'travel' })).toBe(true);
    expect(await found()).toMatchObject({ ...input, amount: 5_200, category: 'travel' });
    expect(await codeOf(updateTransaction(db, id, {}))).toBe('REQUEST_INVALID');
    expect(await codeOf(createTransaction(db, { ...input, amount: 0 }))).toBe('REQUEST_INVALID');
    expect(await deleteTransaction(db, id)).toBe(true);
    expect(await found()).toBeUndefined();
  });
});

it('leaves in the audit log who did what', async () => {
  await as('nair', 'jonas', async () => {
    const id = await createInvoice(db, { clientId, lines });
    await setInvoiceStatus(db, id, 'sent');
    const { entries } = await audit.query(db, { resource: ['invoices', id] });
    expect(
      entries.map(({ action, actor, metadata }) => [
        action,
        actor.id,
        (metadata as Changes).new?.status,
      ]),
    ).toEqual([
      ['invoices.updated', seeded.users.jonas, 'sent'],
      ['invoices.inserted', seeded.users.jonas, 'draft'],
    ]);
  });
});

it('is nobody else’s', async () => {
  const [other] = await as('oliveira', 'tomas', () => listInvoices(db));
  await asPriya(async () => {
    const id = String(other?.id);
    expect(await getInvoice(db, id)).toBeUndefined();
    expect(await setInvoiceStatus(db, id, 'paid')).toBe(false);
    expect(await deleteInvoice(db, id)).toBe(false);
    expect(await payInvoice(db, id)).toBeUndefined();
  });
});
