import Link from 'next/link';
import { db } from '@/lib/db';
import { tenantPage } from '@/lib/tenant';
import { formatMoney } from '@/src/money/format.ts';
import { listInvoices } from '@/src/queries/invoices.ts';

export const metadata = { title: 'Invoices' };

export default tenantPage(
  async ({ params }: { readonly params: Promise<{ business: string }> }) => {
    const { business } = await params;
    const invoices = await listInvoices(db);
    return (
      <>
        <div className="head">
          <h1>Invoices</h1>
          <Link href={`/${business}/invoices/new`} className="button">
            New invoice
          </Link>
        </div>
        <section className="card">
          <table>
            <thead>
              <tr>
                <th scope="col">Number</th>
                <th scope="col">For</th>
                <th scope="col">Issued</th>
                <th scope="col">Due</th>
                <th scope="col">Status</th>
                <th scope="col" className="number">
                  Total
                </th>
              </tr>
            </thead>
            <tbody>
              {invoices.map(
                ({ id, number, billTo, issueDate, dueDate, status, total, currency }) => (
                  <tr key={id}>
                    <td>
                      <Link href={`/${business}/invoices/${id}`}>{number}</Link>
                    </td>
                    <td>{billTo}</td>
                    <td>{issueDate}</td>
                    <td>{dueDate}</td>
                    <td>
                      <span className={`tag ${status}`}>{status}</span>
                    </td>
                    <td className="number">{formatMoney(total, currency)}</td>
                  </tr>
                ),
              )}
            </tbody>
          </table>
        </section>
      </>
    );
  },
);
