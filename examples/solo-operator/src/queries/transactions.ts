import { asc, desc, eq, getTableColumns, sql, sum } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { clients, settings, transactions } from '../schema/index.ts';
import { listClients } from './clients.ts';
import { listProjects } from './projects.ts';
import { usual } from './settings.ts';

/** Money that came in and went out, the newest first, with the names of the clients. */
export const listTransactions = (db: Database['db']) =>
  db
    .select({ ...getTableColumns(transactions), clientName: clients.name })
    .from(transactions)
    .leftJoin(clients, eq(clients.id, transactions.clientId))
    .orderBy(desc(transactions.happenedOn), desc(transactions.id));

/** What came in and went out, by month and currency: amounts of two currencies have no sum. */
export function monthlyTotals(db: Database['db']) {
  const month = sql<string>`to_char(${transactions.happenedOn}, 'YYYY-MM')`;
  return db
    .select({
      month,
      currency: transactions.currency,
      kind: transactions.kind,
      amount: sum(transactions.amount).mapWith(Number),
    })
    .from(transactions)
    .groupBy(month, transactions.currency, transactions.kind)
    .orderBy(desc(month), asc(transactions.currency), asc(transactions.kind));
}

/** What the page of the transactions shows, and what its form offers. One round trip. */
export async function moneyPage(db: Database['db']) {
  const [found, months, clientRows, projectRows, [own]] = await db.$client.batch(() => [
    listTransactions(db),
    monthlyTotals(db),
    listClients(db),
    listProjects(db),
    db.select({ currency: settings.currency }).from(settings),
  ]);
  const { currency } = own ?? usual;
  return { transactions: found, months, clients: clientRows, projects: projectRows, currency };
}
