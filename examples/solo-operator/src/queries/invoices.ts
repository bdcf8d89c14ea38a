import { desc, eq } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { invoices } from '../schema/index.ts';

/** The invoices of the current business, the newest first. */
export const listInvoices = (db: Database['db']) =>
  db.select().from(invoices).orderBy(desc(invoices.issueDate), desc(invoices.id));

/** An invoice with its lines; undefined when the business has no such invoice. */
export async function getInvoice(db: Database['db'], id: string) {
  const [invoice] = await db.select().from(invoices).where(eq(invoices.id, id));
  return invoice;
}
