import Link from 'next/link';
import { db } from '@/lib/db';
import { tenantPage } from '@/lib/tenant';
import { formatMoney } from '@/src/money/format.ts';
import { moneyPage } from '@/src/queries/transactions.ts';
import { transactionKinds } from '@/src/schema/index.ts';
import { Form } from '../../form.tsx';
import { Choice } from '../choice.tsx';
import { addTransaction, removeTransaction } from './actions.ts';

export const metadata = { title: 'Transactions' };

const signed = (kind: string, amount: number, currency: string) =>
  `${kind === 'expense' ? '−' : ''}${formatMoney(amount, currency)}`;

/** Money in and out, whose it was, and what that makes in a month. One round trip. */
export default tenantPage(
  async ({ params }: { readonly params: Promise<{ business: string }> }) => {
    const { business } = await params;
    const { transactions, months, clients, projects, currency } = await moneyPage(db);
    return (
      <>
        <h1>Transactions</h1>
        <div className="grid wide-first">
          <section className="card">
            <table>
              <thead>
                <tr>
                  <th scope="col">Day</th>
                  <th scope="col">What</th>
                  <th scope="col">Client</th>
                  <th scope="col" className="number">
                    Amount
                  </th>
                  <th scope="col">
                    <span className="unseen">Delete</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {transactions.map((each) => (
                  <tr key={each.id}>
                    <td className="day">{each.happenedOn}</td>
                    <td>
                      {each.description} <small>{each.category}</small>
                    </td>
                    <td>
                      {each.clientId && (
                        <Link href={`/${business}/clients/${each.clientId}`}>
                          {each.clientName}
                        </Link>
                      )}
                    </td>
                    <td className={`number ${each.kind}`}>
                      {signed(each.kind, each.amount, each.currency)}
                    </td>
                    <td>
                      {/* the payment of an invoice is what makes it paid */}
                      {each.invoiceId === null && (
                        <Form
                          business={business}
                          action={removeTransaction}
                          submit="Delete"
                          label={`Delete ${each.description}`}
                          kind="inline"
                        >
                          <input type="hidden" name="id" value={each.id} />
                        </Form>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
          <section className="card">
            <h2>By month</h2>
            <ul className="plain">
              {months.map(({ month, kind, currency: of, amount }) => (
                <li key={`${month} ${kind} ${of}`}>
                  {month}
                  <span className={`number ${kind}`}>{signed(kind, amount, of)}</span>
                </li>
              ))}
            </ul>
          </section>
        </div>
        <section className="card">
          <h2>New transaction</h2>
          <Form business={business} action={addTransaction} submit="Add transaction">
            <div className="pair">
              <label>
                Kind
                <select name="kind">
                  {transactionKinds.map((kind) => (
                    <option key={kind}>{kind}</option>
                  ))}
                </select>
              </label>
              <label>
                Description <input name="description" required maxLength={500} />
              </label>
              <label>
                Amount <input name="amount" required inputMode="decimal" />
              </label>
              <label>
                Currency <input name="currency" defaultValue={currency} required maxLength={3} />
              </label>
              <label>
                Category <input name="category" maxLength={100} />
              </label>
              <label>
                Day <input name="happenedOn" type="date" />
              </label>
              <Choice label="Client" name="clientId" rows={clients} />
              <Choice label="Project" name="projectId" rows={projects} />
            </div>
          </Form>
        </section>
      </>
    );
  },
);
