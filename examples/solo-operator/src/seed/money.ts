import type { Database } from '../database.ts';
import { addUp } from '../money/lines.ts';
import { invoices, transactions } from '../schema/index.ts';
import { addDays } from '../today.ts';
import { type Ids, idIn } from './tasks.ts';
import type { Work } from './work.ts';

/**
 * Invoices of the past with their payments, and expenses. In a system scope, where an invoice does not count
 * for the month.
 */
export async function seedMoney(
  db: Database['db'],
  businessId: string,
  ids: Ids,
  { clients, invoices: written = [], expenses = [] }: Work,
): Promise<void> {
  for (const { client, project, lines, ...invoice } of written) {
    const links = { clientId: idIn(ids.clients, client), projectId: idIn(ids.projects, project) };
    const [made] = await db
      .insert(invoices)
      .values({
        ...invoice,
        ...addUp(lines, invoice.taxRate),
        ...links,
        businessId,
        billTo: clients.find(({ name }) => name === client)?.company ?? client,
        dueDate: addDays(invoice.issueDate, 14),
      })
      .returning();
    if (made?.status !== 'paid') continue;
    await db.insert(transactions).values({
      ...links,
      businessId,
      invoiceId: made.id,
      kind: 'income',
      currency: made.currency,
      amount: made.total,
      happenedOn: addDays(made.issueDate, 9),
      category: 'invoices',
      description: `Payment of ${made.number}`,
    });
  }
  for (const { client, project, ...expense } of expenses)
    await db.insert(transactions).values({
      ...expense,
      businessId,
      kind: 'expense',
      clientId: idIn(ids.clients, client),
      projectId: idIn(ids.projects, project),
    });
}
