import { notFound } from 'next/navigation';
import { db } from '@/lib/db';
import { type RowPage, rowOf } from '@/lib/row-page';
import { tenantPage } from '@/lib/tenant';
import { formatMoney } from '@/src/money/format.ts';
import { getInvoice } from '@/src/queries/invoices.ts';
import { invoiceStatuses } from '@/src/schema/index.ts';
import { Form } from '../../../form.tsx';
import { setStatus } from '../actions.ts';

export default tenantPage(async (props: RowPage) => {
  const { business, id } = await rowOf(props);
  const invoice = await getInvoice(db, id);
  if (invoice === undefined) notFound();
  const { currency } = invoice;
  return (
    <>
      <div className="head">
        <h1>Invoice {invoice.number}</h1>
        <span className={`tag ${invoice.status}`}>{invoice.status}</span>
      </div>
      <section className="card">
        <p>
          For <strong>{invoice.billTo}</strong>, issued on {invoice.issueDate}, due on{' '}
          {invoice.dueDate}
        </p>
        <table>
          <thead>
            <tr>
              <th scope="col">Description</th>
              <th scope="col" className="number">
                Quantity
              </th>
              <th scope="col" className="number">
                Rate
              </th>
              <th scope="col" className="number">
                Amount
              </th>
            </tr>
          </thead>
          <tbody>
            {invoice.lineItems.map(({ description, quantity, rate, amount }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a line has no other name, and none moves
              <tr key={index}>
                <td>{description}</td>
                <td className="number">{quantity}</td>
                <td className="number">{formatMoney(rate, currency)}</td>
                <td className="number">{formatMoney(amount, currency)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={3}>
                Subtotal
              </th>
              <td className="number">{formatMoney(invoice.subtotal, currency)}</td>
            </tr>
            <tr>
              <th scope="row" colSpan={3}>
                Tax, {invoice.taxRate / 100} %
              </th>
              <td className="number">{formatMoney(invoice.taxAmount, currency)}</td>
            </tr>
            <tr>
              <th scope="row" colSpan={3}>
                Total
              </th>
              <td className="number">
                <strong>{formatMoney(invoice.total, currency)}</strong>
              </td>
            </tr>
          </tfoot>
        </table>
        {invoice.notes && <p className="soft">{invoice.notes}</p>}
      </section>
      <Form business={business} action={setStatus} submit="Change" kind="inline">
        <input type="hidden" name="id" value={id} />
        <label>
          Status
          <select name="status" defaultValue={invoice.status}>
            {invoiceStatuses.map((status) => (
              <option key={status}>{status}</option>
            ))}
          </select>
        </label>
      </Form>
    </>
  );
});
