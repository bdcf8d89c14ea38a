import { TenantryError } from '@tenantry/core';
import { eq, sum } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import { amount, currency, day, name, read, readChanges, rowId, text } from '../input.ts';
import { getSettings } from '../queries/settings.ts';
import { invoices, transactionKinds, transactions } from '../schema/index.ts';
import { today } from '../today.ts';

type Db = Database['db'];

const positive = amount.min(1);
const values = z.strictObject({
  kind: z.enum(transactionKinds),
  amount: positive,
  currency: currency.optional(),
  description: name(500),
  category: text(100).optional(),
  happenedOn: day.optional(),
  clientId: rowId.nullish(),
  projectId: rowId.nullish(),
});
const payment = z.strictObject({ amount: positive.optional(), happenedOn: day.optional() });

/**
 * Notes money that came in or went out, today if no day is given.
 * @returns its id
 * @throws TenantryError `REQUEST_INVALID`
 */
export async function createTransaction(db: Db, input: unknown): Promise<string> {
  const given = read(values, input);
  const settings = await getSettings(db);
  const id = newId();
  await db.insert(transactions).values({
    ...given,
    id,
    currency: given.currency ?? settings.currency,
    happenedOn: given.happenedOn ?? today(settings.timeZone),
  });
  return id;
}

/**
 * Changes a transaction.
 * @returns false when there is no such transaction
 * @throws TenantryError `REQUEST_INVALID`
 */
export async function updateTransaction(db: Db, id: string, input: unknown): Promise<boolean> {
  const changes = readChanges(values.partial(), input);
  const { rowCount } = await db.update(transactions).set(changes).where(eq(transactions.id, id));
  return rowCount === 1;
}

/** @returns false when there is no such transaction */
export async function deleteTransaction(db: Db, id: string): Promise<boolean> {
  const { rowCount } = await db.delete(transactions).where(eq(transactions.id, id));
  return rowCount === 1;
}

/**
 * Notes a payment of an invoice, of all that is open if no amount is given, and marks the invoice as paid
 * when nothing is open any more. Payments of one invoice wait for each other.
 * @returns the id of the transaction; undefined when there is no such invoice
 * @throws TenantryError `REQUEST_INVALID`; `PAYMENT_REFUSED` for a draft, and for more than is open
 */
export async function payInvoice(
  db: Db,
  invoiceId: string,
  input: unknown = {},
): Promise<string | undefined> {
  const given = read(payment, input);
  const { timeZone } = await getSettings(db);
  return db.transaction(async (tx) => {
    const isIt = eq(invoices.id, invoiceId);
    const [invoice] = await tx.select().from(invoices).where(isIt).for('update');
    if (invoice === undefined) return undefined;
    const [received] = await tx
      .select({ sum: sum(transactions.amount) })
      .from(transactions)
      .where(eq(transactions.invoiceId, invoiceId));
    const open = invoice.total - Number(received?.sum ?? 0);
    const paid = given.amount ?? open;
    if (invoice.status === 'draft' || paid < 1 || paid > open) {
      const { status, currency: used } = invoice;
      throw new TenantryError('PAYMENT_REFUSED', { details: { status, open, currency: used } });
    }
    const id = newId();
    await tx.insert(transactions).values({
      id,
      invoiceId,
      kind: 'income',
      clientId: invoice.clientId,
      projectId: invoice.projectId,
      currency: invoice.currency,
      amount: paid,
      happenedOn: given.happenedOn ?? today(timeZone),
      category: 'invoices',
      description: `Payment of ${invoice.number}`,
    });
    if (paid === open) await tx.update(invoices).set({ status: 'paid' }).where(isIt);
    return id;
  });
}
