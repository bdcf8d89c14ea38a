import { TenantryError } from '@tenantry/core';
import { eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from '../database.ts';
import { newId } from '../ids.ts';
import { currency, day, name, read, refused, rowId, taxRate, text } from '../input.ts';
import { addUp } from '../money/lines.ts';
import { getSettings } from '../queries/settings.ts';
import { clients, invoiceStatuses, invoices } from '../schema/index.ts';
import { addDays, today } from '../today.ts';

type Db = Database['db'];

const line = z.strictObject({
  description: name(500),
  quantity: z.number().min(0).max(1_000_000).multipleOf(0.01),
  rate: z.int().min(-1_000_000_000_000).max(1_000_000_000_000),
});
const values = z.strictObject({
  clientId: rowId.nullish(),
  projectId: rowId.nullish(),
  /** Default: the company of the client, or the client. */
  billTo: name(500).optional(),
  issueDate: day.optional(),
  dueDate: day.optional(),
  currency: currency.optional(),
  taxRate: taxRate.optional(),
  lines: z.array(line).min(1).max(200),
  notes: text(5000).optional(),
});

/**
 * Writes a draft. What is not given comes from the settings of the business; the number comes from the
 * database, and so does the count for the plan.
 * @returns its id
 * @throws TenantryError `REQUEST_INVALID`; `LIMIT_REACHED` when the plan allows no more this month
 */
export async function createInvoice(db: Db, input: unknown): Promise<string> {
  const { lines, ...given } = read(values, input);
  const settings = await getSettings(db);
  const billTo = given.billTo ?? (await recipient(db, given.clientId));
  const issueDate = given.issueDate ?? today(settings.timeZone);
  const dueDate = given.dueDate ?? addDays(issueDate, settings.paymentDays);
  if (dueDate < issueDate) throw refused('dueDate', 'before the issue date');
  const rate = given.taxRate ?? settings.taxRate;
  const id = newId();
  await db.insert(invoices).values({
    ...given,
    ...sums(lines, rate),
    id,
    billTo,
    issueDate,
    dueDate,
    currency: given.currency ?? settings.currency,
    taxRate: rate,
    notes: given.notes ?? settings.invoiceNotes,
  });
  return id;
}

const changeable = values.omit({ issueDate: true }).partial();

/**
 * Changes a draft; its number and its issue date stay.
 * @returns false when there is no such invoice
 * @throws TenantryError `REQUEST_INVALID`; `INVOICE_CLOSED` when it was sent
 */
export async function updateInvoice(db: Db, id: string, input: unknown): Promise<boolean> {
  const { lines, ...changes } = read(changeable, input);
  return db.transaction(async (tx) => {
    const [invoice] = await tx.select().from(invoices).where(eq(invoices.id, id)).for('update');
    if (invoice === undefined) return false;
    const added = sums(lines ?? invoice.lineItems, changes.taxRate ?? invoice.taxRate);
    await tx
      .update(invoices)
      .set({ ...changes, ...added })
      .where(eq(invoices.id, id));
    return true;
  });
}

/**
 * Sets the status. What was sent is never a draft again, which the database refuses.
 * @returns false when there is no such invoice
 * @throws TenantryError `REQUEST_INVALID`, `INVOICE_CLOSED`
 */
export async function setInvoiceStatus(db: Db, id: string, status: unknown): Promise<boolean> {
  const changes = { status: read(z.enum(invoiceStatuses), status) };
  const { rowCount } = await db.update(invoices).set(changes).where(eq(invoices.id, id));
  return rowCount === 1;
}

/**
 * Deletes a draft. Its number is not given again.
 * @returns false when there is no such invoice
 * @throws TenantryError `INVOICE_CLOSED`
 */
export async function deleteInvoice(db: Db, id: string): Promise<boolean> {
  const { rowCount } = await db.delete(invoices).where(eq(invoices.id, id));
  if (rowCount === 1) return true;
  // the policy shows no other invoice to a DELETE; whether there is one, a SELECT knows
  const found = await db.$count(invoices, eq(invoices.id, id));
  if (found > 0) throw new TenantryError('INVOICE_CLOSED');
  return false;
}

function sums(lines: readonly z.infer<typeof line>[], rate: number) {
  const added = addUp(lines, rate);
  if (added.subtotal < 0) throw refused('lines', 'discounts of more than everything');
  if (!Number.isSafeInteger(added.total)) throw refused('lines', 'too large a total');
  return added;
}

async function recipient(db: Db, clientId: string | null | undefined): Promise<string> {
  if (clientId == null) throw refused('billTo', 'name somebody, or choose a client');
  const [client] = await db.select().from(clients).where(eq(clients.id, clientId));
  if (client === undefined) throw refused('clientId', 'no such client');
  return client.company || client.name;
}
